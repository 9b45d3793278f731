// No secret leaves the keyring but in the files that were asked for: every message and every stored value is searched.
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes/index.ts';
import { AppError } from '../../../src/core/errors.ts';
import type { TreeCall, TreeHasher } from '../../../src/core/ports/index.ts';
import type { KeySpec } from '../../../src/core/crypto/index.ts';
import { authKeyOfAlgorithm } from '../../../src/core/wolfboot/index.ts';
import { createKeyringClient, type KeyringPort } from '../../../src/workers/keyring/client.ts';
import { createKeyring } from '../../../src/workers/keyring/keyring.ts';
import type { KeyringParts } from '../../../src/workers/keyring/parts.ts';
import type {
  KeyFile,
  Keyring,
  KeyringMethod,
  KeyringReply,
  VaultSecret,
} from '../../../src/workers/keyring/protocol.ts';
import { serveKeyring } from '../../../src/workers/keyring/server.ts';
import { expectRejects } from '../../support/expect-error.ts';
import { testBrowser } from '../../support/keyring-parts.ts';

const passphrase = 'correct horse battery';
const secret: VaultSecret = { kind: 'passphrase', passphrase };

const specs: readonly (readonly [KeySpec, (file: Uint8Array) => Uint8Array])[] = [
  [{ algorithm: 'ed25519' }, (file) => file.slice(0, 32)],
  [{ algorithm: 'ecdsa-p256' }, (file) => file.slice(64)],
  [
    { algorithm: 'lms', lms: { levels: 2, height: 5, winternitz: 8 } },
    (file) => file.slice(16, 48),
  ],
];

/** Bytes and text of a message, as one text to search in. */
function asText(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => {
    if (member instanceof Uint8Array) return toHex(member);
    return typeof member === 'bigint' ? String(member) : member;
  });
}

/** Says that it has begun, and then only a cancel ends it. */
const endlessHasher: TreeHasher = {
  lmsSubtree: (_tree, _part, call) => untilCancelled(call),
  xmssSubtree: (_tree, _part, call) => untilCancelled(call),
};

function untilCancelled(call: TreeCall | undefined): Promise<Uint8Array> {
  return new Promise((_resolve, reject) => {
    call?.onProgress?.({ done: 1, total: 100 });
    call?.signal?.addEventListener('abort', () => {
      reject(new AppError('cancelled', 'cancelled'));
    });
  });
}

function connected(change?: Partial<KeyringParts>) {
  const browser = testBrowser();
  const replies: KeyringReply[] = [];
  let listener: (event: { data: KeyringReply }) => void = () => undefined;
  const serve = serveKeyring(createKeyring(browser.tab(change)), (reply) => {
    replies.push(structuredClone(reply));
    setImmediate(() => {
      listener({ data: structuredClone(reply) });
    });
  });
  const port: KeyringPort = {
    postMessage: (request) => {
      serve(structuredClone(request));
    },
    addEventListener: (type: string, given: (event: never) => void) => {
      if (type === 'message') listener = given as typeof listener;
    },
  };
  return { browser, replies, client: createKeyringClient(port) };
}

describe.each(specs)('a key of %j', (spec, secretOf) => {
  it('shows its secret to nobody, whatever it is asked', async () => {
    const { browser, replies, client } = connected();
    const progress: number[] = [];
    const onProgress = ({ done }: { readonly done: number }) => progress.push(done);
    await client.createVault(secret);
    const key = await client.generate({ name: 'release', spec }, { onProgress });
    const secretHex = toHex(secretOf((await client.exportPrivate(key.id, 'raw')).bytes));
    const file = await client.exportPrivate(key.id, 'raw');
    replies.length = 0; // the two files that were asked for

    await client.proveBackup(key.id, file);
    const aged = await client.exportAge(key.id, passphrase);
    await client.exportPublic(key.id, 'raw');
    await client.backupSheet(key.id);
    await client.rename(key.id, 'renamed');
    await client.setMask(key.id, 6);
    await client.list();
    await client.vaultStatus();
    await client.signImage({ primary: key.id }, new Uint8Array(100), {
      keyType: authKeyOfAlgorithm(spec.algorithm).code,
      partitionId: 1,
      version: 1,
      hash: 'sha256',
      headerSizeBytes: 4096,
    });
    await client.lockVault();
    await expectRejects(client.exportPrivate(key.id, 'raw'), 'vault-locked');
    await client.unlockVault(secret);
    await client.proveBackup(key.id, aged, { agePassphrase: passphrase });

    expect(replies.length).toBeGreaterThan(12);
    for (const text of [asText(replies), browser.store.everStored, browser.counters.everStored]) {
      expect(text).not.toContain(secretHex);
      expect(text).not.toContain(passphrase);
    }
    if (spec.algorithm === 'lms') expect(progress.length).toBeGreaterThan(0);
  });
});

