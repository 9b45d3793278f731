/**
 * `keyfuse otpgen`: makes otp.bin, the OTP area with the keys and a fresh unique device secret
 * (formats/wolfboot.md, section 5), laid out as the bootloader in use reads it.
 */
import { asciiToBytes, equalBytes, groupHex, toHex, wipe } from '../core/bytes/index.ts';
import { hash } from '../core/crypto/index.ts';
import { AppError, isAppError } from '../core/errors.ts';
import {
  authKeyByOption,
  authKeys,
  bootloaderProfiles,
  buildOtpImage,
  keystoreFingerprint,
  keystoreWarnings,
  makeProfile,
  ML_DSA_KEY_BYTES,
  otpDifferences,
  otpGeometry,
  OTP_MAGIC,
  otpTargets,
  profileForKeystore,
  readKeystoreFile,
  slotCapacity,
  slotStrideBytes,
  upstreamStrideBytes,
  type AuthKey,
  type BootloaderProfile,
  type KeystoreSlot,
  type OtpDifference,
  type OtpTarget,
} from '../core/wolfboot/index.ts';
import { misuse, type Words } from './arguments.ts';
import { readConfig } from './config-words.ts';
import { checkReplaceable, readInput, writeOutputs } from './files.ts';
import type { Host } from './host.ts';
import { canonicalJson } from './json.ts';

const OUTPUT = 'otp.bin';

/** What the person said of the bootloader. */
export interface BootloaderWish {
  readonly target: OtpTarget;
  readonly profileId: string | undefined;
  readonly sign: AuthKey | undefined;
  readonly universal: boolean;
}

interface OtpgenRequest extends Omit<BootloaderWish, 'target'> {
  /** Undefined only where the `.config` says it. */
  readonly target: OtpTarget | undefined;
  readonly configFile: string | undefined;
  readonly keystoreFile: string;
  /** As otp-keystore-gen lays it out. */
  readonly upstreamCompatible: boolean;
  /** `none`: left blank, for a board that draws its own. */
  readonly uds: 'random' | 'none';
  /** Replaces an otp.bin that is none. */
  readonly force: boolean;
  readonly json: boolean;
}

export async function otpgen(host: Host, words: Words): Promise<void> {
  const request = readOtpgenArguments(words);
  const { slots, warnings } = await readKeystoreFile(
    readInput(host, request.keystoreFile),
    request.keystoreFile,
  );
  const replaces = checkReplaceable(host, OUTPUT, {
    input: request.keystoreFile,
    isEarlier: (bytes) => equalBytes(bytes.subarray(0, OTP_MAGIC.length), asciiToBytes(OTP_MAGIC)),
    force: request.force,
  });
  const profile = profileOf(host, request, slots);
  const odd = [...warnings, ...keystoreWarnings(slots, profile).map(({ message }) => message)];
  for (const warning of odd) host.note(`warning: ${warning}`);
  const differences = otpDifferences(profile, slots);
  const withUds = request.uds === 'random';
  const uds = withUds ? host.rng.bytes(otpGeometry(profile.target).udsBytes) : undefined;
  const { upstreamCompatible } = request;
  const bytes = buildOtpImage({ profile, slots, uds, upstreamCompatible });
  try {
    if (replaces) {
      host.note(`${OUTPUT} is replaced${withUds ? '; every run makes a new UDS' : ''}`);
    }
    writeOutputs(host, [{ path: OUTPUT, bytes, secret: true, replace: replaces }]);
    const facts = factsOf(request, profile, slots, bytes, differences);
    if (request.json) host.print(canonicalJson({ ...facts, warnings: odd }));
    else for (const line of asText(facts, profile, differences)) host.print(line);
  } finally {
    if (uds) wipe(uds);
    wipe(bytes);
  }
  if (upstreamCompatible && differences.length > 0) {
    host.note(
      `warning: ${OUTPUT} is for comparing only: burn the file that is made without --upstream-compatible`,
    );
  }
  if (withUds) {
    host.note(`${OUTPUT} holds the device's unique secret: burn it into one device and delete it`);
  } else {
    host.note(`${OUTPUT} holds no device secret: the board draws its own, or attestation has none`);
  }
}

