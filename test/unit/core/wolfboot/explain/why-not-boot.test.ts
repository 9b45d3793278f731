import { describe, expect, it } from 'vitest';
import { concatBytes, filledBytes } from '../../../../../src/core/bytes/index.ts';
import {
  bootloaderProfiles,
  bootChecks,
  bootReasons,
  buildSignedImage,
  encryptImage,
  errorCodeOfFinding,
  makeProfile,
  SAMPLE_MARK,
  verifyImage,
  whyNotBoot,
  type BootExplanation,
  type BootQuestion,
  type BootReason,
  type ImageOptions,
} from '../../../../../src/core/wolfboot/index.ts';
import { seededRng } from '../../../../support/bytes-rng.ts';
import { firmware, testKey } from '../../../../support/image-keys.ts';
import { imageManifest, slotsOfKeys } from '../../../../support/image-vectors.ts';
import { vectorFile } from '../../../../support/wolfboot-vectors.ts';

const [profile] = bootloaderProfiles; // P-256, header of 1024 bytes
const ecc = await testKey('ecdsa-p256');
const other = await testKey('ecdsa-p256', 'another key');
const ed = await testKey('ed25519');
const rng = seededRng('why not boot');
const code = firmware(3000);
const options: ImageOptions = {
  keyType: ecc.keyType,
  partitionId: 1,
  version: 7,
  hash: 'sha256',
  headerSizeBytes: 1024,
};

const sign = (changes: Partial<ImageOptions> = {}, payload = code, key = ecc) =>
  buildSignedImage(payload, { ...options, keyType: key.keyType, ...changes }, key.signer);

const image = await sign();

/** All is known and all is good. */
const good: BootQuestion = {
  image,
  fileName: 'f',
  slots: [ed.slot, ecc.slot],
  profile,
  partitionId: 1,
  runningVersion: 6,
};

function badReasons({ findings }: BootExplanation): readonly BootReason[] {
  return findings.filter(({ outcome }) => outcome === 'bad').map(({ reason }) => reason);
}

function openReasons({ findings }: BootExplanation): readonly BootReason[] {
  return findings.filter(({ outcome }) => outcome === 'unknown').map(({ reason }) => reason);
}

async function ask(changes: Partial<BootQuestion>): Promise<BootExplanation> {
  const answer = await whyNotBoot({ ...good, ...changes });
  const places = answer.findings.map(({ check }) => bootChecks.indexOf(check));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  for (const { message } of answer.findings) expect(message).not.toMatch(/[{}?]/);
  expect(answer.boots).toBe(answer.answer !== 'no');
  expect(answer.cause === undefined).toBe(badReasons(answer).length === 0);
  return answer;
}

describe('a good image', () => {
  it('boots, and every check says why', async () => {
    const answer = await ask({});
    expect(answer).toMatchObject({ boots: true, answer: 'yes', cause: undefined, slotIndex: 1 });
    expect(answer.findings.map(({ reason }) => reason)).toEqual([
      'plain-as-expected',
      'magic-good',
      'fields-good',
      'header-size-good',
      'length-good',
      'fits',
      'version-newer',
      'hash-good',
      'key-known',
      'key-type-good',
      'digest-good',
      'partition-allowed',
      'signature-good',
    ]);
  });

  it('boots with ifs when the bootloader is not known', async () => {
    const answer = await ask({ profile: undefined, runningVersion: undefined });
    expect(answer).toMatchObject({ boots: true, answer: 'yes-if' });
    expect(openReasons(answer)).toEqual([
      'header-size-unknown',
      'fit-unknown',
      'version-not-compared',
      'hash-not-compared',
      'key-type-not-compared',
    ]);
  });
});

/** A changed byte at the place. */
function changed(at: number, bytes = image): Uint8Array {
  const copy = bytes.slice();
  copy[at]! ^= 1;
  return copy;
}

