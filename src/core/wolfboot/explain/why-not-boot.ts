/**
 * Would this bootloader start this image? Every check in the bootloader's order, not only the first that
 * fails, and among several bad ones the cause (formats/wolfboot.md, sections 12, 13 and 23).
 */
import { isFilledWith } from '../../bytes/index.ts';
import { isAppError, type ErrorCode } from '../../errors.ts';
import { decryptImage, imageCiphers, opensImage } from '../image/image-encrypt.ts';
import { looksLikeImage } from '../image/image-parse.ts';
import { HEADER_FILLER } from '../image/image-tags.ts';
import type { WolfBootImage } from '../image/image-types.ts';
import { isSampleImage } from '../sample-mark.ts';
import {
  deltaFindings,
  fieldsFinding,
  finding,
  fitFinding,
  headerSizeFinding,
  headerSizeOf,
  lengthFinding,
  magicFinding,
  versionFinding,
} from './boot-image-checks.ts';
import {
  digestFinding,
  hashFinding,
  keyFinding,
  keyTypeFindings,
  namedSlot,
  partitionFinding,
  secondSignatureFindings,
  signatureFindings,
} from './boot-key-checks.ts';
import { looksEncrypted } from './encrypted.ts';
import { readForBoot, type BootReading } from './boot-reading.ts';
import type { BootCheck, BootExplanation, BootFinding, BootQuestion } from './boot-types.ts';

/**
 * Keeps nothing; never throws for any bytes and any slots. Throws `invalid-argument` for an encryption key
 * whose parts have not the lengths of its cipher.
 */
export async function whyNotBoot(question: BootQuestion): Promise<BootExplanation> {
  const opened = openFile(question);
  const findings = [...opened.findings];
  const { bytes } = opened;
  if (!bytes) return explanationOf(findings, undefined, -1);
  findings.push(magicFinding(bytes));
  const expected = headerSizeOf(question);
  const reading = readForBoot(bytes, question.fileName, expected);
  if (!reading) return explanationOf(findings, undefined, -1);
  findings.push(
    fieldsFinding(reading),
    headerSizeFinding(reading, expected),
    lengthFinding(reading),
    fitFinding(reading, question),
  );
  const { image } = reading;
  const slotIndex = image ? namedSlot(image, question.slots) : -1;
  if (image) findings.push(...(await imageFindings(reading, image, slotIndex, question)));
  if (question.virtualBoard !== true && isSampleImage(bytes)) {
    findings.push(finding('sample', 'sample-image'));
  }
  return explanationOf(findings, image, slotIndex);
}

async function imageFindings(
  reading: BootReading,
  image: WolfBootImage,
  slotIndex: number,
  question: BootQuestion,
): Promise<readonly BootFinding[]> {
  const { slots } = question;
  const slot = slots[slotIndex];
  return [
    ...deltaFindings(image, question),
    versionFinding(image, question),
    hashFinding(image, question),
    keyFinding(image, slots, slotIndex),
    ...keyTypeFindings(image, slot, slotIndex, question),
    digestFinding(reading, image),
    partitionFinding(image, slot, slotIndex, question),
    ...(await signatureFindings(image, slot, slotIndex)),
    ...(await secondSignatureFindings(image, slots)),
  ];
}

interface OpenedFile {
  readonly findings: readonly BootFinding[];
  /** Undefined: there is nothing more to look at. */
  readonly bytes: Uint8Array | undefined;
}

function openFile(question: BootQuestion): OpenedFile {
  const { image, encryptionKey, decrypts } = question;
  const opens = decrypts ?? encryptionKey !== undefined;
  if (looksLikeImage(image)) {
    const reason = opens ? 'encryption-missing' : 'plain-as-expected';
    return { findings: [finding('encryption', reason)], bytes: image };
  }
  if (!encryptionKey) {
    return looksEncrypted(image)
      ? closed(finding('encryption', 'encrypted-or-random'))
      : closed(finding('encryption', 'plain-as-expected'), magicFinding(image));
  }
  const { cipher } = encryptionKey;
  if (!opensImage(image, encryptionKey)) {
    return closed(finding('encryption', 'decryption-key-wrong', { cipher }));
  }
  const opened = finding('encryption', opens ? 'decrypted' : 'encryption-unexpected', { cipher });
  try {
    const plain = withoutFilling(decryptImage(image, encryptionKey), question);
    return { findings: [opened], bytes: plain };
  } catch (error) {
    if (!isAppError(error, 'malformed')) throw error;
    return closed(opened, finding('fields', 'fields-broken', { problem: error.message }));
  }
}

function closed(...findings: readonly BootFinding[]): OpenedFile {
  return { findings, bytes: undefined };
}

/** Where no digest tells the firmware from what AES filled the last block with, its length does. */
function withoutFilling(plain: Uint8Array, question: BootQuestion): Uint8Array {
  const { encryptionKey, fileName } = question;
  const surplus = readForBoot(plain, fileName, headerSizeOf(question))?.surplusBytes ?? 0;
  const { blockBytes } = imageCiphers[encryptionKey?.cipher ?? 'chacha20'];
  const endBytes = plain.length - surplus;
  const isFilling =
    surplus > 0 && surplus < blockBytes && isFilledWith(plain.subarray(endBytes), HEADER_FILLER);
  return isFilling ? plain.slice(0, endBytes) : plain;
}

/** Of several bad findings the one further up explains those further down. */
const CAUSES: readonly BootCheck[] = [
  'encryption',
  'magic',
  'header-size',
  'length',
  'fields',
  'digest',
  'hash',
  'key',
  'key-type',
  'partition',
  'signature',
  'second-signature',
  'delta',
  'fit',
  'version',
  'sample',
];

const NEEDED: readonly BootCheck[] = ['key', 'digest', 'signature'];

function explanationOf(
  findings: readonly BootFinding[],
  image: WolfBootImage | undefined,
  slotIndex: number,
): BootExplanation {
  const bad = findings.filter(({ outcome }) => outcome === 'bad');
  const cause = CAUSES.flatMap((check) => bad.filter((each) => each.check === check))[0];
  const isGood = (check: BootCheck): boolean =>
    findings.some((each) => each.check === check && each.outcome === 'good');
  const boots = cause === undefined && NEEDED.every(isGood);
  const allKnown = findings.every(({ outcome }) => outcome === 'good');
  return {
    boots,
    answer: boots ? (allKnown ? 'yes' : 'yes-if') : 'no',
    cause,
    findings,
    image,
    slotIndex: slotIndex < 0 ? undefined : slotIndex,
  };
}

/** The code of the house's errors for a finding that is bad. */
export function errorCodeOfFinding({ check, reason }: BootFinding): ErrorCode {
  switch (check) {
    case 'encryption':
      return reason === 'decryption-key-wrong' ? 'decryption-key-wrong' : 'unrecognised-file';
    case 'magic':
      return 'unrecognised-file';
    case 'fields':
    case 'header-size':
    case 'length':
      return 'malformed';
    case 'fit':
      return 'image-too-large';
    case 'delta':
    case 'version':
      return 'update-refused';
    case 'key':
      if (reason === 'key-unsigned') return 'image-unsigned';
      return reason === 'key-no-slots' ? 'keystore-empty' : 'image-key-unknown';
    case 'hash':
    case 'key-type':
      return 'image-key-type-refused';
    case 'digest':
      return 'image-digest-mismatch';
    case 'partition':
      return 'image-partition-refused';
    case 'signature':
    case 'second-signature':
      return 'image-signature-invalid';
    case 'sample':
      return 'sample-on-real-board';
  }
}