/** No hash of a file with a UDS: whoever knows the keystore could use it to try secrets. */
function factsOf(
  request: OtpgenRequest,
  profile: BootloaderProfile,
  slots: readonly KeystoreSlot[],
  bytes: Uint8Array,
  differences: readonly OtpDifference[],
) {
  const { upstreamCompatible, uds } = request;
  const bootloaderStride = slotStrideBytes(profile);
  return {
    file: OUTPUT,
    sizeBytes: bytes.length,
    sha256: uds === 'none' ? toHex(hash('sha256', bytes)) : undefined,
    target: profile.target,
    bootloader: profile.id,
    uds,
    upstreamCompatible,
    slots: slots.length,
    capacity: slotCapacity(profile.target, bootloaderStride),
    strideBytes: upstreamCompatible ? upstreamStrideBytes(slots) : bootloaderStride,
    bootloaderStrideBytes: bootloaderStride,
    keystoreFingerprint: keystoreFingerprint(slots),
    upstreamDifferences: differences.map(differenceJson),
  };
}

function differenceJson(difference: OtpDifference) {
  if (difference.code !== 'we-refuse') return { ...difference };
  const { code, message, refusal } = difference;
  return { code, message, refusal: refusal.code, slot: refusal.slot };
}

function asText(
  facts: ReturnType<typeof factsOf>,
  profile: BootloaderProfile,
  differences: readonly OtpDifference[],
): readonly string[] {
  const { file, sizeBytes, slots, capacity, strideBytes } = facts;
  const how = facts.upstreamCompatible ? ', as otp-keystore-gen lays it out' : '';
  return [
    `wrote ${file} (${sizeBytes} bytes) for ${profile.name}${how}`,
    `  ${slots} of ${capacity} slots of ${strideBytes} bytes`,
    `  keystore fingerprint ${groupHex(facts.keystoreFingerprint)}`,
    ...(differences.length === 0 ? [] : ['  not the same as the file of otp-keystore-gen:']),
    ...differences.map(({ message }) => `    ${message}`),
  ];
}

function readOtpgenArguments(words: Words): OtpgenRequest {
  let target: OtpTarget | undefined;
  let configFile: string | undefined;
  let profileId: string | undefined;
  let sign: AuthKey | undefined;
  let uds: OtpgenRequest['uds'] = 'random';
  const on = new Set<string>();
  const files: string[] = [];
  while (words.left > 0) {
    const word = words.take('the keystore');
    if (word === '--target') target = targetOf(words.take('the chip of --target'));
    else if (word === '--config') configFile = words.takeFile('the file of --config');
    else if (word === '--profile') profileId = words.take('the name of --profile');
    else if (word === '--sign') sign = typeOf(words.take('the algorithm of --sign'));
    else if (word === '--uds') uds = udsOf(words.take('none or random after --uds'));
    else if (SWITCHES.includes(word)) on.add(word);
    else if (word.startsWith('-')) throw misuse(`${word} is not an option of otpgen`);
    else files.push(word);
  }
  const universal = on.has('--universal');
  const [keystoreFile, extra] = files;
  if (target === undefined && configFile === undefined) {
    throw misuse(`--target is missing: ${otpTargets.join(' or ')}`);
  }
  if (keystoreFile === undefined) throw misuse('the keystore is missing');
  if (extra !== undefined) throw misuse(`"${extra}" is one word too many`);
  if (profileId !== undefined && (sign !== undefined || universal)) {
    throw misuse('--profile says it all: no --sign and no --universal with it');
  }
  if (configFile !== undefined && (profileId !== undefined || sign !== undefined || universal)) {
    throw misuse('--config says it all: no --profile, --sign and --universal with it');
  }
  return {
    target,
    configFile,
    profileId,
    sign,
    universal,
    keystoreFile,
    upstreamCompatible: on.has('--upstream-compatible'),
    uds,
    force: on.has('--force'),
    json: on.has('--json'),
  };
}

