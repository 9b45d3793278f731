/**
 * `keyfuse otpgen`: makes otp.bin, the OTP area with the keys and a fresh unique device secret
 * (formats/wolfboot.md, section 5), laid out as the bootloader in use reads it.
 */
import { groupHex, wipe } from '../core/bytes/index.ts';
import { AppError, isAppError } from '../core/errors.ts';
import {
  authKeyByOption,
  authKeys,
  bootloaderProfiles,
  buildOtpImage,
  keystoreFingerprint,
  keystoreWarnings,
  makeProfile,
  otpGeometry,
  otpTargets,
  profileForKeystore,
  readKeystoreFile,
  slotCapacity,
  slotStrideBytes,
  type AuthKey,
  type BootloaderProfile,
  type KeystoreSlot,
  type OtpTarget,
} from '../core/wolfboot/index.ts';
import { misuse, type Words } from './arguments.ts';
import { fileExists, readInput, writeOutputs } from './files.ts';
import type { Host } from './host.ts';

const OUTPUT = 'otp.bin';

interface OtpgenRequest {
  readonly target: OtpTarget;
  readonly profileId: string | undefined;
  readonly sign: AuthKey | undefined;
  readonly universal: boolean;
  readonly keystoreFile: string;
}

export async function otpgen(host: Host, words: Words): Promise<void> {
  const request = readOtpgenArguments(words);
  const { slots, warnings } = await readKeystoreFile(
    readInput(host, request.keystoreFile),
    request.keystoreFile,
  );
  const profile = chooseProfile(request, slots);
  for (const warning of warnings) host.note(`warning: ${warning}`);
  for (const { message } of keystoreWarnings(slots, profile)) host.note(`warning: ${message}`);
  const uds = host.rng.bytes(otpGeometry(profile.target).udsBytes);
  const bytes = buildOtpImage({ profile, slots, uds });
  try {
    if (fileExists(host, OUTPUT)) host.note(`${OUTPUT} is replaced; every run makes a new UDS`);
    writeOutputs(host, [{ path: OUTPUT, bytes, secret: true, replace: true }]);
  } finally {
    wipe(uds);
    wipe(bytes);
  }
  const stride = slotStrideBytes(profile);
  const capacity = slotCapacity(profile.target, stride);
  host.print(`wrote ${OUTPUT} (${bytes.length} bytes) for ${profile.name}`);
  host.print(`  ${slots.length} of ${capacity} slots of ${stride} bytes`);
  host.print(`  keystore fingerprint ${groupHex(keystoreFingerprint(slots))}`);
  host.note(`${OUTPUT} holds the device's unique secret: burn it into one device and delete it`);
}

function readOtpgenArguments(words: Words): OtpgenRequest {
  let target: OtpTarget | undefined;
  let profileId: string | undefined;
  let sign: AuthKey | undefined;
  let universal = false;
  const files: string[] = [];
  while (words.left > 0) {
    const word = words.take('the keystore');
    if (word === '--target') target = targetOf(words.take('the chip of --target'));
    else if (word === '--profile') profileId = words.take('the name of --profile');
    else if (word === '--sign') sign = typeOf(words.take('the algorithm of --sign'));
    else if (word === '--universal') universal = true;
    else if (word.startsWith('-')) throw misuse(`${word} is not an option of otpgen`);
    else files.push(word);
  }
  const [keystoreFile, extra] = files;
  if (target === undefined) throw misuse(`--target is missing: ${otpTargets.join(' or ')}`);
  if (keystoreFile === undefined) throw misuse('the keystore is missing');
  if (extra !== undefined) throw misuse(`"${extra}" is one word too many`);
  if (profileId !== undefined && (sign !== undefined || universal)) {
    throw misuse('--profile says it all: no --sign and no --universal with it');
  }
  return { target, profileId, sign, universal, keystoreFile };
}

function targetOf(text: string): OtpTarget {
  const found = otpTargets.find((target) => target === text);
  if (found) return found;
  throw misuse(`--target "${text}" is not known: ${otpTargets.join(' or ')}`);
}

/** By the value of SIGN= or by the option of keygen: ECC256, ecc256, --ecc256. */
function typeOf(text: string): AuthKey {
  const found = authKeyByOption(`--${text.toLowerCase().replace(/^--/, '')}`);
  if (found) return found;
  throw misuse(`--sign "${text}" is none of ${authKeys.map(({ name }) => name).join(', ')}`);
}

/** Without a word about the bootloader it is taken to be built for the type of the keys. */
function chooseProfile(request: OtpgenRequest, slots: readonly KeystoreSlot[]): BootloaderProfile {
  const { target, profileId, sign, universal } = request;
  if (profileId !== undefined) return namedProfile(profileId, target);
  if (!universal && !sign) return ownProfile(target, slots);
  const [first] = slots;
  if (!first) throw new AppError('keystore-empty', 'the keystore holds no key');
  const own = authKeys.find(({ code }) => code === first.keyType);
  const type = sign ?? own;
  if (!type) throw misuse('name the type the bootloader is built for with --sign');
  return makeProfile({ target, signName: type.name, universal });
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
