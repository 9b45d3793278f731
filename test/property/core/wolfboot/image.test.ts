import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, equalBytes } from '../../../../src/core/bytes/index.ts';
import { hash, type HashId } from '../../../../src/core/crypto/index.ts';
import { AppError } from '../../../../src/core/errors.ts';
import {
  buildSignedImage,
  parseImage,
  planImageHeader,
  UNSIGNED_KEY_TYPE,
  verifyImage,
  type CustomTlv,
  type ImageOptions,
} from '../../../../src/core/wolfboot/index.ts';
import { firmware, testKey } from '../../../support/image-keys.ts';

const ed = await testKey('ed25519');
const ecc = await testKey('ecdsa-p256');
const slots = [ed.slot, ecc.slot];
const RUNS = 60;

const hashId = fc.constantFrom<HashId>('sha256', 'sha384', 'sha3-384');

const customTlv: fc.Arbitrary<CustomTlv> = fc.record({
  tag: fc.integer({ min: 0x36, max: 0xfefe }).filter((tag) => (tag & 0xff) !== 0xff),
  value: fc.uint8Array({ maxLength: 60 }),
});

interface Wanted {
  readonly options: ImageOptions;
  readonly code: Uint8Array;
}

/** Options that can be made; the header is large enough for all but the growing fields. */
const wanted: fc.Arbitrary<Wanted> = fc
  .record({
    types: fc.constantFrom([ed], [ecc], [ed, ecc], [ecc, ed], []),
    partitionId: fc.integer({ min: 0, max: 15 }),
    version: fc.integer({ min: 0, max: 0xffffffff }),
    hash: hashId,
    timestamp: fc.option(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), { nil: undefined }),
    headerSizeBytes: fc.constantFrom(512, 600, 1024, 2048),
    customTlvs: fc.array(customTlv, { maxLength: 5 }),
    tree: fc.boolean(),
    certificateChain: fc.option(fc.uint8Array({ minLength: 1, maxLength: 700 }), {
      nil: undefined,
    }),
    policy: fc.boolean(),
    code: fc.uint8Array({ maxLength: 300 }),
  })
  .map(({ types, tree, policy, code, hash: id, ...rest }) => ({
    code,
    options: {
      ...rest,
      hash: id,
      keyType: types[0]?.keyType ?? UNSIGNED_KEY_TYPE,
      secondaryKeyType: types[1]?.keyType,
      deviceTreeDigest: tree ? hash(id, code) : undefined,
      policy:
        policy && types.length > 0
          ? {
              pcrMask: code.length > 4 ? code.slice(0, 4) : new Uint8Array(4),
              digest: hash('sha256', code),
            }
          : undefined,
    },
  }));

const signerOf = (keyType: number | undefined) =>
  slots
    .map((slot, index) => [slot, index === 0 ? ed.signer : ecc.signer] as const)
    .find(([slot]) => slot.keyType === keyType)?.[1];

function build({ options, code }: Wanted): Promise<Uint8Array> {
  return buildSignedImage(
    code,
    options,
    signerOf(options.keyType),
    signerOf(options.secondaryKeyType),
  );
}

describe('what was asked for', () => {
  it('comes back from the image', async () => {
    await fc.assert(
      fc.asyncProperty(wanted, async (request) => {
        const { options, code } = request;
        const bytes = await build(request);
        const image = parseImage(bytes, 'a');
        expect(image).toMatchObject({
          version: options.version,
          partitionId: options.partitionId,
          authKeyCode: options.keyType,
          hash: options.hash,
          timestamp: options.timestamp,
          payloadSizeBytes: code.length,
          payloadPresent: true,
          headerSizeBytes: planImageHeader(options).headerSizeBytes,
          delta: undefined,
        });
        expect(image.secondary?.keyType).toBe(options.secondaryKeyType);
        expect(image.tlvs.filter(({ name }) => name === 'custom')).toMatchObject(
          options.customTlvs ?? [],
        );
        const field = (name: string) => image.tlvs.find((tlv) => tlv.name === name)?.value;
        expect(field('cert_chain')).toEqual(options.certificateChain);
        expect(field('device_tree_digest')).toEqual(options.deviceTreeDigest);
        expect(image.policy?.pcrMask).toEqual(options.policy?.pcrMask);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('whatever the bytes', async () => {
  const sample = await build({
    code: firmware(40),
    options: {
      keyType: ed.keyType,
      secondaryKeyType: ecc.keyType,
      partitionId: 1,
      version: 1,
      hash: 'sha256',
      timestamp: 1n,
      headerSizeBytes: 512,
      customTlvs: [{ tag: 0x36, value: new Uint8Array(5) }],
    },
  });

  const magicFirst = fc
    .uint8Array({ maxLength: 600 })
    .map((rest) => concatBytes(sample.slice(0, 4), rest));

  const mangled = fc
    .array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
    .chain((changes) => fc.tuple(fc.constant(changes), fc.integer({ min: 0, max: sample.length })))
    .map(([changes, length]) => {
      const copy = sample.slice();
      for (const [at, value] of changes) copy[at] = value;
      return copy.slice(0, length > 500 ? copy.length : length);
    });

  const anything = fc.oneof(fc.uint8Array({ maxLength: 600 }), magicFirst, mangled);
  const size = fc.option(fc.integer({ min: -1, max: 700 }), { nil: undefined });

  it('the reader fails with an AppError or not at all', () => {
    fc.assert(
      fc.property(anything, size, (bytes, headerSizeBytes) => {
        try {
          const { spans } = parseImage(bytes, 'a', { headerSizeBytes });
          expect(spans.at(-1)?.endBytes).toBe(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('the judge gives a verdict, and never a good one to changed firmware', async () => {
    await fc.assert(
      fc.asyncProperty(anything, size, async (bytes, headerSizeBytes) => {
        const verdict = await verifyImage(bytes, slots, { headerSizeBytes });
        if (!verdict.ok) return;
        const covered = verdict.image.digestOffsetBytes;
        expect(equalBytes(bytes.slice(0, covered), sample.slice(0, covered))).toBe(true);
        expect(equalBytes(bytes.slice(512), sample.slice(512))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
