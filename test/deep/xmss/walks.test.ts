/** Long walks: every signature of whole keys, and the steps between wolfBoot's states one by one. */
import { describe, expect, it } from 'vitest';
import { shake128 } from '@noble/hashes/sha3.js';
import { toHex } from '../../../src/core/bytes/index.ts';
import type { PrivateKey, SignatureScheme } from '../../../src/core/crypto/index.ts';
import { xmssMtScheme, xmssScheme } from '../../../src/core/crypto/xmss/index.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';
import {
  fixedRng,
  smallXmss,
  smallXmssSets,
  xmssKey,
  xmssKeyIds,
  xmssStates,
} from '../../support/xmss-vectors.ts';

const rng = seededRng('walks');
const digest = rng.bytes(32);

/** Signs once and returns the key for the next time. */
async function signOnce(
  scheme: SignatureScheme,
  publicKey: Uint8Array,
  key: PrivateKey,
): Promise<PrivateKey> {
  let next = key;
  const { signature } = await scheme.sign(key, digest, {
    rng,
    persistState: async (advanced) => {
      next = advanced;
    },
  });
  expect(await scheme.verify(publicKey, digest, signature)).toBe(true);
  return next;
}

describe.each(xmssKeyIds)('%s', (id) => {
  const scheme = id === 'xmss-10' ? xmssScheme : xmssMtScheme;
  const publicKey = vectorFile(`keys/${id}/priv_pub.der`);
  const states = xmssStates(id);

  it('meets every state of the tools when it signs all the way', async () => {
    let key = xmssKey(id, states[0]!.bytes);
    let index = 0;
    for (const state of states.slice(1)) {
      for (; index < state.index; index++) key = await signOnce(scheme, publicKey, key);
      expect(key.bytes).toEqual(state.bytes);
    }
  });

  it('meets every state of the tools when it walks there from the new key', async () => {
    for (const { index, bytes } of states) {
      const key = xmssKey(id, states[0]!.bytes);
      expect((await scheme.state!.advanceTo(key, BigInt(index))).bytes).toEqual(bytes);
    }
  });
});

describe('whole small keys', () => {
  it.each(smallXmssSets)('$name', async (set) => {
    const { scheme, spec } = smallXmss(set);
    const { publicKey, privateKey } = await scheme.generate(spec, { rng });
    let key = privateKey;
    for (let left = 2 ** set.height - 1; left > 0; left--) {
      key = await signOnce(scheme, publicKey, key);
    }
    const { nextIndex, capacity } = scheme.state!.usage(key);
    expect(nextIndex).toBe(capacity);
    const end = await scheme.state!.advanceTo(privateKey, capacity);
    expect(end.bytes).toEqual(key.bytes);
  });
});

describe('half-way through 20/4', () => {
  it('half a million indices on, the signature is that of the reference implementation', async () => {
    const seeds = Uint8Array.from({ length: 96 }, (_, at) => at);
    const { privateKey } = await xmssMtScheme.generate(
      { algorithm: 'xmssmt', set: 'XMSSMT-SHA2_20/4_256' },
      { rng: fixedRng(seeds) },
    );
    const half = await xmssMtScheme.state!.advanceTo(privateKey, 1n << 19n);
    const { signature } = await xmssMtScheme.sign(half, Uint8Array.of(37), { rng });
    expect(toHex(shake128(signature, { dkLen: 10 }))).toBe('fd4ff4c18801147b2804');
  });
});

describe('eight layers', () => {
  it('sign on when the first trees of four layers end together', async () => {
    const { publicKey, privateKey } = await xmssMtScheme.generate(
      { algorithm: 'xmssmt', set: 'XMSSMT-SHA2_40/8_256' },
      { rng },
    );
    let key = await xmssMtScheme.state!.advanceTo(privateKey, (1n << 20n) - 2n);
    for (let times = 0; times < 4; times++) key = await signOnce(xmssMtScheme, publicKey, key);
  });
});
