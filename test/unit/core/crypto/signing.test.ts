import { beforeAll, describe, expect, it } from 'vitest';
import { asciiToBytes, toHex } from '../../../../src/core/bytes/index.ts';
import {
  createHash,
  fingerprint,
  hash,
  hashIds,
  hashLengthBytes,
  proveKeyPair,
  scheme,
  schemes,
  signDurably,
  type KeyPair,
  type PrivateKey,
  type SignatureScheme,
} from '../../../../src/core/crypto/index.ts';
import { isAppError } from '../../../../src/core/errors.ts';
import { createCanceller } from '../../../../src/core/ports/index.ts';
import { seededRng } from '../../../support/bytes-rng.ts';
import { keyPair, specOf } from '../../../support/keys.ts';
import { vectorRsaKeys } from '../../../support/rsa-keys.ts';

const rng = seededRng('signing');

/** Trees of hash-based schemes are built in plain JavaScript here. */
const SLOW_MS = 60_000;

describe('hashes: FIPS 180-4 and FIPS 202 examples for "abc"', () => {
  it.each([
    ['sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'sha384',
      'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
    ],
    [
      'sha3-384',
      'ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25',
    ],
  ] as const)('%s', (id, digest) => {
    expect(toHex(hash(id, asciiToBytes('abc')))).toBe(digest);
    expect(toHex(hash(id, asciiToBytes('a'), asciiToBytes(''), asciiToBytes('bc')))).toBe(digest);
    const running = createHash(id);
    running.update(asciiToBytes('ab'));
    running.update(asciiToBytes('c'));
    expect(toHex(running.digest())).toBe(digest);
  });

  it('names the length of each', () => {
    expect(hashIds.map(hashLengthBytes)).toEqual([32, 48, 48]);
  });

  it('fingerprints a key as its SHA-256', () => {
    expect(fingerprint(asciiToBytes('abc'))).toMatch(/^ba7816bf/);
  });
});

describe.each(schemes.map((each) => ({ id: each.id, using: each })))('$id', ({ using }) => {
  const persistState = (): Promise<void> => Promise.resolve();
  const call = { rng, persistState, rsa: vectorRsaKeys() };
  const spec = specOf(using.id);
  let pair: KeyPair;
  let other: KeyPair;

  beforeAll(async () => {
    pair = await using.generate(spec, call);
    other = await using.generate(spec, call);
  }, SLOW_MS);

  it('keeps its promises about lengths', async () => {
    expect(pair.publicKey).toHaveLength(using.publicKeyBytes);
    const { signature } = await using.sign(pair.privateKey, new Uint8Array(32), call);
    expect(signature).toHaveLength(using.signatureBytes(pair.publicKey));
  });

  it('derives the public key again', { timeout: SLOW_MS }, async () => {
    await expect(using.derivePublicKey(pair.privateKey)).resolves.toEqual(pair.publicKey);
    expect(() => {
      using.checkPublicKey(pair.publicKey);
    }).not.toThrow();
  });

  it('does nothing once cancelled', async () => {
    const canceller = createCanceller();
    canceller.cancel();
    const { signal } = canceller;
    const calls = [
      using.generate(spec, { ...call, signal }),
      using.derivePublicKey(pair.privateKey, { signal }),
      using.sign(pair.privateKey, new Uint8Array(32), { ...call, signal }),
      using.verify(pair.publicKey, new Uint8Array(32), new Uint8Array(64), { signal }),
    ];
    for (const each of calls) {
      await expect(each).rejects.toSatisfy((error) => isAppError(error, 'cancelled'));
    }
  });

  it('proves a pair and refuses a foreign public key', async () => {
    const challenge = rng.bytes(32);
    await expect(
      proveKeyPair(pair.publicKey, pair.privateKey, challenge, call),
    ).resolves.toBeUndefined();
    await expect(proveKeyPair(other.publicKey, pair.privateKey, challenge, call)).rejects.toSatisfy(
      (error) => isAppError(error, 'key-mismatch'),
    );
    await expect(
      proveKeyPair(pair.publicKey, pair.privateKey, new Uint8Array(8), call),
    ).rejects.toSatisfy((error) => isAppError(error, 'invalid-argument'));
  });

  it('refuses the private key of another scheme', async () => {
    const algorithm = using.id === 'ed25519' ? 'ed448' : 'ed25519';
    const foreign = { algorithm, bytes: pair.privateKey.bytes } as const;
    const calls = [using.derivePublicKey(foreign), using.sign(foreign, new Uint8Array(32), call)];
    for (const each of calls) {
      await expect(each).rejects.toSatisfy((error) => isAppError(error, 'key-invalid'));
    }
  });

  it('refuses public keys of other lengths', () => {
    for (const key of [
      new Uint8Array(),
      pair.publicKey.slice(1),
      Uint8Array.of(...pair.publicKey, 0),
    ]) {
      expect(() => {
        using.checkPublicKey(key);
      }).toThrow(expect.toSatisfy((error) => isAppError(error, 'key-invalid')));
    }
  });
});

describe('signDurably', () => {
  /** Ed25519 with a counter, so that a state exists; `persists` is the promise it keeps or breaks. */
  function statefulScheme(persists: boolean): SignatureScheme {
    const inner = scheme('ed25519');
    return {
      ...inner,
      stateful: true,
      async sign(privateKey, message, call) {
        const { signature } = await inner.sign(privateKey, message, call);
        if (persists) await call.persistState?.(privateKey, 7n);
        return { signature, consumedIndex: 7n };
      },
    };
  }

  it('releases no signature before the advanced key is stored', async () => {
    const { privateKey } = await keyPair('ed25519');
    const events: string[] = [];
    let store: () => void = () => undefined;
    const stored = new Promise<void>((resolve) => {
      store = resolve;
    });
    const persistState = async (_advanced: PrivateKey, index: bigint): Promise<void> => {
      events.push(`storing ${index}`);
      await stored;
      events.push('stored');
    };
    const signing = signDurably(statefulScheme(true), privateKey, new Uint8Array(32), {
      rng,
      persistState,
    }).then(() => events.push('released'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(events).toEqual(['storing 7']);
    store();
    await signing;
    expect(events).toEqual(['storing 7', 'stored', 'released']);
  });

  it('gives no signature when storing fails', async () => {
    const { privateKey } = await keyPair('ed25519');
    const persistState = () => Promise.reject(new Error('disk full'));
    await expect(
      signDurably(statefulScheme(true), privateKey, new Uint8Array(32), { rng, persistState }),
    ).rejects.toThrow('disk full');
  });

  it('refuses to sign without a place for the state', async () => {
    const { privateKey } = await keyPair('ed25519');
    await expect(
      signDurably(statefulScheme(true), privateKey, new Uint8Array(32), { rng }),
    ).rejects.toSatisfy((error) => isAppError(error, 'invalid-argument'));
  });

  it('drops the signature of a scheme that did not store its state', async () => {
    const { privateKey } = await keyPair('ed25519');
    const persistState = () => Promise.resolve();
    await expect(
      signDurably(statefulScheme(false), privateKey, new Uint8Array(32), { rng, persistState }),
    ).rejects.toSatisfy((error) => isAppError(error, 'internal'));
  });

  it('asks nothing of schemes without state', async () => {
    const { privateKey } = await keyPair('ed25519');
    const signed = await signDurably(scheme('ed25519'), privateKey, new Uint8Array(32), { rng });
    expect(signed.consumedIndex).toBeUndefined();
  });
});
