/** The delta images of wolfBoot's sign: its patches in our receiver, ours in one written from the rules. */
import { describe, expect, it } from 'vitest';
import { concatBytes, equalBytes } from '../../../src/core/bytes/index.ts';
import {
  applyDeltaImage,
  applyPatch,
  assembleImage,
  checkDeltaHeaders,
  deltaOptionsFor,
  deltaPayload,
  makeDeltaPatches,
  parseImage,
  patchRange,
  planImageHeader,
  verifyImage,
  type ImageKeys,
  type ImageOptions,
  type WolfBootImage,
} from '../../../src/core/wolfboot/index.ts';
import { expectThrows } from '../../support/expect-error.ts';
import { imageManifest, slotsOfKeys, type ImageVector } from '../../support/image-vectors.ts';
import { rewriteFlash } from '../../support/patch-flash.ts';
import { byId, vectorFile } from '../../support/wolfboot-vectors.ts';

const deltas = imageManifest.images.filter(({ outputs }) =>
  outputs.some(({ kind }) => kind === 'diff'),
);
const named = deltas.map((vector) => ({ id: vector.id, vector }));

/** The saved base of these was signed once more: another signature, which no digest covers. */
const SIGNED_AGAIN: readonly string[] = ['delta-xmss', 'delta-mldsa2'];

interface Delta {
  readonly diff: Uint8Array;
  readonly image: WolfBootImage;
  readonly next: Uint8Array;
  readonly base: Uint8Array;
  readonly sectorBytes: number;
  readonly forward: Uint8Array;
  readonly inverse: Uint8Array;
}

function outputOf({ outputs }: ImageVector, kind: 'diff' | 'signed'): Uint8Array {
  const output = outputs.find((entry) => entry.kind === kind);
  if (!output) throw new Error(`no ${kind} output`);
  return vectorFile(output.file);
}

function savedBase({ id }: ImageVector): Uint8Array {
  const own = imageManifest.images.find((entry) => entry.id === `${id}-base`);
  return outputOf(own ?? byId(imageManifest.images, 'delta-base'), 'signed');
}

function load(vector: ImageVector): Delta {
  const diff = outputOf(vector, 'diff');
  const next = outputOf(vector, 'signed');
  const image = parseImage(diff, vector.id);
  const patch = (direction: 'forward' | 'inverse'): Uint8Array => {
    const { startBytes, endBytes } = patchRange(image, diff.length, direction);
    return diff.slice(startBytes, endBytes);
  };
  const { WOLFBOOT_SECTOR_SIZE: sectorSize } = vector.env;
  const sectorBytes = Number(sectorSize);
  const inverse = patch('inverse');
  const base = SIGNED_AGAIN.includes(vector.id)
    ? applyPatch(next, inverse, sectorBytes, { fileName: vector.id })
    : savedBase(vector);
  return { diff, image, next, base, sectorBytes, forward: patch('forward'), inverse };
}

/** Everything the header says, for making it again. */
function optionsOf(delta: Delta, { key, key2 }: ImageVector) {
  const { image, base } = delta;
  const { delta: said } = image;
  if (said?.inverseOffsetBytes === undefined || said.inverseSizeBytes === undefined) {
    throw new Error('no delta');
  }
  const [primary] = slotsOfKeys(key);
  const [secondary] = slotsOfKeys(key2);
  const keys: ImageKeys = { primary: primary?.publicKey, secondary: secondary?.publicKey };
  const sizes = {
    patchSizeBytes: said.patchSizeBytes,
    inverseStartBytes: said.inverseOffsetBytes - image.headerSizeBytes,
    inverseSizeBytes: said.inverseSizeBytes,
  };
  const withDigest = said.baseDigest !== undefined;
  const options: ImageOptions = {
    keyType: image.authKeyCode,
    secondaryKeyType: secondary?.keyType,
    partitionId: image.partitionId,
    version: image.version,
    hash: image.hash,
    timestamp: image.timestamp,
    headerSizeBytes: image.headerSizeBytes,
    delta: deltaOptionsFor(parseImage(base, 'base'), image, sizes, withDigest),
  };
  return { options, keys };
}