describe('the age file of a key', () => {
  it('opens in another session with its passphrase only', async () => {
    const { client } = connected();
    const key = await client.generate({ name: 'release', spec: { algorithm: 'ed25519' } });
    await expectRejects(client.exportAge(key.id, 'short'), 'invalid-argument');
    const { name, bytes } = await client.exportAge(key.id, passphrase);
    expect(name).toBe('release.key.age');
    expect(new TextDecoder().decode(bytes)).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/);
    const { client: other } = connected();
    const file = () => ({ name, bytes: bytes.slice() });
    await expectRejects(other.open(file()), 'vault-secret-wrong');
    await expectRejects(other.open(file(), { agePassphrase: 'wrong' }), 'vault-secret-wrong');
    const broken = { name, bytes: bytes.slice(0, 200) };
    await expectRejects(other.open(broken, { agePassphrase: passphrase }), 'malformed');
    const opened = await other.open(file(), { agePassphrase: passphrase });
    expect(opened).toMatchObject({ id: key.id, name: 'release', proven: true });
  });
});

describe('the messages', () => {
  it('hand files with secrets over and leave no copy behind', async () => {
    const keyring = createKeyring(testBrowser().tab());
    const { id } = await keyring.generate({ name: 'release', spec: { algorithm: 'ecdsa-p256' } });
    const pooled = new Uint8Array(100).fill(7);
    const serve = (served: Keyring, method: KeyringMethod, args: readonly unknown[]) =>
      new Promise<readonly [KeyringReply, Transferable[]]>((resolve) => {
        serveKeyring(served, (...given) => {
          resolve(given);
        })({ call: 1, method, args });
      });
    for (const [served, method, args] of [
      [keyring, 'exportPrivate', [id, 'raw']],
      [keyring, 'exportPrivate', [id, 'der']],
      [keyring, 'exportAge', [id, passphrase]],
      [{ ...keyring, revealOtpImage: async () => pooled.subarray(9, 19) }, 'revealOtpImage', ['']],
    ] as const) {
      const [reply, transfer] = await serve(served, method, args);
      const value = 'ok' in reply && reply.ok ? reply.value : undefined;
      const bytes = value instanceof Uint8Array ? value : (value as KeyFile).bytes;
      expect(transfer).toEqual([bytes.buffer]);
      expect(bytes.length).toBe(bytes.buffer.byteLength);
    }
    expect(pooled.subarray(9, 19)).toEqual(new Uint8Array(10));
    const [, transfer] = await serve(keyring, 'exportPublic', [id, 'raw']);
    expect(transfer).toEqual([]);
  });

  it('cancel what runs and what waits', async () => {
    const { client } = connected({ hasher: endlessHasher });
    const spec = { algorithm: 'lms', lms: { levels: 1, height: 10, winternitz: 8 } } as const;
    const [first, second] = [new AbortController(), new AbortController()];
    const running = client.generate(
      { name: 'first', spec },
      {
        signal: first.signal,
        onProgress: () => {
          first.abort();
        },
      },
    );
    const waiting = client.generate({ name: 'second', spec }, { signal: second.signal });
    second.abort();
    await expectRejects(running, 'cancelled');
    await expectRejects(waiting, 'cancelled');
    expect(await client.list()).toEqual([]);
  });

  it('let the lock pass what runs', async () => {
    const { client } = connected({ hasher: endlessHasher });
    await client.createVault(secret);
    const spec = { algorithm: 'lms', lms: { levels: 1, height: 15, winternitz: 8 } } as const;
    const running = client.generate({ name: 'long', spec });
    const locked = client.lockVault();
    await expectRejects(running, 'cancelled');
    expect(await locked).toMatchObject({ kind: 'locked' });
  });
});
