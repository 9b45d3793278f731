/** The schemes as their callers see them, over sets of a few leaves. */
import { beforeAll, describe, expect, it } from 'vitest';
import { proveKeyPair, signDurably, type KeyPair } from '../../../../../src/core/crypto/index.ts';
import { xmssMtScheme, xmssScheme } from '../../../../../src/core/crypto/xmss/index.ts';
import { createCanceller } from '../../../../../src/core/ports/index.ts';
import { seededRng } from '../../../../support/bytes-rng.ts';
import { expectRejects, expectThrows } from '../../../../support/expect-error.ts';
import { vectorFile } from '../../../../support/wolfboot-vectors.ts';
import { smallXmss, smallXmssSets, xmssKey, xmssStates } from '../../../../support/xmss-vectors.ts';

const rng = seededRng('XMSS scheme');
const digest = rng.bytes(32);
const persistState = () => Promise.resolve();

/** Sets whose every index is walked here; the others are among the deep tests. */
const quick = smallXmssSets.filter(({ height }) => height <= 6);

describe.each(quick)('$name', (set) => {
  const { scheme, spec } = smallXmss(set);

  it('signs with every index in turn, each signature good and for its digest only', async () => {
    const { publicKey, privateKey } = await scheme.generate(spec, { rng });
    const capacity = 2n ** BigInt(set.height) - 1n;
    let key = privateKey;
    for (let index = 0n; index < capacity; index++) {
      expect(scheme.state!.usage(key).nextIndex).toBe(index);
      const message = rng.bytes(index % 2n === 0n ? 32 : 48);
      const signed = await signDurably(scheme, key, message, {
        rng,
        persistState: async (advanced) => {
          key = advanced;
        },
      });
      expect(signed.consumedIndex).toBe(index);
      expect(signed.signature.length).toBe(scheme.signatureBytes(publicKey));
      expect(await scheme.verify(publicKey, message, signed.signature)).toBe(true);
      expect(await scheme.verify(publicKey, digest, signed.signature)).toBe(false);
    }
    expect(scheme.state!.usage(key)).toEqual({
      nextIndex: capacity,
      capacity,
      parameters: set.name,
    });
    await expectRejects(scheme.sign(key, digest, { rng, persistState }), 'key-exhausted');
    expect(await scheme.derivePublicKey(key)).toEqual(publicKey);
  });
});

describe('an XMSS^MT key', () => {
  const set = smallXmssSets.find(({ name }) => name === 'two layers')!;
  const { scheme, spec } = smallXmss(set);
  let pair: KeyPair;

  beforeAll(async () => {
    pair = await scheme.generate(spec, { rng });
  });

  it('is proven by its own signature, and by no other', async () => {
    await proveKeyPairWith(pair.publicKey);
    const other = await scheme.generate(spec, { rng });
    const proven = await proveKeyPairWith(other.publicKey).then(
      () => true,
      () => false,
    );
    expect(proven).toBe(false);
  });

  /** What `proveKeyPair` does, with a scheme that stands in no registry. */
  async function proveKeyPairWith(publicKey: Uint8Array): Promise<void> {
    scheme.checkPublicKey(publicKey);
    const { signature } = await signDurably(scheme, pair.privateKey, digest, { rng, persistState });
    if (!(await scheme.verify(publicKey, digest, signature))) throw new Error('not proven');
  }

  it('gives no signature when the state cannot be stored', async () => {
    const failure = new Error('disk full');
    const failing = scheme.sign(pair.privateKey, digest, {
      rng,
      persistState: () => Promise.reject(failure),
    });
    await expect(failing).rejects.toBe(failure);
  });

  it('stays as it is: signing makes a new key', async () => {
    const before = pair.privateKey.bytes.slice();
    await scheme.sign(pair.privateKey, digest, { rng, persistState });
    await scheme.state!.advanceTo(pair.privateKey, 20n);
    expect(pair.privateKey.bytes).toEqual(before);
  });

  it('signs the same message the same way with the same index', async () => {
    const sign = () => scheme.sign(pair.privateKey, digest, { rng, persistState });
    expect(await sign()).toEqual(await sign());
  });

  it('goes forward only, and not beyond its end', async () => {
    const { advanceTo, usage } = scheme.state!;
    const at20 = await advanceTo(pair.privateKey, 20n);
    expect(await advanceTo(at20, 20n)).toEqual(at20);
    await expectRejects(advanceTo(at20, 19n), 'invalid-argument');
    await expectRejects(advanceTo(at20, 64n), 'invalid-argument');
    expect(usage(await advanceTo(at20, 63n)).nextIndex).toBe(63n);
  });

  it('stops when told to', async () => {
    const { signal, cancel } = createCanceller();
    const stopAtFirst = { signal, onProgress: cancel };
    await expectRejects(scheme.generate(spec, { rng, ...stopAtFirst }), 'cancelled');
    await expectRejects(scheme.state!.advanceTo(pair.privateKey, 9n, { signal }), 'cancelled');
    await expectRejects(scheme.derivePublicKey(pair.privateKey, { signal }), 'cancelled');
    await expectRejects(
      scheme.sign(pair.privateKey, digest, { rng, persistState, signal }),
      'cancelled',
    );
  });
});

