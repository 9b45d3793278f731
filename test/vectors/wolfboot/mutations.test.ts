import { describe, expect, it } from 'vitest';
import { verifyImage } from '../../../src/core/wolfboot/index.ts';
import { imageManifest, slotsOfKeys, type VectorTlv } from '../../support/image-vectors.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

/*
 * One bit of every part of every signed image that wolfBoot's tool made: magic, size, each field's tag,
 * length and value, filler, firmware. Each is refused, for the reason that a board has.
 */

/** Images that no board boots to begin with. */
const QUIRKS = ['quirk-rsa4096-option-with-rsa2048-key', 'quirk-rsa2048-manual-hdr1024'];

const images = imageManifest.images
  .filter(({ id, key }) => key !== null && !QUIRKS.includes(id))
  .flatMap((vector) =>
    vector.outputs
      .filter(({ kind }) => kind === 'signed' || kind === 'diff')
      .map((output) => ({ file: output.file, vector, tlvs: output.tlvs ?? [] })),
  );

interface Flip {
  readonly at: number;
  readonly what: string;
  readonly codes: readonly string[];
}

const DIGESTS = ['sha256', 'sha384', 'sha3_384'];
/** What the digest covers is missed by the digest, unless something stumbles over it before. */
const COVERED: Readonly<Record<string, readonly string[]>> = {
  pubkey_hint: ['image-key-unknown'],
  img_type: ['image-key-type-refused', 'image-digest-mismatch', 'malformed'],
};

function flipsOf(tlvs: readonly VectorTlv[], headerSize: number, length: number): Flip[] {
  const digestAt = tlvs.find(({ name }) => DIGESTS.includes(name))?.offset ?? 0;
  const flips: Flip[] = [
    { at: 0, what: 'magic', codes: ['unrecognised-file'] },
    { at: 3, what: 'magic', codes: ['unrecognised-file'] },
    { at: 4, what: 'size', codes: ['malformed'] },
    { at: 7, what: 'size', codes: ['malformed'] },
  ];
  for (const [index, { name, offset, len }] of tlvs.entries()) {
    // Nothing signs the policy but its own key, over a digest that is not in the image.
    if (name === 'policy_signature') continue;
    // A delta image does not name its second key: that nobody checked it is all that can be said.
    const nameless =
      name === 'secondary_signature' && !tlvs.some((tlv) => tlv.name === 'secondary_cipher');
    const codes = nameless ? ['secondary-unchecked'] : codesFor(name, offset <= digestAt);
    for (const at of nameless ? [] : [offset, offset + 2]) {
      flips.push({ at, what: `head of ${name}`, codes: anyRefusal });
    }
    const start = offset + 4;
    const places = len === 0 ? [] : [start, start + Math.floor(len / 2), start + len - 1];
    flips.push(...places.map((at) => ({ at, what: name, codes })));
    const end = start + len;
    const next = tlvs[index + 1]?.offset ?? headerSize;
    if (next > end && offset < digestAt) flips.push({ at: end, what: 'filler', codes: anyRefusal });
  }
  const payload = [headerSize, headerSize + Math.floor((length - headerSize) / 2), length - 1];
  const places = length === headerSize ? [] : payload;
  return [
    ...flips,
    ...places.map((at) => ({ at, what: 'firmware', codes: ['image-digest-mismatch'] })),
  ];
}

/** Another tag or length leads the reader astray, and where to is nobody's promise. */
const anyRefusal: readonly string[] = [
  'malformed',
  'image-digest-mismatch',
  'image-key-unknown',
  'image-key-type-refused',
  'image-signature-invalid',
  'image-unsigned',
];

function codesFor(name: string, covered: boolean): readonly string[] {
  if (DIGESTS.includes(name)) return ['image-digest-mismatch'];
  if (name === 'signature' || name === 'secondary_signature') return ['image-signature-invalid'];
  if (!covered) return anyRefusal;
  return COVERED[name] ?? ['image-digest-mismatch', 'image-key-unknown', 'image-key-type-refused'];
}

describe('one changed bit', () => {
  it('is looked for in all of them', () => {
    expect(images.length).toBeGreaterThan(225);
  });

  it.each(images)('in $file is refused', async ({ file, vector, tlvs }) => {
    const original = vectorFile(file);
    const slots = slotsOfKeys(vector.key, vector.key2);
    const options = { headerSizeBytes: vector.header_size };
    const unseen: string[] = [];
    for (const { at, what, codes } of flipsOf(tlvs, vector.header_size, original.length)) {
      const bytes = original.slice();
      bytes[at]! ^= 0x01;
      const verdict = await verifyImage(bytes, slots, options);
      const found = verdict.ok ? verdict.warnings.map(({ code }) => code) : [verdict.code];
      if (!found.some((code) => codes.includes(code)))
        unseen.push(`${what} at ${at}: ${found.join()}`);
    }
    expect(unseen).toEqual([]);
  });
});
