// Sealed keys: they open only as what they were sealed as, and only in their own vault.
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/bytes/index.ts';
import { fingerprint } from '../../../../src/core/crypto/index.ts';
import type { JsonValue } from '../../../../src/core/ports/index.ts';
import {
  createHeldTrees,
  drawVaultId,
  drawVaultKey,
  keyIdOf,
  keyRecordName,
  openKey,
  openTrees,
  sealKey,
  sealTrees,
  type KeyRecord,
} from '../../../../src/core/vault/index.ts';
import { expectRejects } from '../../../support/expect-error.ts';
import { everyChange } from '../../../support/json-changes.ts';
import { vaultCiphers } from '../../../support/vault-parts.ts';

const ciphers = vaultCiphers();
const vaultId = drawVaultId(ciphers.rng);
const vaultKey = drawVaultKey(ciphers.rng);
const secret = Uint8Array.from({ length: 32 }, (_, index) => index + 1);

function recordOf(byte: number): KeyRecord {
  return {
    vaultId,
    revision: 3,
    facts: {
      name: 'release',
      sequence: 5,
      algorithm: 'ed25519',
      publicKey: new Uint8Array(32).fill(byte),
      parameters: '',
      origin: 'generated',
      partitionMask: 0xffffffff,
      saved: true,
      proven: false,
      reservedUpTo: '',
    },
  };
}

function nameOf({ facts }: KeyRecord): string {
  return keyRecordName(keyIdOf(fingerprint(facts.publicKey)));
}

const open = (stored: JsonValue, name: string) =>
  openKey(ciphers.aead, vaultKey, vaultId, stored, name);

describe('a sealed key', () => {
  it.each([
    { name: 'x'.repeat(201) },
    { parameters: 'x'.repeat(201) },
    { partitionMask: -1 },
    { partitionMask: 2 ** 32 },
    { sequence: 0.5 },
    { reservedUpTo: '-1' },
  ])('is not made of what would not be read again: %o', async (member) => {
    const record = recordOf(1);
    const unreadable = { ...record, facts: { ...record.facts, ...member } };
    await expectRejects(sealKey(ciphers, vaultKey, unreadable, secret), 'invalid-argument');
  });

  it('opens as what was sealed and shows no secret', async () => {
    const record = recordOf(1);
    const stored = await sealKey(ciphers, vaultKey, record, secret);
    expect(JSON.stringify(stored)).not.toContain(toHex(secret));
    const opened = await open(stored, nameOf(record));
    expect(opened.record).toEqual(record);
    expect(toHex(opened.secret)).toBe(toHex(secret));
  });

  it('never has the same nonce twice', async () => {
    const nonces = new Set<unknown>();
    for (let made = 0; made < 50; made++) {
      const stored = await sealKey(ciphers, vaultKey, recordOf(1), secret);
      nonces.add((stored as { readonly nonce: string }).nonce);
    }
    expect(nonces.size).toBe(50);
  });

  it('does not open after a change of any single field', async () => {
    const record = recordOf(1);
    const stored = await sealKey(ciphers, vaultKey, record, secret);
    const changes = everyChange(stored);
    expect(changes.length).toBeGreaterThan(13);
    for (const { changed, path } of changes) {
      await expectRejects(open(changed, nameOf(record)), 'vault-damaged').catch(
        (error: unknown) => {
          throw new Error(path, { cause: error });
        },
      );
    }
  });

  it('does not open in the place of another key', async () => {
    const [one, two] = [recordOf(1), recordOf(2)];
    const first = await sealKey(ciphers, vaultKey, one, secret);
    const second = await sealKey(ciphers, vaultKey, two, secret);
    await expectRejects(open(first, nameOf(two)), 'vault-damaged', 'another key');
    const { nonce, sealed } = first as { readonly nonce: string; readonly sealed: string };
    const swapped = { ...(second as object), nonce, sealed };
    await expectRejects(open(swapped, nameOf(two)), 'vault-damaged');
  });

  it('does not open in another vault or with another key', async () => {
    const record = recordOf(1);
    const stored = await sealKey(ciphers, vaultKey, record, secret);
    const other = openKey(ciphers.aead, vaultKey, 'ab'.repeat(16), stored, nameOf(record));
    await expectRejects(other, 'vault-damaged', 'another vault');
    const wrongKey = openKey(ciphers.aead, new Uint8Array(32), vaultId, stored, nameOf(record));
    await expectRejects(wrongKey, 'vault-damaged');
  });

  it.each([null, 1, 'text', [], {}])('refuses %j in its place', async (stored) => {
    await expectRejects(open(stored, nameOf(recordOf(1))), 'vault-damaged');
  });
});

describe('sealed trees', () => {
  const entries = new Map([
    ['lms/0/top', new Uint8Array(64).fill(3)],
    ['lms/0/bottom/7', new Uint8Array(32).fill(4)],
  ]);

  it('come back as they were', async () => {
    const stored = await sealTrees(ciphers, vaultKey, vaultId, 'key-1', createHeldTrees(entries));
    const opened = await openTrees(ciphers.aead, vaultKey, vaultId, 'key-1', stored);
    expect([...opened.entries()]).toEqual([...entries]);
    expect(opened.changed).toBe(false);
  });

  it('count as none when they are missing, another key’s or damaged', async () => {
    const stored = await sealTrees(ciphers, vaultKey, vaultId, 'key-1', createHeldTrees(entries));
    const openAs = async (id: string, value: JsonValue | undefined) =>
      (await openTrees(ciphers.aead, vaultKey, vaultId, id, value)).entries().size;
    expect(await openAs('key-1', undefined)).toBe(0);
    expect(await openAs('key-2', stored)).toBe(0);
    for (const { changed } of everyChange(stored)) expect(await openAs('key-1', changed)).toBe(0);
  });
});
