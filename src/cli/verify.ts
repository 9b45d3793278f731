/** `keyfuse verify`: would a bootloader with these keys start this image, and if not, why? */
import { groupHex, wipe } from '../core/bytes/index.ts';
import { fingerprint } from '../core/crypto/index.ts';
import { AppError } from '../core/errors.ts';
import {
  errorCodeOfFinding,
  keyTypeLabel,
  readKeystoreFile,
  whyNotBoot,
  type BootExplanation,
  type BootFinding,
  type KeystoreSlot,
} from '../core/wolfboot/index.ts';
import type { Words } from './arguments.ts';
import { readInput } from './files.ts';
import type { Host } from './host.ts';
import { readImageFile } from './image-source.ts';
import { canonicalJson } from './json.ts';
import { bootloaderOf, readVerifyArguments, type VerifyRequest } from './verify-arguments.ts';

/** Prints every check. Throws the cause when the image is refused. */
export async function verify(host: Host, words: Words): Promise<void> {
  const request = readVerifyArguments(words);
  const { imageFile, json } = request;
  const slots = await readSlots(host, request);
  const answer = await explain(host, request, slots);
  if (json) host.print(canonicalJson(asJson(imageFile, slots, answer)));
  else for (const line of asText(imageFile, slots, answer)) host.print(line);
  for (const warning of warningsOf(answer)) host.note(`warning: ${warning}`);
  const { boots, cause } = answer;
  if (boots) return;
  throw new AppError(
    cause ? errorCodeOfFinding(cause) : 'image-signature-invalid',
    `${imageFile} is refused: ${cause?.message ?? 'not all of it could be checked'}`,
    { context: cause?.context ?? {} },
  );
}

async function readSlots(
  host: Host,
  { keystoreFile }: VerifyRequest,
): Promise<readonly KeystoreSlot[]> {
  const { slots, warnings } = await readKeystoreFile(readInput(host, keystoreFile), keystoreFile);
  for (const warning of warnings) host.note(`warning: ${keystoreFile}: ${warning}`);
  return slots;
}

async function explain(
  host: Host,
  request: VerifyRequest,
  slots: readonly KeystoreSlot[],
): Promise<BootExplanation> {
  const { imageFile, address, runningFile, partitionId, runningVersion } = request;
  const encryptionKey = request.encryption.read(host);
  try {
    return await whyNotBoot({
      image: readImageFile(host, imageFile, address),
      fileName: imageFile,
      slots,
      ...bootloaderOf(host, request),
      partitionId,
      runningVersion,
      runningImage: runningFile === undefined ? undefined : readImageFile(host, runningFile),
      encryptionKey,
    });
  } finally {
    if (encryptionKey) wipe(encryptionKey.key);
  }
}

/** Bytes that nobody signed, and what a keystore alone cannot tell. */
function warningsOf({ image }: BootExplanation): readonly string[] {
  if (!image) return [];
  const policy = image.policy
    ? [
        'the policy was not checked: the digest it signs is not in the image, and the mask is not covered by the signature',
      ]
    : [];
  return [...image.warnings.map(({ message }) => message), ...policy];
}

const LONGEST_CHECK = 16;

function asText(
  file: string,
  slots: readonly KeystoreSlot[],
  answer: BootExplanation,
): readonly string[] {
  const { image, findings } = answer;
  const words = { yes: 'is good', 'yes-if': 'is good', no: 'is refused' } as const;
  const about = image ? `: version ${image.version}, partition ${image.partitionId}` : '';
  const keys = keySlots(answer).flatMap((index) => {
    const slot = slots[index];
    if (!slot) return [];
    const key = `${keyTypeLabel(slot.keyType)}, ${groupHex(fingerprint(slot.publicKey))}`;
    return [`  signed with the key of slot ${index}: ${key}`];
  });
  const open = answer.answer === 'yes-if' ? ['  what is marked "?" was not checked'] : [];
  return [
    `${file} ${words[answer.answer]}${about}`,
    ...keys,
    ...findings.map(findingLine),
    ...open,
  ];
}

const MARKS = { good: 'ok', bad: 'NO', unknown: '?' } as const;

function findingLine({ check, outcome, message }: BootFinding): string {
  return `  ${MARKS[outcome].padEnd(2)}  ${check.padEnd(LONGEST_CHECK)}  ${message}`;
}

/** Of the signatures that are good. */
function keySlots({ findings }: BootExplanation): readonly number[] {
  return findings.flatMap(({ check, outcome, context }) => {
    const isSignature = check === 'signature' || check === 'second-signature';
    const { slot } = context;
    return isSignature && outcome === 'good' && typeof slot === 'number' ? [slot] : [];
  });
}

function asJson(file: string, slots: readonly KeystoreSlot[], answer: BootExplanation) {
  const { boots, cause, findings, image } = answer;
  const [key, secondaryKey] = keySlots(answer).map((index) => {
    const slot = slots[index];
    return slot && { slot: index, keyType: slot.keyType, fingerprint: fingerprint(slot.publicKey) };
  });
  return {
    file,
    ok: boots,
    answer: answer.answer,
    version: image?.version,
    partitionId: image?.partitionId,
    headerSizeBytes: image?.headerSizeBytes,
    key,
    secondaryKey,
    code: cause && errorCodeOfFinding(cause),
    cause: cause?.reason,
    message: cause?.message,
    checks: findings.map(({ check, outcome, reason, message, context }) => ({
      check,
      outcome,
      reason,
      message,
      context,
    })),
    warnings: warningsOf(answer),
  };
}