describe('delta images of wolfBoot', () => {
  it('has them all', () => {
    expect(deltas).toHaveLength(8);
  });

  it.each(named)('$id: its patches work here, there and back', ({ vector }) => {
    const { diff, next, base, sectorBytes } = load(vector);
    expect(equalBytes(applyDeltaImage(diff, base, sectorBytes, 'forward'), next)).toBe(true);
    expect(equalBytes(applyDeltaImage(diff, next, sectorBytes, 'inverse'), base)).toBe(true);
  });

  it.each(SIGNED_AGAIN)('%s: the way back gives a base with a good signature', async (id) => {
    const vector = byId(imageManifest.images, id);
    const { base } = load(vector);
    expect(equalBytes(base, savedBase(vector))).toBe(false);
    expect(await verifyImage(base, slotsOfKeys(vector.key))).toMatchObject({ ok: true });
  });

  it.each(named)('$id: our patches keep every rule and are no larger', async ({ vector }) => {
    const { next, base, sectorBytes, forward, inverse } = load(vector);
    const ours = await makeDeltaPatches(base, next, sectorBytes);
    expect(equalBytes(rewriteFlash(base, ours.forward, sectorBytes).result, next)).toBe(true);
    expect(equalBytes(rewriteFlash(next, ours.inverse, sectorBytes).result, base)).toBe(true);
    expect(ours.forward.length).toBeLessThanOrEqual(forward.length);
    expect(ours.inverse.length).toBeLessThanOrEqual(inverse.length);
  });

  it.each(named)('$id: the same patches make the same file', async ({ vector }) => {
    const delta = load(vector);
    const { diff, image, forward, inverse } = delta;
    const { options, keys } = optionsOf(delta, vector);
    const { payload, ...sizes } = deltaPayload(
      { forward, inverse },
      vector.command.includes('--encrypt'),
    );
    expect(sizes).toMatchObject({
      patchSizeBytes: options.delta?.patchSizeBytes,
      inverseStartBytes: options.delta?.inverseStartBytes,
    });
    const rebuilt = await assembleImage(payload, options, keys, {
      primary: image.signature,
      secondary: image.secondary?.signature,
    });
    expect(equalBytes(rebuilt, diff)).toBe(true);
  });

  it.each(named)('$id: our patches make an image of the same layout', async ({ vector }) => {
    const delta = load(vector);
    const { options, keys } = optionsOf(delta, vector);
    const patches = await makeDeltaPatches(delta.base, delta.next, delta.sectorBytes);
    const { payload, ...sizes } = deltaPayload(patches, false);
    const base = parseImage(delta.base, 'base');
    const own = { ...options, delta: deltaOptionsFor(base, delta.image, sizes) };
    if (options.delta?.baseDigest === undefined)
      own.delta = { ...own.delta, baseDigest: undefined };
    const layout = planImageHeader(own, keys);
    expect(layout.headerSizeBytes).toBe(delta.image.headerSizeBytes);
    expect(
      layout.fields.map(({ tag, offsetBytes, lengthBytes }) => [tag, offsetBytes, lengthBytes]),
    ).toEqual(
      delta.image.tlvs.map(({ tag, offsetBytes, value }) => [tag, offsetBytes, value.length]),
    );
    const found = layout.fields.find(({ tag }) => tag === 0x15)?.source;
    const offset = layout.headerSizeBytes + sizes.inverseStartBytes;
    expect(found).toEqual({
      from: 'options',
      bytes: Uint8Array.of(offset & 0xff, offset >>> 8, 0, 0),
    });
    expect(sizes.inverseStartBytes % 16).toBe(0);
    const file = concatBytes(new Uint8Array(layout.headerSizeBytes), payload);
    const inverse = file.slice(offset, offset + sizes.inverseSizeBytes);
    expect(equalBytes(inverse, patches.inverse)).toBe(true);
  });

  it('the hybrid one belongs to no board: its base has another header', () => {
    const { base, next } = load(byId(imageManifest.images, 'delta-hybrid'));
    expectThrows(
      () => {
        checkDeltaHeaders(parseImage(base, 'base.bin'), parseImage(next, 'next.bin'));
      },
      'invalid-argument',
      'base.bin has a header of 512 bytes, the new image one of 1024',
    );
  });
});
