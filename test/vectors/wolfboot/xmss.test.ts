/** XMSS and XMSS^MT against wolfBoot's own keygen and sign: state for state and signature for signature. */
import { describe, expect, it } from 'vitest';
import { parseKeyFile, buildKeyFile, readOid } from '../../../src/core/crypto/xmss/key-file.ts';
import { xmssMtScheme, xmssScheme } from '../../../src/core/crypto/xmss/index.ts';
import type { KeySpec, SignatureScheme } from '../../../src/core/crypto/index.ts';
import { fromHex } from '../../../src/core/bytes/index.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import { expectRejects } from '../../support/expect-error.ts';
import { imageManifest } from '../../support/image-vectors.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';
import {
  fixedRng,
  isXmssKeyId,
  seedsOfKeyFile,
  xmssKey,
  xmssStateBefore,
  xmssStates,
  type XmssKeyId,
} from '../../support/xmss-vectors.ts';

/** A walk longer than this is one of the deep tests. */
const LONGEST_STEPS = 600;
const rng = seededRng('not used');

const keys: readonly (readonly [XmssKeyId, SignatureScheme, KeySpec])[] = [
  ['xmss-10', xmssScheme, { algorithm: 'xmss', set: 'XMSS-SHA2_10_256' }],
  ['xmssmt-20-2', xmssMtScheme, { algorithm: 'xmssmt', set: 'XMSSMT-SHA2_20/2_256' }],
  ['xmssmt-20-4', xmssMtScheme, { algorithm: 'xmssmt', set: 'XMSSMT-SHA2_20/4_256' }],
];

describe.each(keys)('%s', (id, scheme, spec) => {
  const states = xmssStates(id);
  const publicKey = vectorFile(`keys/${id}/priv_pub.der`);

  it('reads every state and writes it back', () => {
    for (const { index, bytes } of states) {
      const file = parseKeyFile(xmssKey(id, bytes), scheme.id as 'xmss' | 'xmssmt');
      expect(Number(file.index)).toBe(index);
      expect(buildKeyFile(file)).toEqual(bytes);
    }
  });

  it('makes the same key from the same seeds', async () => {
    const seeds = seedsOfKeyFile(id, states[0]!);
    const pair = await scheme.generate(spec, { rng: fixedRng(seeds) });
    expect(pair.publicKey).toEqual(publicKey);
    expect(pair.privateKey.bytes).toEqual(states[0]!.bytes);
  });

  const walks = states.slice(1).map((to, at) => ({ from: states[at]!, to }));

  it.each(walks.filter(({ from, to }) => to.index === from.index + 1))(
    'signs with index $from.index and stores the state of $to.index',
    async ({ from, to }) => {
      let stored: Uint8Array | undefined;
      await scheme.sign(xmssKey(id, from.bytes), publicKey, {
        rng,
        persistState: async ({ bytes }) => {
          stored = bytes;
        },
      });
      expect(stored).toEqual(to.bytes);
    },
  );

  const far = walks.filter(({ from, to }) => to.index > from.index + 1);

  it.each(
    far.filter(({ from, to }) => to.index - from.index < LONGEST_STEPS || id === 'xmssmt-20-4'),
  )('goes on from $from.index to the state of $to.index', async ({ from, to }) => {
    const advanced = await scheme.state!.advanceTo(xmssKey(id, from.bytes), BigInt(to.index));
    expect(advanced.bytes).toEqual(to.bytes);
  });
});

interface SignedImage {
  readonly image: string;
  readonly id: XmssKeyId;
  readonly digest: Uint8Array;
  readonly signature: Uint8Array;
}

/** Every signature in an image that an XMSS key made, hybrid and delta ones included. */
const signedImages: readonly SignedImage[] = imageManifest.images.flatMap((vector) => {
  const id = [vector.key, vector.key2].find((key) => isXmssKeyId(key));
  if (!isXmssKeyId(id)) return [];
  const length = id === 'xmss-10' ? 2500 : id === 'xmssmt-20-2' ? 4963 : 9251;
  return vector.outputs.flatMap(({ file, kind, tlvs = [] }) => {
    const digest = tlvs.find(({ name, len }) => name.startsWith('sha') && len <= 48)?.value;
    const signature = tlvs.find(({ name, len }) => name.includes('signature') && len === length);
    if (digest === undefined || !signature) return [];
    const start = signature.offset + 4;
    const bytes = vectorFile(file).subarray(start, start + length);
    return [{ image: `${vector.id} (${kind})`, id, digest: fromHex(digest), signature: bytes }];
  });
});

describe('signed images', () => {
  it('are all there', () => {
    expect(signedImages.length).toBe(32);
  });

  it.each(signedImages)('$image: the same signature', async ({ id, digest, signature }) => {
    const scheme = id === 'xmss-10' ? xmssScheme : xmssMtScheme;
    const index = Number(
      BigInt(`0x${Buffer.from(signature.subarray(0, id === 'xmss-10' ? 4 : 3)).toString('hex')}`),
    );
    const before = xmssStateBefore(id, index);
    const key = await scheme.state!.advanceTo(xmssKey(id, before.bytes), BigInt(index));
    const signed = await scheme.sign(key, digest, { rng });
    expect(signed.signature).toEqual(signature);
    expect(signed.consumedIndex).toBe(BigInt(index));
    const publicKey = vectorFile(`keys/${id}/priv_pub.der`);
    expect(await scheme.verify(publicKey, digest, signature)).toBe(true);
    expect(scheme.signatureBytes(publicKey)).toBe(signature.length);
  });
});

describe('the last index', () => {
  it('is never used: sign refuses as wolfBoot does (exit 133)', async () => {
    const last = xmssStates('xmss-10').at(-1)!;
    expect(last.index).toBe(1023);
    const key = xmssKey('xmss-10', last.bytes);
    expect(xmssScheme.state!.usage(key)).toEqual({
      nextIndex: 1023n,
      capacity: 1023n,
      parameters: 'XMSS-SHA2_10_256',
    });
    await expectRejects(xmssScheme.sign(key, new Uint8Array(32), { rng }), 'key-exhausted');
  });
});

describe('the public half', () => {
  it('comes from the secret alone, whatever the state', async () => {
    const { bytes } = xmssStateBefore('xmssmt-20-4', 1025);
    const file = vectorFile('keys/xmssmt-20-4/priv_pub.der');
    expect(await xmssMtScheme.derivePublicKey(xmssKey('xmssmt-20-4', bytes))).toEqual(file);
    expect(readOid(file)).toBe(2);
  });
});
