// The libraries behind the vault, against published vectors.
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/core/bytes/index.ts';
import { createArgon2, createWebAead } from '../../../src/platform/vault-ciphers.ts';

const none = new Uint8Array();

describe('AES-256-GCM', () => {
  const aead = createWebAead(crypto.subtle);

  it('seals test case 16 of the GCM specification', async () => {
    const key = fromHex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308');
    const nonce = fromHex('cafebabefacedbaddecaf888');
    const facts = fromHex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
    const text = fromHex(
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
        '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    );
    const sealed = await aead.seal(key, nonce, facts, text);
    expect(toHex(sealed)).toBe(
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
        '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
        '76fc6ece0f4e1768cddf8853bb2d551b',
    );
    expect(await aead.open(key, nonce, facts, sealed)).toEqual(text);
    expect(await aead.open(key, nonce, none, sealed)).toBeUndefined();
    sealed[0]! ^= 1;
    expect(await aead.open(key, nonce, facts, sealed)).toBeUndefined();
    expect(await aead.open(key, nonce, facts, none)).toBeUndefined();
  });
});

describe('Argon2id', () => {
  // RFC 9106 has a vector with secret and associated data only; this one is of the reference
  // program: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1
  it('gives what the reference program gives', async () => {
    const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    const result = await createArgon2().argon2id(ascii('password'), ascii('somesalt'), {
      memoryKib: 65536,
      iterations: 2,
      parallelism: 1,
    });
    expect(toHex(result)).toBe('09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7');
  });
});