const masked = { ...ecc.slot, partitionMask: 0x4 };
const encryptionKey = { cipher: 'aes128-ctr', key: rng.bytes(16), nonce: rng.bytes(16) } as const;
const encrypted = encryptImage(image, encryptionKey);
const delta = { ...vector('delta-ecc256', 'diff'), slots: slotsOfKeys('ecc256') };
const base = vectorFile('images/delta-base.signed.bin');
const hybrid = vector('hybrid-ed25519+ecc256', 'signed');

function vector(id: string, kind: string) {
  const found = imageManifest.images.find((each) => each.id === id);
  const file = found?.outputs.find((output) => output.kind === kind)?.file ?? '';
  return {
    image: vectorFile(file),
    headerSizeBytes: found?.header_size,
    profile: undefined,
    runningVersion: undefined,
  };
}

interface Case {
  readonly name: string;
  readonly change: Partial<BootQuestion>;
  readonly cause: BootReason;
  /** All bad ones, when there is more than the cause. */
  readonly bad?: readonly BootReason[];
  readonly context?: object;
}

const cases: readonly Case[] = [
  {
    name: 'header size of another build, proven',
    change: { image: await sign({ headerSizeBytes: 512 }) },
    cause: 'header-size-differs',
    context: { headerSizeBytes: 512, expected: 1024 },
  },
  {
    name: 'header size of another build, no power of two',
    change: { image: await sign({ headerSizeBytes: 700 }) },
    cause: 'header-size-differs',
    context: { headerSizeBytes: 700, expected: 1024 },
  },
  {
    name: 'header size of another build and changed firmware',
    change: { image: changed(2000, await sign({ headerSizeBytes: 512 })) },
    cause: 'header-size-likely-differs',
    bad: ['header-size-likely-differs', 'digest-differs'],
    context: { headerSizeBytes: 512, expected: 1024 },
  },
  {
    name: 'header size named by hand',
    change: { headerSizeBytes: 256 },
    cause: 'header-size-differs',
    context: { headerSizeBytes: 1024, expected: 256 },
  },
  {
    name: 'another key of the same type',
    change: { slots: [ed.slot, other.slot] },
    cause: 'key-unknown-other-of-type',
    context: { slot: 1, slots: 2, keyType: 'ECDSA P-256' },
  },
  {
    name: 'no key of the type',
    change: { slots: [ed.slot] },
    cause: 'key-unknown',
    context: { slots: 1 },
  },
  { name: 'an empty keystore', change: { slots: [] }, cause: 'key-no-slots' },
  {
    name: 'another hash',
    change: { image: await sign({ hash: 'sha384' }) },
    cause: 'hash-differs',
    context: { hash: 'sha384', expected: 'sha256' },
  },
  {
    name: 'another hash of the build',
    change: { hash: 'sha3-384' },
    cause: 'hash-differs',
    context: { hash: 'sha256', expected: 'sha3-384', option: 'sha3' },
  },
  {
    name: 'another key type of the build',
    change: { image: await sign({}, code, ed) },
    cause: 'key-type-of-build-differs',
    context: { keyType: 'Ed25519', expected: 'ECDSA P-256' },
  },
  {
    name: 'another key type of the slot',
    change: { slots: [{ ...ecc.slot, keyType: 6 }] },
    cause: 'key-type-of-slot-differs',
    bad: ['key-type-of-slot-differs', 'signature-bad'],
    context: { slot: 0 },
  },
  {
    name: 'a mask without the partition',
    change: { slots: [masked] },
    cause: 'partition-refused-by-mask',
    context: { partitionId: 1, mask: '0x00000004' },
  },
  {
    name: 'another partition than wanted',
    change: { image: await sign({ partitionId: 2 }) },
    cause: 'partition-differs',
    context: { partitionId: 2, expected: 1 },
  },
  {
    name: 'an older version',
    change: { runningVersion: 8 },
    cause: 'version-older',
    context: { version: 7, runningVersion: 8 },
  },
  { name: 'the same version', change: { runningVersion: 7 }, cause: 'version-same' },
  { name: 'version 0', change: { image: await sign({ version: 0 }) }, cause: 'version-zero' },
  {
    name: 'too large for the partition',
    change: { room: { partitionSizeBytes: 8192, sectorSizeBytes: 4096, writeOnce: true } },
    cause: 'too-large',
    context: { imageBytes: 4024, mostBytes: 0 },
  },
  {
    name: 'too large for the partition of the profile',
    change: { image: await sign({}, firmware(0x9e000 - 1023)) },
    cause: 'too-large',
    context: { imageBytes: 0x9e001, mostBytes: 0x9e000 },
  },
  {
    name: 'unsigned',
    change: {
      image: await buildSignedImage(code, { ...options, keyType: 0xff }),
    },
    cause: 'key-unsigned',
  },
  {
    name: 'encrypted where a plain one is expected, key unknown',
    change: { image: encrypted },
    cause: 'encrypted-or-random',
  },
  {
    name: 'encrypted where a plain one is expected, key known',
    change: { image: encrypted, encryptionKey, decrypts: false },
    cause: 'encryption-unexpected',
  },
  {
    name: 'plain where an encrypted one is expected',
    change: { encryptionKey },
    cause: 'encryption-missing',
  },
  {
    name: 'encrypted with another key',
    change: { image: encrypted, encryptionKey: { ...encryptionKey, key: rng.bytes(16) } },
    cause: 'decryption-key-wrong',
  },
  {
    name: 'encrypted and changed',
    change: { image: changed(3000, encrypted), encryptionKey },
    cause: 'digest-differs',
  },
  {
    name: 'encrypted and cut',
    change: { image: encrypted.slice(0, 2000), encryptionKey },
    cause: 'fields-broken',
  },
  {
    name: 'a delta for another version',
    change: { ...delta, runningVersion: 3 },
    cause: 'delta-base-version-differs',
    bad: ['delta-base-version-differs', 'version-older'],
    context: { baseVersion: 1, runningVersion: 3 },
  },
  {
    name: 'a delta for another image of that version',
    change: { ...delta, runningImage: await sign({ version: 1 }) },
    cause: 'delta-base-digest-differs',
  },
  {
    name: 'cut',
    change: { image: image.slice(0, -10) },
    cause: 'payload-cut',
    context: { missingBytes: 10 },
  },
  {
    name: 'cut within the header',
    change: { image: image.slice(0, 600) },
    cause: 'payload-cut',
  },
  {
    name: 'lengthened',
    change: { image: concatBytes(image, filledBytes(5, 0xff)) },
    cause: 'payload-lengthened',
    context: { extraBytes: 5 },
  },
  {
    name: 'a header only',
    change: { image: image.slice(0, 1024) },
    cause: 'payload-absent',
  },
  { name: 'changed firmware', change: { image: changed(3000) }, cause: 'digest-differs' },
  {
    name: 'a changed signature',
    change: { image: changed(150) },
    cause: 'signature-bad',
    context: { slot: 1 },
  },
  {
    name: 'no signature',
    change: { image: await withoutSignature() },
    cause: 'signature-missing',
  },
  { name: 'a broken header', change: { image: changed(10) }, cause: 'fields-broken' },
  {
    name: 'noise',
    change: { image: code },
    cause: 'encrypted-or-random',
  },
  {
    name: 'firmware that nobody signed',
    change: { image: vectorFile('payloads/p1000.bin') },
    cause: 'magic-missing',
    context: { found: '030a1118' },
  },
  {
    name: 'an OTP image',
    change: { image: vectorFile('otp/ecc256-1-stm32h5/otp.bin') },
    cause: 'magic-missing',
  },
  {
    name: 'a bad second signature',
    change: {
      ...hybrid,
      image: secondSignatureChanged(hybrid.image),
      slots: slotsOfKeys('ed25519', 'ecc256'),
    },
    cause: 'second-signature-bad',
  },
  {
    name: 'a sample',
    change: {
      image: await sign({}, concatBytes(code, new TextEncoder().encode(SAMPLE_MARK))),
    },
    cause: 'sample-image',
  },
];