const SWITCHES: readonly string[] = ['--universal', '--upstream-compatible', '--force', '--json'];

function udsOf(text: string): OtpgenRequest['uds'] {
  if (text === 'random' || text === 'none') return text;
  throw misuse(`--uds "${text}" is neither none nor random`);
}

export function targetOf(text: string): OtpTarget {
  const found = otpTargets.find((target) => target === text);
  if (found) return found;
  throw misuse(`--target "${text}" is not known: ${otpTargets.join(' or ')}`);
}

/** By the value of SIGN= or by the option of keygen: ECC256, ecc256, --ecc256. */
export function typeOf(text: string): AuthKey {
  const found = authKeyByOption(`--${text.toLowerCase().replace(/^--/, '')}`);
  if (found) return found;
  throw misuse(`--sign "${text}" is none of ${authKeys.map(({ name }) => name).join(', ')}`);
}

function profileOf(
  host: Host,
  request: OtpgenRequest,
  slots: readonly KeystoreSlot[],
): BootloaderProfile {
  const { configFile, target } = request;
  if (configFile !== undefined) return profileOfConfig(host, configFile, target);
  if (target === undefined) throw misuse(`--target is missing: ${otpTargets.join(' or ')}`);
  return chooseProfile({ ...request, target }, slots);
}

function profileOfConfig(
  host: Host,
  path: string,
  target: OtpTarget | undefined,
): BootloaderProfile {
  const { profile } = readConfig(host, path);
  if (!profile) {
    throw misuse(
      `${path} does not say enough: TARGET=${otpTargets.join(' or ')} and SIGN are needed`,
    );
  }
  if (target !== undefined && target !== profile.target) {
    throw misuse(`${path} is a build for ${profile.target}, not ${target}`);
  }
  return profile;
}

/** Without a word about the bootloader it is taken to be built for the type of the keys. */
export function chooseProfile(
  request: BootloaderWish,
  slots: readonly KeystoreSlot[],
): BootloaderProfile {
  const { target, profileId, sign, universal } = request;
  if (profileId !== undefined) return namedProfile(profileId, target);
  if (!universal && !sign) return ownProfile(target, slots);
  const [first] = slots;
  if (!first) throw new AppError('keystore-empty', 'the keystore holds no key');
  const own = authKeys.find(({ code }) => code === first.keyType);
  const type = sign ?? own;
  if (!type) throw misuse('name the type the bootloader is built for with --sign');
  return makeProfile({ target, signName: type.name, universal, ...levelOf(type, slots) });
}

/** Of an ML-DSA bootloader: that of its keys. */
function levelOf({ family, code }: AuthKey, slots: readonly KeystoreSlot[]) {
  if (family !== 'ml-dsa') return {};
  const key = slots.find(({ keyType }) => keyType === code)?.publicKey;
  const mlDsaLevel = ([2, 3, 5] as const).find((level) => ML_DSA_KEY_BYTES[level] === key?.length);
  return mlDsaLevel === undefined ? {} : { mlDsaLevel };
}

function ownProfile(target: OtpTarget, slots: readonly KeystoreSlot[]): BootloaderProfile {
  try {
    return profileForKeystore(target, slots);
  } catch (error) {
    if (!isAppError(error, 'keystore-mixed-sizes')) throw error;
    const { code, message, context } = error;
    throw new AppError(code, `${message}; --universal says that it is`, { context });
  }
}

function namedProfile(id: string, target: OtpTarget): BootloaderProfile {
  const found = bootloaderProfiles.find((profile) => profile.id === id);
  if (!found) {
    const known = bootloaderProfiles.map((profile) => profile.id).join(', ');
    throw misuse(`--profile "${id}" is none of ${known}`);
  }
  if (found.target !== target) throw misuse(`${id} is a profile of ${found.target}, not ${target}`);
  return found;
}
