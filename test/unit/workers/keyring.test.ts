import { randomBytes } from 'node:crypto';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes/index.ts';
import { isAppError } from '../../../src/core/errors.ts';
import {
  authKeyOfAlgorithm,
  bootloaderProfiles,
  MASK_ALL,
  parseImage,
  parseOtpImage,
  verifyImage,
} from '../../../src/core/wolfboot/index.ts';
import { createKeyringClient, type KeyringPort } from '../../../src/workers/keyring/client.ts';
import { createKeyring } from '../../../src/workers/keyring/keyring.ts';
import { memoryParts } from '../../support/keyring-parts.ts';
import type {
  KeyInfo,
  KeyringReply,
  KeyringRequest,
} from '../../../src/workers/keyring/protocol.ts';

const rng = { bytes: (lengthBytes: number) => new Uint8Array(randomBytes(lengthBytes)) };
const profile = bootloaderProfiles[0];

function slotOf(key: KeyInfo) {
  return {
    slotId: 0,
    keyType: authKeyOfAlgorithm(key.algorithm).code,
    partitionMask: MASK_ALL,
    publicKey: key.publicKey,
    publicKeySize: key.publicKey.length,
  };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (isAppError(error)) return error.code;
    throw error;
  }
  return 'no error';
}

describe.each(['ed25519', 'ecdsa-p256'] as const)('a keyring with a key of %s', (algorithm) => {
  it('counts a key as proven only after its own file was opened again', async () => {
    const keyring = createKeyring(memoryParts({ rng }));
    const key = await keyring.generate({ name: 'release', spec: { algorithm } });
    expect(key).toMatchObject({ saved: false, proven: false, origin: 'generated' });
    for (const form of ['raw', 'der'] as const) {
      const file = await keyring.exportPrivate(key.id, form);
      expect(await keyring.rename(key.id, 'release')).toMatchObject({ saved: true });
      expect(await keyring.proveBackup(key.id, file)).toMatchObject({ saved: true, proven: true });
    }
  });

  it('refuses another key’s file as backup and stays unproven', async () => {
    const keyring = createKeyring(memoryParts({ rng }));
    const key = await keyring.generate({ name: 'a', spec: { algorithm } });
    const other = await keyring.generate({ name: 'b', spec: { algorithm } });
    const wrong = await keyring.exportPrivate(other.id, 'raw');
    expect(await codeOf(keyring.proveBackup(key.id, wrong))).toBe('key-mismatch');
    expect(await keyring.rename(key.id, 'c')).toMatchObject({ name: 'c', proven: false });
  });

  it('refuses a damaged backup', async () => {
    const keyring = createKeyring(memoryParts({ rng }));
    const key = await keyring.generate({ name: 'a', spec: { algorithm } });
    const file = await keyring.exportPrivate(key.id, 'raw');
    file.bytes[file.bytes.length - 1]! ^= 1;
    expect(await codeOf(keyring.proveBackup(key.id, file))).not.toBe('no error');
  });

  it('opens its own private key file in a new session as the same key', async () => {
    const first = createKeyring(memoryParts({ rng }));
    const key = await first.generate({ name: 'release', spec: { algorithm } });
    const file = await first.exportPrivate(key.id, 'der');
    const second = createKeyring(memoryParts({ rng }));
    const opened = await second.open({ ...file, bytes: file.bytes.slice() });
    expect(opened).toMatchObject({ name: 'release', origin: 'opened', saved: true, proven: true });
    expect(opened.fingerprint).toBe(key.fingerprint);
    expect(await codeOf(second.open(file))).toBe('invalid-argument');
  });

  it('signs images that verify with its public half', async () => {
    const keyring = createKeyring(memoryParts({ rng }));
    const key = await keyring.generate({ name: 'release', spec: { algorithm } });
    const bytes = await keyring.signImage({ primary: key.id }, rng.bytes(5000), {
      keyType: authKeyOfAlgorithm(algorithm).code,
      partitionId: 1,
      version: 7,
      hash: 'sha256',
      headerSizeBytes: 1024,
    });
    expect(parseImage(bytes, 'image.bin').version).toBe(7);
    expect(await verifyImage(bytes, [slotOf(key)])).toMatchObject({ ok: true });
  });

  it('forgets a key for good', async () => {
    const keyring = createKeyring(memoryParts({ rng }));
    const key = await keyring.generate({ name: 'release', spec: { algorithm } });
    await keyring.forget(key.id);
    expect(await codeOf(keyring.exportPrivate(key.id, 'raw'))).toBe('key-unknown');
  });
});

describe('the OTP image of a keyring', () => {
  it('has a UDS of its own each time', async () => {
    const keyring = createKeyring(memoryParts({ rng }));
    const key = await keyring.generate({ name: 'release', spec: { algorithm: 'ecdsa-p256' } });
    const images = [];
    for (let made = 0; made < 2; made++) {
      const { id } = await keyring.makeOtpImage(profile, [slotOf(key)]);
      images.push(await keyring.revealOtpImage(id));
    }
    expect(parseOtpImage(images[0]!, 'otp.bin').uds).toBe('present');
    expect(toHex(images[0]!.slice(0, 1984))).toBe(toHex(images[1]!.slice(0, 1984)));
    expect(toHex(images[0]!.slice(1984, 2016))).not.toBe(toHex(images[1]!.slice(1984, 2016)));
  });
});

describe('the keyring’s client', () => {
  it('carries answers and errors across the message port', async () => {
    const { port1, port2 } = new MessageChannel();
    port2.on('message', (request: KeyringRequest) => {
      if ('cancel' in request) return;
      const { call, method } = request;
      const reply: KeyringReply =
        method === 'rename'
          ? { call, ok: true, value: { name: 'new' } }
          : {
              call,
              ok: false,
              error: { code: 'key-unknown', message: 'gone', context: { key: 'key-1' } },
            };
      port2.postMessage(reply);
    });
    const port: KeyringPort = {
      postMessage: (request) => {
        port1.postMessage(request);
      },
      addEventListener: (type: string, listener: (event: never) => void) => {
        if (type === 'message')
          port1.on('message', (data: KeyringReply) => {
            listener({ data } as never);
          });
      },
    };
    const client = createKeyringClient(port);
    expect(await client.rename('key-1', 'new')).toMatchObject({ name: 'new' });
    await expect(client.forget('key-1')).rejects.toMatchObject({
      code: 'key-unknown',
      context: { key: 'key-1' },
    });
    port1.close();
  });
});