/** Filler in place of the signature's field. */
async function withoutSignature(): Promise<Uint8Array> {
  const copy = await sign();
  copy.fill(0xff, 108, 176);
  return copy;
}

function secondSignatureChanged(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer);
  for (let at = 100; at < 1000; at += 2) {
    if (view.getUint16(at, true) === 0x22) return changed(at + 20, bytes);
  }
  throw new Error('no second signature');
}

describe('does not boot', () => {
  it.each(cases)('$name', async ({ change, cause, bad = [cause], context = {} }) => {
    const answer = await ask(change);
    expect(badReasons(answer)).toEqual(bad);
    expect(answer).toMatchObject({ boots: false, answer: 'no', cause: { reason: cause } });
    expect(answer.cause?.context).toMatchObject(context);
    expect(answer.cause && errorCodeOfFinding(answer.cause)).toBeDefined();
  });

  it('for every reason that is bad there is a case', () => {
    const shown = new Set(cases.flatMap(({ cause, bad = [] }) => [cause, ...bad]));
    const missing = bootReasons.filter((reason) => isBad(reason) && !shown.has(reason));
    expect(missing).toEqual([]);
  });

  it('for several reasons at once, and names them all', async () => {
    const slots = [masked];
    const answer = await ask({ image: changed(3000), slots, runningVersion: 9 });
    expect(badReasons(answer)).toEqual([
      'version-older',
      'digest-differs',
      'partition-refused-by-mask',
    ]);
    expect(answer.cause?.reason).toBe('digest-differs');
  });
});

