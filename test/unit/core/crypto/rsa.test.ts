import { describe, expect, it } from 'vitest';
import { concatBytes, filledBytes, fromHex, toHex } from '../../../../src/core/bytes/index.ts';
import {
  encodeRsaSpki,
  hash,
  parseRsaSpki,
  scheme,
  signRsaDigestInfo,
  verifyRsaDigestInfo,
  type AlgorithmId,
  type KeyPair,
} from '../../../../src/core/crypto/index.ts';
import { inverse, publicPower, secretPower } from '../../../../src/core/crypto/rsa/big-numbers.ts';
import { pkcs1Block, pssBlock } from '../../../../src/core/crypto/rsa/rsa-blocks.ts';
import { readRsaPrivateKey } from '../../../../src/core/crypto/rsa/rsa-keys.ts';
import { rsaPrivateOperation } from '../../../../src/core/crypto/rsa/rsa-private.ts';
import { seededRng } from '../../../support/bytes-rng.ts';
import { expectRejects, expectThrows } from '../../../support/expect-error.ts';
import { keyPair } from '../../../support/keys.ts';
import { vectorFile } from '../../../support/wolfboot-vectors.ts';

const rng = seededRng('rsa');
const digest = hash('sha256', Uint8Array.of(1, 2, 3));

function numbersOf(pair: KeyPair) {
  return readRsaPrivateKey(pair.privateKey.bytes, 'key');
}

/** The signature that opens to this block, whatever stands in it. */
async function forced(block: Uint8Array, algorithm: AlgorithmId = 'rsa-2048'): Promise<Uint8Array> {
  return rsaPrivateOperation(numbersOf(await keyPair(algorithm)), block, rng);
}

describe('big numbers', () => {
  it('has powers and inverses', () => {
    const modulus = 1_000_003n;
    for (const [base, exponent] of [
      [2n, 0n],
      [2n, 1n],
      [12345n, 65537n],
      [999_999n, 1_000_002n],
    ] as const) {
      const expected = publicPower(base, exponent, modulus);
      expect(secretPower(base, exponent, modulus, 64)).toBe(expected);
      expect(secretPower(base, exponent, modulus, 21)).toBe(expected);
    }
    expect(publicPower(3n, 5n, 7n)).toBe(5n);
    expect(((inverse(12345n, modulus) ?? 0n) * 12345n) % modulus).toBe(1n);
    expect(inverse(6n, 9n)).toBeUndefined();
  });
});

