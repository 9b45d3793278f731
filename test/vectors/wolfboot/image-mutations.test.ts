import { describe, expect, it } from 'vitest';
import {
  parseImage,
  verifyImage,
  whyNotBoot,
  type ImageVerdict,
} from '../../../src/core/wolfboot/index.ts';
import { imageManifest, slotsOfKeys, type ImageVector } from '../../support/image-vectors.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

/*
 * Images that wolfBoot's sign made, one of every kind of key, hash and layout. A changed byte must be refused
 * wherever the digest or a signature covers it; elsewhere it must at least be named.
 */

const ids = [
  'ed25519-plain',
  'ed448-plain',
  'ecc256-plain',
  'ecc256-sha384',
  'ecc256-sha3',
  'ecc256-tlvmulti',
  'ecc256-cert',
  'ecc256-policy',
  'ecc256-hdr300',
  'ecc384-plain',
  'ecc521-plain',
  'rsa2048-plain',
  'rsa3072-plain',
  'rsa4096-plain',
  'rsa2048enc-plain',
  'rsa3072enc-plain',
  'rsa4096enc-plain',
  'rsapss2048-plain',
  'rsapss3072-plain',
  'rsapss4096-plain',
  'mldsa2-plain',
  'mldsa3-plain',
  'mldsa5-plain',
  'lms-l1h5w8-plain',
  'lms-l2h5w8-plain',
  'lms-l4h5w8-plain',
  'xmss-10-plain',
  'xmssmt-20-2-plain',
  'xmssmt-20-4-plain',
  'hybrid-ed25519+ecc256',
  'hybrid-mldsa3+ecc384',
  'delta-ecc256',
  'delta-xmss',
];

/** Signatures take long to check, so of each this many bytes are changed, the first and last of them always. */
const SIGNATURE_SAMPLES = 6;
/** The digest covers the firmware: one byte is as good as another. */
const PAYLOAD_SAMPLES = 16;
const EXPLAINED_EACH = 60;

function samples(startBytes: number, endBytes: number, count: number): readonly number[] {
  const length = endBytes - startBytes;
  if (length <= count) return Array.from({ length }, (_, index) => startBytes + index);
  const step = (length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => startBytes + Math.round(index * step));
}

interface Place {
  readonly at: number;
  readonly kind: 'covered' | 'signature' | 'policy' | 'free';
}

const SIGNATURES: readonly string[] = ['signature', 'secondary_signature'];

/** Every byte of the header but those of large signatures, and some of the firmware. */
function placesOf(bytes: Uint8Array, { key2 }: ImageVector): readonly Place[] {
  const image = parseImage(bytes, 'image');
  const digestEnd = image.digestOffsetBytes + 4 + image.digest.length;
  const places: Place[] = samples(0, digestEnd, digestEnd).map((at) => ({ at, kind: 'covered' }));
  let at = digestEnd;
  const free = (endBytes: number): void => {
    for (; at < endBytes; at++) places.push({ at, kind: 'free' });
  };
  for (const { name, offsetBytes, value } of image.tlvs) {
    if (offsetBytes < digestEnd) continue;
    free(offsetBytes);
    const end = offsetBytes + 4 + value.length;
    const isSignature =
      name === 'signature' || (name === 'secondary_signature' && key2 !== undefined);
    const kind = isSignature ? 'signature' : 'policy';
    expect(SIGNATURES.includes(name) || name === 'policy_signature').toBe(true);
    const chosen = [
      ...samples(offsetBytes, offsetBytes + 4, 4),
      ...samples(offsetBytes + 4, end, SIGNATURE_SAMPLES),
    ];
    places.push(...chosen.map((place): Place => ({ at: place, kind })));
    at = end;
  }
  // Of a long run of filler not every byte.
  const fillers = samples(at, image.headerSizeBytes, 12);
  places.push(...fillers.map((place): Place => ({ at: place, kind: 'free' })));
  const payload = samples(image.headerSizeBytes, bytes.length, PAYLOAD_SAMPLES);
  return [...places, ...payload.map((place): Place => ({ at: place, kind: 'covered' }))];
}

function isSeen(verdict: ImageVerdict, kind: Place['kind']): boolean {
  if (!verdict.ok) return true;
  if (kind === 'covered' || kind === 'signature') return false;
  const wanted = kind === 'policy' ? ['policy-unchecked', 'uncovered-bytes'] : ['uncovered-bytes'];
  return verdict.warnings.some(({ code }) => wanted.includes(code));
}

describe.each(ids)('%s', (id) => {
  const vector = imageManifest.images.find((each) => each.id === id);
  const file = vector?.outputs.findLast(({ kind }) => kind === 'signed' || kind === 'diff')?.file;
  if (!vector || file === undefined) throw new Error(`no image ${id}`);
  const bytes = vectorFile(file);
  const slots = slotsOfKeys(vector.key, vector.key2);
  const headerSizeBytes = vector.header_size;
  const places = placesOf(bytes, vector);

  it('is good as it is', async () => {
    expect(await verifyImage(bytes, slots, { headerSizeBytes })).toMatchObject({ ok: true });
  });

  it('no changed byte goes unseen', { timeout: 120_000 }, async () => {
    const unseen: string[] = [];
    for (const [index, { at, kind }] of places.entries()) {
      const changed = bytes.slice();
      changed[at]! ^= index % 2 === 0 ? 0x01 : 0x80;
      const verdict = await verifyImage(changed, slots, { headerSizeBytes });
      if (!isSeen(verdict, kind)) unseen.push(`${kind} byte ${at}`);
    }
    expect(unseen).toEqual([]);
  });

  it('and none that matters boots', { timeout: 120_000 }, async () => {
    const some = places.filter(
      (place, index) => place.kind !== 'free' && index % EXPLAINED_EACH === 0,
    );
    for (const { at, kind } of some) {
      const changed = bytes.slice();
      changed[at]! ^= 0x40;
      const image = { image: changed, fileName: 'f' };
      const answer = await whyNotBoot({ ...image, slots, headerSizeBytes });
      if (kind !== 'policy') expect({ at, boots: answer.boots }).toEqual({ at, boots: false });
    }
  });
});
