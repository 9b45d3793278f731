/** LMS and HSS against wolfBoot's own tools: keys, walks of the state and every signature, byte for byte. */
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/core/bytes/index.ts';
import { lmsScheme } from '../../../src/core/crypto/lms/index.ts';
import type { PrivateKey } from '../../../src/core/crypto/index.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import { expectRejects } from '../../support/expect-error.ts';
import { imageManifest, type ImageVector } from '../../support/image-vectors.ts';
import { mapCache } from '../../support/map-cache.ts';
import { byId, slotsOf, vectorFile, vectors } from '../../support/wolfboot-vectors.ts';

const rng = seededRng('lms vectors');
const state = lmsScheme.state!;
const keys = vectors.keys.filter(({ algorithm }) => algorithm === 'lms');

function privateKeyOf(id: string): PrivateKey {
  return { algorithm: 'lms', bytes: vectorFile(byId(vectors.keys, id).private) };
}

function publicKeyOf(id: string): Uint8Array {
  return slotsOf(byId(vectors.keys, id))[0]!.publicKey;
}

/** A tree of 1024 leaves with W = 8 takes nine million hashes, and the machine may have other work. */
const SLOW_MS = 120_000;

/** Tag and length, before the value of an image's field. */
const TLV_HEAD_BYTES = 4;

/** The trees of one key, kept from test to test: signing starts where making the key left off. */
const caches = new Map(keys.map(({ id }) => [id, mapCache()]));

/** LMS_LEVELS, LMS_HEIGHT and LMS_WINTERNITZ stand in the name: lms-l2h5w8. */
function specOf(id: string) {
  const [levels, height, winternitz] = /l(\d)h(\d+)w(\d)/.exec(id)!.slice(1).map(Number);
  return {
    algorithm: 'lms',
    lms: { levels: levels!, height: height as 5 | 10, winternitz: winternitz as 2 | 4 | 8 },
  } as const;
}

describe.each(keys)('keygen $id', ({ id }) => {
  it(
    'derives the public key from the secret and makes the same file of it',
    { timeout: SLOW_MS },
    async () => {
      const { bytes } = privateKeyOf(id);
      const given = { bytes: () => bytes.slice(16, 64) };
      const pair = await lmsScheme.generate(specOf(id), {
        rng: given,
        trees: caches.get(id)!,
      });
      expect(pair.privateKey.bytes).toEqual(bytes);
      expect(pair.publicKey).toEqual(publicKeyOf(id));
      lmsScheme.checkPublicKey(pair.publicKey);
    },
  );

  it('names the parameters', () => {
    const { levels, height, winternitz } = specOf(id).lms;
    expect(state.usage(privateKeyOf(id))).toEqual({
      nextIndex: 0n,
      capacity: 2n ** BigInt(levels * height),
      parameters: `L${levels}-H${height}-W${winternitz}`,
    });
  });
});

interface LmsSignature {
  readonly id: string;
  readonly key: string;
  readonly index: bigint;
  readonly digest: Uint8Array;
  readonly signature: Uint8Array;
}

/** Signature and digest out of an image's fields; hybrid images carry LMS first or second. */
function signatureOf(vector: ImageVector, index: number): LmsSignature {
  const output = vector.outputs.find(({ kind }) => kind === 'signed')!;
  const image = vectorFile(output.file);
  const field = (name: RegExp): Uint8Array => {
    const tlv = output.tlvs!.find((each) => name.test(each.name))!;
    return tlv.value === undefined
      ? image.slice(tlv.offset + TLV_HEAD_BYTES, tlv.offset + TLV_HEAD_BYTES + tlv.len)
      : fromHex(tlv.value);
  };
  return {
    id: vector.id,
    key: vector.key!,
    index: BigInt(index),
    digest: field(/^sha/),
    signature: field(/^signature$/),
  };
}

const signatures = imageManifest.images.flatMap((vector) =>
  vector.key?.startsWith('lms') && typeof vector.state_index_before === 'number'
    ? [signatureOf(vector, vector.state_index_before)]
    : [],
);

describe('sign', () => {
  it('has the vectors', () => {
    expect(signatures.length).toBeGreaterThanOrEqual(25);
  });

  it.each(signatures)(
    '$id (index $index)',
    { timeout: SLOW_MS },
    async ({ key, index, digest, signature }) => {
      const at = await state.advanceTo(privateKeyOf(key), index);
      const stored: PrivateKey[] = [];
      const signed = await lmsScheme.sign(at, digest, {
        rng,
        trees: caches.get(key)!,
        persistState: async (advanced) => void stored.push(advanced),
      });
      expect(signed.consumedIndex).toBe(index);
      expect(signed.signature).toEqual(signature);
      expect(stored.map((each) => state.usage(each).nextIndex)).toEqual([index + 1n]);
      expect(signature).toHaveLength(lmsScheme.signatureBytes(publicKeyOf(key)));
      await expect(lmsScheme.verify(publicKeyOf(key), digest, signature)).resolves.toBe(true);
      await expect(lmsScheme.verify(publicKeyOf(key), digest.slice(1), signature)).resolves.toBe(
        false,
      );
    },
  );

  it('refuses the 33rd signature of 32, and the file stays as it was', async () => {
    const bytes = vectorFile('keys/lms-l1h5w8/state_exhausted.der');
    const exhausted: PrivateKey = { algorithm: 'lms', bytes };
    expect(state.usage(exhausted)).toMatchObject({ nextIndex: 32n, capacity: 32n });
    const before = bytes.slice();
    const persistState = () => Promise.reject(new Error('not to be called'));
    await expectRejects(
      lmsScheme.sign(exhausted, new Uint8Array(32), { rng, persistState }),
      'key-exhausted',
    );
    expect(bytes).toEqual(before);
  });
});

describe('walks of the state', () => {
  it.each([
    { key: 'lms-l1h5w8', file: 'state_now', index: 3n },
    { key: 'lms-l1h5w8', file: 'state_q30', index: 30n },
    { key: 'lms-l1h5w8', file: 'state_exhausted', index: 32n },
    { key: 'lms-l2h5w8', file: 'state_q31', index: 31n },
    { key: 'lms-l2h5w8', file: 'state_q32', index: 32n },
    { key: 'lms-l2h5w8', file: 'state_q34', index: 34n },
  ])('$key/$file is the key file at index $index', async ({ key, file, index }) => {
    const expected = vectorFile(`keys/${key}/${file}.der`);
    expect((await state.advanceTo(privateKeyOf(key), index)).bytes).toEqual(expected);
    expect(state.usage({ algorithm: 'lms', bytes: expected }).nextIndex).toBe(index);
  });
});