describe('RSA PKCS#1 v1.5: what does not verify', () => {
  const rsa = scheme('rsa-2048');
  const bytes = (...values: number[]): Uint8Array => Uint8Array.of(...values);
  const ff = (count: number): Uint8Array => filledBytes(count, 0xff);
  const good = pkcs1Block(digest, 256);

  it('builds the block that it says', async () => {
    expect(good).toEqual(concatBytes(bytes(0, 1), ff(221), bytes(0), digest));
    const pair = await keyPair('rsa-2048');
    await expect(rsa.verify(pair.publicKey, digest, await forced(good))).resolves.toBe(true);
  });

  it.each([
    ['block type 2', concatBytes(bytes(0, 2), ff(221), bytes(0), digest)],
    ['block type 0', concatBytes(bytes(0, 0), new Uint8Array(222), digest)],
    ['padding with another byte', concatBytes(bytes(0, 1), ff(220), bytes(0xfe, 0), digest)],
    ['no end of the padding', concatBytes(bytes(0, 1), ff(222), digest)],
    ['short padding, rest behind', concatBytes(bytes(0, 1), ff(8), bytes(0), digest, ff(213))],
    ['an empty digest', concatBytes(bytes(0, 1), ff(253), bytes(0))],
    ['a digest with a zero in front', concatBytes(bytes(0, 1), ff(220), bytes(0, 0), digest)],
    ['a cut digest', concatBytes(bytes(0, 1), ff(222), bytes(0), digest.slice(1))],
  ])('%s', async (_name, block) => {
    expect(block).toHaveLength(256);
    const { publicKey } = await keyPair('rsa-2048');
    await expect(rsa.verify(publicKey, digest, await forced(block))).resolves.toBe(false);
  });

  it('a signature that is not reduced, or of another length', async () => {
    const pair = await keyPair('rsa-2048');
    const { signature } = await rsa.sign(pair.privateKey, digest, { rng });
    const value = BigInt(`0x${toHex(signature)}`) + numbersOf(pair).modulus;
    const larger = value.toString(16);
    if (larger.length <= 512) {
      const wide = fromHex(larger.padStart(512, '0'));
      await expect(rsa.verify(pair.publicKey, digest, wide)).resolves.toBe(false);
    }
    for (const other of [signature.slice(1), Uint8Array.of(0, ...signature), ff(256)]) {
      await expect(rsa.verify(pair.publicKey, digest, other)).resolves.toBe(false);
    }
  });

  it('DigestInfo where the bare digest belongs, and the reverse', async () => {
    const { publicKey, privateKey } = await keyPair('rsa-2048');
    const encoded = await signRsaDigestInfo(privateKey, digest, 'sha256', { rng });
    await expect(rsa.verify(publicKey, digest, encoded)).resolves.toBe(false);
    await expect(verifyRsaDigestInfo(publicKey, digest, 'sha256', encoded)).resolves.toBe(true);
    const { signature } = await rsa.sign(privateKey, digest, { rng });
    await expect(verifyRsaDigestInfo(publicKey, digest, 'sha256', signature)).resolves.toBe(false);
    await expect(verifyRsaDigestInfo(publicKey, digest, 'sha384', encoded)).resolves.toBe(false);
    await expect(verifyRsaDigestInfo(digest, digest, 'sha256', encoded)).resolves.toBe(false);
    const wrong = signRsaDigestInfo(privateKey, digest, 'sha384', { rng });
    await expectRejects(wrong, 'invalid-argument', '32 bytes');
  });

  it('a DigestInfo without its NULL, or with something behind it', async () => {
    const { publicKey } = await keyPair('rsa-2048');
    const head = fromHex('3031300d060960864801650304020105000420');
    const withoutNull = fromHex('302f300b0609608648016503040201' + '0420');
    for (const content of [
      concatBytes(withoutNull, digest),
      concatBytes(head, digest, bytes(0)),
      concatBytes(fromHex('3032300d060960864801650304020105000421'), digest, bytes(0)),
    ]) {
      const signature = await forced(pkcs1Block(content, 256));
      await expect(verifyRsaDigestInfo(publicKey, digest, 'sha256', signature)).resolves.toBe(
        false,
      );
    }
    const signature = await forced(pkcs1Block(concatBytes(head, digest), 256));
    await expect(verifyRsaDigestInfo(publicKey, digest, 'sha256', signature)).resolves.toBe(true);
  });

  it('refuses to sign what does not fit', async () => {
    const { privateKey } = await keyPair('rsa-2048');
    for (const length of [0, 246]) {
      const signing = rsa.sign(privateKey, new Uint8Array(length), { rng });
      await expectRejects(signing, 'invalid-argument');
    }
  });
});

describe('RSA-PSS: what does not verify', () => {
  const pss = scheme('rsa-pss-2048');
  const salt = new Uint8Array(32).fill(7);
  const good = pssBlock(digest, salt, 256);

  function changed(at: number, mask: number): Uint8Array {
    return good.map((byte, index) => (index === at ? byte ^ mask : byte));
  }

  it.each([
    ['the good block', good, true],
    ['another trailer', changed(255, 0x01), false],
    ['another hash', changed(240, 0x01), false],
    ['another salt', changed(222, 0x01), false],
    ['another mark in front of the salt', changed(190, 0x02), false],
    ['padding that is not zero', changed(100, 0x10), false],
    ['a short salt', pssBlockWithSalt(20), false],
    ['no salt', pssBlockWithSalt(0), false],
    ['a long salt', pssBlockWithSalt(33), false],
    ['SHA-384 inside', pssBlock(hash('sha384', digest), new Uint8Array(48), 256), false],
  ] as const)('%s', async (_name, block, expected) => {
    const { publicKey } = await keyPair('rsa-pss-2048');
    const signature = await forced(block, 'rsa-pss-2048');
    await expect(pss.verify(publicKey, digest, signature)).resolves.toBe(expected);
  });

  function pssBlockWithSalt(length: number): Uint8Array {
    return pssBlock(digest, new Uint8Array(length).fill(7), 256);
  }

  it('signs digests of SHA-256 and SHA-384 only', async () => {
    const { privateKey, publicKey } = await keyPair('rsa-pss-2048');
    for (const length of [20, 64]) {
      const message = new Uint8Array(length);
      await expectRejects(pss.sign(privateKey, message, { rng }), 'invalid-argument', 'SHA-384');
      await expect(pss.verify(publicKey, message, new Uint8Array(256))).resolves.toBe(false);
    }
  });

  it('is not PKCS#1 v1.5, though the keys are the same', async () => {
    const { publicKey, privateKey } = await keyPair('rsa-2048');
    const bytes = privateKey.bytes;
    const signed = await pss.sign({ algorithm: 'rsa-pss-2048', bytes }, digest, { rng });
    await expect(pss.verify(publicKey, digest, signed.signature)).resolves.toBe(true);
    await expect(scheme('rsa-2048').verify(publicKey, digest, signed.signature)).resolves.toBe(
      false,
    );
  });
});

