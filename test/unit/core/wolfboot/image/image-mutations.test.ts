import { describe, expect, it } from 'vitest';
import {
  buildSignedImage,
  verifyImage,
  type ImageOptions,
  type ImageVerdict,
} from '../../../../../src/core/wolfboot/index.ts';
import { hash } from '../../../../../src/core/crypto/index.ts';
import { firmware, testKey } from '../../../../support/image-keys.ts';

/*
 * Every byte of some images is changed in several ways. What the digest covers, what is signed and the
 * signatures themselves must be refused; the rest, which nobody signs, must at least be named.
 */

const ed = await testKey('ed25519');
const ecc = await testKey('ecdsa-p256');
const slots = [ed.slot, ecc.slot];
const code = firmware(13);
const common = { partitionId: 1, version: 3, hash: 'sha256' } as const;
const policy = { pcrMask: new Uint8Array(4), digest: hash('sha256', code) };

type Range = readonly [start: number, end: number];

interface Case {
  readonly name: string;
  readonly options: ImageOptions;
  /** By hand from section 11: where tag, length and value of each signature lie. */
  readonly signatures: readonly Range[];
  readonly policy?: Range;
  /** End of the digest's value: everything before it is covered or is the digest. */
  readonly digestEnd: number;
}

const cases: readonly Case[] = [
  {
    name: 'Ed25519 without a timestamp',
    options: { ...common, keyType: ed.keyType },
    digestEnd: 104,
    signatures: [[108, 176]],
  },
  {
    name: 'P-256 with timestamp and custom field',
    options: {
      ...common,
      keyType: ecc.keyType,
      timestamp: 7n,
      customTlvs: [{ tag: 0x31, value: Uint8Array.of(1, 2, 3) }],
    },
    digestEnd: 128,
    signatures: [[132, 200]],
  },
  {
    name: 'hybrid with SHA-384',
    options: {
      ...common,
      hash: 'sha384',
      keyType: ed.keyType,
      secondaryKeyType: ecc.keyType,
      headerSizeBytes: 384,
    },
    digestEnd: 200,
    signatures: [
      [204, 272],
      [276, 344],
    ],
  },
  {
    name: 'Ed25519 with a policy',
    options: { ...common, keyType: ed.keyType, policy, headerSizeBytes: 300 },
    digestEnd: 104,
    signatures: [[108, 176]],
    policy: [180, 252],
  },
];

function mustBeRefused({ digestEnd, signatures, options }: Case, at: number): boolean {
  const header = options.headerSizeBytes ?? 256;
  return (
    at < digestEnd || at >= header || signatures.some(([start, end]) => at >= start && at < end)
  );
}

/** Named: a byte that nobody signs, or the policy, which cannot be checked. */
function isNamed(verdict: ImageVerdict, isPolicy: boolean): boolean {
  if (!verdict.ok) return true;
  const wanted = isPolicy ? ['policy-unchecked', 'uncovered-bytes'] : ['uncovered-bytes'];
  return verdict.warnings.some(({ code: each }) => wanted.includes(each));
}

describe.each(cases)('$name', async (each) => {
  const second = each.options.secondaryKeyType === undefined ? undefined : ecc.signer;
  const first = each.options.keyType === ed.keyType ? ed.signer : ecc.signer;
  const image = await buildSignedImage(code, each.options, first, second);
  const headerSizeBytes = each.options.headerSizeBytes ?? 256;

  it('is good as it is', async () => {
    const verdict = await verifyImage(image, slots, { headerSizeBytes });
    expect(verdict).toMatchObject({ ok: true });
    expect(verdict.ok && verdict.warnings.map(({ code: warning }) => warning)).toEqual(
      each.policy ? ['policy-unchecked'] : [],
    );
  });

  it.each([
    ['with the header size known', headerSizeBytes, [0x01, 0xff]],
    ['with the header size inferred', undefined, [0x80]],
  ])('no changed byte goes unseen %s', async (_name, size, masks) => {
    const unseen: string[] = [];
    for (let at = 0; at < image.length; at++) {
      for (const mask of masks) {
        const changed = image.slice();
        changed[at]! ^= mask;
        const verdict = await verifyImage(changed, slots, { headerSizeBytes: size });
        const isPolicy = each.policy !== undefined && at >= each.policy[0] && at < each.policy[1];
        const seen = mustBeRefused(each, at) ? !verdict.ok : isNamed(verdict, isPolicy);
        if (!seen) unseen.push(`byte ${at} ^ ${mask}`);
      }
    }
    expect(unseen).toEqual([]);
  });

  it('no cut and no addition goes unseen', async () => {
    for (let length = 0; length < image.length; length++) {
      expect(await verifyImage(image.slice(0, length), slots)).toMatchObject({ ok: false });
    }
    for (const extra of [1, 4, 256]) {
      const longer = new Uint8Array(image.length + extra).fill(0xff);
      longer.set(image);
      expect(await verifyImage(longer, slots)).toMatchObject({ ok: false });
    }
  });
});
