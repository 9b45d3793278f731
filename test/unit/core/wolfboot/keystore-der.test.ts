import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes } from '../../../../src/core/bytes/index.ts';
import {
  buildKeystoreDer,
  keystoreFingerprint,
  parseKeystoreDer,
  readKeystoreFile,
  writePrivateKeyFile,
  type KeystoreSlot,
} from '../../../../src/core/wolfboot/index.ts';
import { expectRejects, expectThrows } from '../../../support/expect-error.ts';
import { keyPair, slots as makeSlots } from '../../../support/keys.ts';
import { vectorFile } from '../../../support/wolfboot-vectors.ts';

let slots: readonly KeystoreSlot[];
let file: Uint8Array;

beforeAll(async () => {
  slots = [
    ...(await makeSlots('ecdsa-p256', 2)),
    { ...(await makeSlots('ed25519', 1))[0]!, slotId: 2, partitionMask: 2 },
  ];
  file = buildKeystoreDer(slots);
});

function changed(at: number, value: number): Uint8Array {
  return file.map((byte, index) => (index === at ? value : byte));
}

function parse(bytes: Uint8Array): unknown {
  return parseKeystoreDer(bytes, 'keystore.der');
}

describe('parseKeystoreDer', () => {
  it('walks slots of different sizes', () => {
    expect(file).toHaveLength(80 + 80 + 48);
    expect(parseKeystoreDer(file, 'k').slots).toEqual(slots);
  });

  it('tells the universal layout from the other', () => {
    const universal = buildKeystoreDer(slots, { layout: 'universal' });
    expect(universal).toHaveLength(3 * 2608);
    expect(parseKeystoreDer(universal, 'k')).toMatchObject({ slots, layout: 'universal' });
  });

  it('names every field for the hex view', () => {
    const { spans } = parseKeystoreDer(file, 'k');
    expect(spans.slice(0, 5).map(({ path, value }) => [path, value])).toEqual([
      ['slots[0].slot_id', '0'],
      ['slots[0].key_type', 'AUTH_KEY_ECC256'],
      ['slots[0].part_id_mask', '0xFFFFFFFF all partitions'],
      ['slots[0].pubkey_size', '64'],
      ['slots[0].pubkey', expect.stringMatching(/^[0-9a-f]{128}$/)],
    ]);
    expect(spans.at(-3)!.value).toBe('0x00000002 partition 1');
  });

  it('refuses an empty file', () => {
    expectThrows(() => parse(new Uint8Array()), 'keystore-empty');
  });

  it('refuses an unknown key type by its offset', () => {
    expectThrows(() => parse(changed(84, 15)), 'malformed', 'slots[1].key_type at offset 84');
  });

  it('refuses a key size that the type cannot have', () => {
    expectThrows(() => parse(changed(92, 63)), 'malformed', 'slots[1].pubkey_size at offset 92');
  });

  it.each([1, 15, 16, 79, 81, 207])('refuses a file cut to %i bytes', (length) => {
    expectThrows(() => parse(file.slice(0, length)), 'malformed', 'offset');
  });

  it('refuses content behind the key in a universal slot', () => {
    const universal = buildKeystoreDer(slots, { layout: 'universal' });
    universal[2607] = 1;
    expectThrows(() => parse(universal), 'malformed', 'slots[0].padding');
  });
});

describe('buildKeystoreDer', () => {
  it('refuses slots without a key, with a wrong one and of unknown types', () => {
    expectThrows(() => buildKeystoreDer([]), 'keystore-empty');
    const [slot] = slots;
    expectThrows(
      () => buildKeystoreDer([{ ...slot!, publicKey: new Uint8Array() }]),
      'key-invalid',
    );
    expectThrows(
      () => buildKeystoreDer([{ ...slot!, publicKey: new Uint8Array(63) }]),
      'key-invalid',
      'slot 0',
    );
    expectThrows(() => buildKeystoreDer([{ ...slot!, keyType: 0 }]), 'keystore-key-type-refused');
  });
});

describe('keystoreFingerprint', () => {
  it('does not depend on how slots are numbered, but on their order, keys and masks', () => {
    const print = keystoreFingerprint(slots);
    expect(print).toMatch(/^[0-9a-f]{64}$/);
    expect(keystoreFingerprint(slots.map((slot) => ({ ...slot, slotId: 9 })))).toBe(print);
    expect(keystoreFingerprint(slots.toReversed())).not.toBe(print);
    expect(keystoreFingerprint(slots.slice(1))).not.toBe(print);
    expect(keystoreFingerprint(slots.map((slot) => ({ ...slot, partitionMask: 2 })))).not.toBe(
      print,
    );
  });

  it('does not see what a tool left behind an RSA key', () => {
    const clean = parseKeystoreDer(vectorFile('keys/rsa2048/keystore.der'), 'k');
    const dirty = vectorFile('keys/rsa2048/keystore.der').fill(0x77, 16 + 294);
    expect(keystoreFingerprint(parseKeystoreDer(dirty, 'k').slots)).toBe(
      keystoreFingerprint(clean.slots),
    );
  });
});

describe('readKeystoreFile', () => {
  it('takes a lone public key for a keystore of one', async () => {
    const { publicKey } = await keyPair('ed25519');
    const found = await readKeystoreFile(publicKey, 'key_pub.der');
    expect(found.from).toBe('public-key');
    expect(found.slots).toEqual([
      { slotId: 0, keyType: 1, partitionMask: 0xffffffff, publicKey, publicKeySize: 32 },
    ]);
  });

  it('refuses a private key by name', async () => {
    for (const algorithm of ['ed25519', 'ecdsa-p256'] as const) {
      for (const form of ['raw', 'der'] as const) {
        const secret = writePrivateKeyFile(await keyPair(algorithm), form);
        await expectRejects(readKeystoreFile(secret, 'priv.der'), 'key-invalid', 'private key');
      }
    }
  });

  it.each([
    ['an image', concatBytes(Uint8Array.of(0x57, 0x4f, 0x4c, 0x46), new Uint8Array(300)), 'image'],
    ['something else', new Uint8Array(301).fill(7), '301 bytes'],
  ])('says what %s is', async (_name, bytes, words) => {
    await expectRejects(readKeystoreFile(bytes, 'x.bin'), 'unrecognised-file', words);
  });

  it('reports a broken file of a kind it recognises as broken', async () => {
    await expectRejects(readKeystoreFile(file.slice(0, 150), 'k.der'), 'malformed', 'k.der');
    await expectRejects(readKeystoreFile(new Uint8Array(), 'k.der'), 'keystore-empty');
  });
});