describe('RSA keys', () => {
  const rsa = scheme('rsa-2048');
  const spki = vectorFile('keys/rsa2048/slot_pubkey.bin');
  const { modulus, exponent } = parseRsaSpki(spki)!;

  it('have one encoding', () => {
    expect(encodeRsaSpki({ modulus, exponent })).toEqual(spki);
    expect(parseRsaSpki(Uint8Array.of(...spki, 0))).toBeUndefined();
    expect(parseRsaSpki(spki.slice(0, -1))).toBeUndefined();
    expect(parseRsaSpki(new Uint8Array())).toBeUndefined();
  });

  it.each([
    ['an even modulus', { modulus: modulus - 1n, exponent }, 'even modulus'],
    ['a small factor', { modulus: smallFactor(modulus), exponent }, 'small prime'],
    ['the exponent 1', { modulus, exponent: 1n }, 'exponent 1'],
    ['an even exponent', { modulus, exponent: 65536n }, 'even exponent'],
    ['an endless exponent', { modulus, exponent: (1n << 257n) + 1n }, '256 bits'],
    ['another size', { modulus: modulus >> 1n, exponent }, '2047 bits'],
  ])('refuses %s', (_name, key, words) => {
    expectThrows(
      () => {
        rsa.checkPublicKey(encodeRsaSpki(key));
      },
      'key-invalid',
      words,
    );
  });

  function smallFactor(value: bigint): bigint {
    let near = value;
    while (near % 3n !== 0n || near % 2n === 0n) near += 1n;
    return near;
  }

  it('finds every number of a private key that does not belong to the others', async () => {
    const pair = await keyPair('rsa-2048');
    const numbers = numbersOf(pair);
    let at = 0;
    for (const [name, value] of Object.entries<bigint>({ ...numbers })) {
      // The last digits of each number lie where it ends in the file.
      const tail = fromHex(value.toString(16).padStart(6, '0').slice(-6));
      at = endOf(pair.privateKey.bytes, tail, at);
      const bytes = pair.privateKey.bytes.slice();
      bytes[at - 1] = (bytes[at - 1] ?? 0) ^ 2;
      const derived = rsa.derivePublicKey({ algorithm: 'rsa-2048', bytes });
      await expectRejects(derived, 'key-invalid');
      const signing = rsa.sign({ algorithm: 'rsa-2048', bytes }, digest, { rng });
      // Signing does not read the private exponent, and finds the rest by verifying.
      if (name !== 'privateExponent') await expectRejects(signing, 'key-invalid');
    }
  });

  function endOf(bytes: Uint8Array, tail: Uint8Array, from: number): number {
    for (let at = from; at + tail.length <= bytes.length; at++) {
      if (tail.every((byte, index) => bytes[at + index] === byte)) return at + tail.length;
    }
    throw new Error('not in the file');
  }

  it('refuses files that are no RSAPrivateKey', async () => {
    const { bytes } = (await keyPair('rsa-2048')).privateKey;
    for (const other of [new Uint8Array(), bytes.slice(1), Uint8Array.of(...bytes, 0), spki]) {
      const privateKey = { algorithm: 'rsa-2048', bytes: other } as const;
      await expectRejects(rsa.derivePublicKey(privateKey), 'key-invalid', 'RSAPrivateKey');
    }
    const small = { algorithm: 'rsa-3072', bytes } as const;
    await expectRejects(scheme('rsa-3072').derivePublicKey(small), 'key-invalid', '2048 bits');
  });

  it('need a maker', async () => {
    await expectRejects(rsa.generate({ algorithm: 'rsa-2048' }, { rng }), 'not-supported');
  });

  it('give another PSS signature every time, and the same PKCS#1 v1.5 signature', async () => {
    const pair = await keyPair('rsa-3072');
    const twice = async (algorithm: AlgorithmId) => {
      const privateKey = { algorithm, bytes: pair.privateKey.bytes };
      const first = await scheme(algorithm).sign(privateKey, digest, { rng });
      const second = await scheme(algorithm).sign(privateKey, digest, { rng });
      return toHex(first.signature) === toHex(second.signature);
    };
    expect(await twice('rsa-3072')).toBe(true);
    expect(await twice('rsa-pss-3072')).toBe(false);
  });
});