/** By hand, so that the table in the code cannot quietly call something good. */
function isBad(reason: BootReason): boolean {
  const good = /-(?:good|expected|known|fits|newer|allowed|unknown|compared)$|^(?:fits|decrypted)$/;
  return reason === 'key-unknown' || !good.test(reason);
}

describe('boots on', () => {
  it('a virtual board, though it is a sample', async () => {
    const sample = await sign({}, concatBytes(code, new TextEncoder().encode(SAMPLE_MARK)));
    expect(await ask({ image: sample, virtualBoard: true })).toMatchObject({ answer: 'yes' });
  });

  it('a bootloader that decrypts, when it is encrypted', async () => {
    const answer = await ask({ image: encrypted, encryptionKey });
    expect(answer.answer).toBe('yes');
    expect(answer.findings[0]).toMatchObject({ reason: 'decrypted' });
  });

  it('a board with the base of its patch', async () => {
    const answer = await ask({ ...delta, runningImage: base });
    expect(answer).toMatchObject({ boots: true });
    expect(answer.findings).toContainEqual(expect.objectContaining({ reason: 'delta-base-fits' }));
    expect(openReasons(await ask(delta))).toContain('delta-base-unknown');
  });

  it('a universal build of another SIGN=, when the key is in it', async () => {
    const universal = makeProfile({ target: 'stm32h5', signName: 'ECC256', universal: true });
    const answer = await ask({ image: await sign({}, code, ed), profile: universal });
    expect(answer).toMatchObject({ boots: true });
  });
});

describe('the images of wolfBoot', () => {
  const whole = imageManifest.images.flatMap((each) =>
    each.outputs
      .filter(({ kind }) => kind === 'signed' || kind === 'diff')
      .map(({ file }) => ({ file, each })),
  );

  it.each(whole)('$file: no finding is falsely bad', async ({ file, each }) => {
    const bytes = vectorFile(file);
    const slots = slotsOfKeys(each.key, each.key2);
    const headerSizeBytes = each.header_size;
    const answer = await whyNotBoot({ image: bytes, fileName: file, slots, headerSizeBytes });
    const verdict = await verifyImage(bytes, slots, { headerSizeBytes });
    if (each.version > 0) expect(answer.boots).toBe(verdict.ok);
    const expected = each.version === 0 ? ['version-zero'] : [];
    if (verdict.ok) expect(badReasons(answer)).toEqual(expected);
  });
});