describe('verifying', () => {
  const { bytes } = xmssStates('xmss-10')[0]!;
  const publicKey = vectorFile('keys/xmss-10/priv_pub.der');
  let signature: Uint8Array;

  beforeAll(async () => {
    ({ signature } = await xmssScheme.sign(xmssKey('xmss-10', bytes), digest, { rng }));
  });

  it.each([
    ['index', 3],
    ['index beyond the tree', 2],
    ['randomiser', 4],
    ['first chain', 36],
    ['last chain', 36 + 66 * 32],
    ['path', 36 + 67 * 32],
    ['end', 2499],
  ])('refuses a changed %s', async (_what, at) => {
    const changed = signature.slice();
    changed[at]! ^= 4;
    expect(await xmssScheme.verify(publicKey, digest, changed)).toBe(false);
  });

  it('refuses other lengths, other keys and other schemes', async () => {
    const longer = Uint8Array.of(...signature, 0);
    expect(await xmssScheme.verify(publicKey, digest, signature)).toBe(true);
    expect(await xmssScheme.verify(publicKey, digest, longer)).toBe(false);
    expect(await xmssScheme.verify(publicKey, digest, signature.subarray(1))).toBe(false);
    expect(await xmssScheme.verify(publicKey, digest, new Uint8Array())).toBe(false);
    expect(await xmssScheme.verify(publicKey.subarray(1), digest, signature)).toBe(false);
    expect(await xmssMtScheme.verify(publicKey, digest, signature)).toBe(false);
    const shake = publicKey.with(3, 7);
    expect(await xmssScheme.verify(shake, digest, signature)).toBe(false);
  });

  it('reads the same 68 bytes by scheme: XMSS and XMSS^MT number their sets alike', () => {
    expect(xmssScheme.signatureBytes(publicKey)).toBe(2500);
    expect(xmssMtScheme.signatureBytes(publicKey)).toBe(4963);
    const fourth = publicKey.with(3, 4);
    expectThrows(() => {
      xmssScheme.checkPublicKey(fourth);
    }, 'not-supported');
    xmssMtScheme.checkPublicKey(fourth);
    for (const wrong of [publicKey.with(0, 1), publicKey.subarray(0, 67), new Uint8Array()]) {
      expectThrows(() => {
        xmssScheme.checkPublicKey(wrong);
      }, 'key-invalid');
    }
  });

  it('is part of the registry', async () => {
    const key = xmssKey('xmss-10', bytes);
    await proveKeyPair(publicKey, key, digest, { rng, persistState });
    const foreign = vectorFile('keys/xmssmt-20-2/priv_pub.der');
    await expectRejects(proveKeyPair(foreign, key, digest, { rng, persistState }), 'key-mismatch');
  });
});

describe('parameters', () => {
  it('refuses a set of the other scheme and a set that is not built', async () => {
    const asked = (set: string) =>
      xmssScheme.generate({ algorithm: 'xmss', set: set as 'XMSS-SHA2_10_256' }, { rng });
    await expectRejects(asked('XMSS-SHAKE_10_256'), 'not-supported', 'XMSS-SHAKE_10_256');
    await expectRejects(asked('XMSS-SHA2_12_256'), 'invalid-argument');
    await expectRejects(
      xmssScheme.generate({ algorithm: 'xmssmt', set: 'XMSSMT-SHA2_20/2_256' }, { rng }),
      'invalid-argument',
    );
  });
});
