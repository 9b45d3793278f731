/**
 * `keyfuse primer`: puts a keystore into the primer firmware that comes with Keyfuse (docs/formats/primer.md). The
 * image burns by itself as soon as a board starts it, so it says what it will do.
 */
import { groupHex, toHex } from '../core/bytes/index.ts';
import { hash } from '../core/crypto/index.ts';
import { builtInPrimer } from '../core/wolfboot/built-in-primer.ts';
import {
  fillKeyfusePrimer,
  keystoreFingerprint,
  keystoreWarnings,
  otpGeometry,
  readKeystoreFile,
  recogniseKeyfusePrimer,
  slotStrideBytes,
  type AuthKey,
  type BootloaderProfile,
  type KeystoreSlot,
  type OtpTarget,
  type UdsOrder,
} from '../core/wolfboot/index.ts';
import { decimal, misuse, type Words } from './arguments.ts';
import { checkReplaceable, readInput, writeOutputs } from './files.ts';
import type { Host } from './host.ts';
import { canonicalJson } from './json.ts';
import { chooseProfile, targetOf, typeOf } from './otpgen.ts';

interface PrimerRequest {
  readonly target: OtpTarget;
  readonly profileId: string | undefined;
  readonly sign: AuthKey | undefined;
  readonly universal: boolean;
  readonly keystoreFile: string;
  readonly out: string;
  readonly uds: UdsOrder;
  readonly lockBlocks: readonly number[];
  readonly fillPadding: boolean;
  readonly trustZone: boolean;
  readonly force: boolean;
  readonly json: boolean;
}

export async function primer(host: Host, words: Words): Promise<void> {
  const request = readPrimerArguments(words);
  const { slots, warnings } = await readKeystoreFile(
    readInput(host, request.keystoreFile),
    request.keystoreFile,
  );
  const { uds, lockBlocks, fillPadding, trustZone, out } = request;
  const replaces = checkReplaceable(host, out, {
    input: request.keystoreFile,
    isEarlier: isPrimer,
    force: request.force,
  });
  const profile = chooseProfile(request, slots);
  const image = builtInPrimer({ trustZone });
  const bytes = fillKeyfusePrimer(image, { profile, slots, uds, lockBlocks, fillPadding });
  for (const warning of warnings) host.note(`warning: ${warning}`);
  for (const { message } of keystoreWarnings(slots, profile)) host.note(`warning: ${message}`);
  if (lockBlocks.length > 0) host.note(lockWarning(request));
  if (replaces) host.note(`${out} is replaced`);
  writeOutputs(host, [{ path: out, bytes, replace: replaces }]);
  report(host, request, { bytes, slots, profile });
}

function isPrimer(bytes: Uint8Array): boolean {
  try {
    return recogniseKeyfusePrimer(bytes) !== undefined;
  } catch {
    return false; // damaged: not ours to replace
  }
}

interface Made {
  readonly bytes: Uint8Array;
  readonly slots: readonly KeystoreSlot[];
  readonly profile: BootloaderProfile;
}

function report(host: Host, request: PrimerRequest, { bytes, slots, profile }: Made): void {
  const { out, uds, lockBlocks, trustZone, target, json } = request;
  const found = recogniseKeyfusePrimer(bytes);
  const facts = {
    file: out,
    target,
    profile: profile.id,
    trustZone,
    loadAddress: found?.loadAddress ?? 0,
    sizeBytes: bytes.length,
    sha256: toHex(hash('sha256', bytes)),
    slots: slots.length,
    strideBytes: slotStrideBytes(profile),
    keystoreFingerprint: keystoreFingerprint(slots),
    halfwords: found?.written.filter(Boolean).length ?? 0,
    uds,
    lockBlocks,
  };
  if (json) {
    host.print(canonicalJson(facts));
    return;
  }
  host.print(`wrote ${out} (${facts.sizeBytes} bytes) for ${profile.name}`);
  host.print(`  flash it to 0x${facts.loadAddress.toString(16).padStart(8, '0')}`);
  host.print(
    `  burns ${facts.slots} slots of ${facts.strideBytes} bytes: ${facts.halfwords} halfwords`,
  );
  host.print(`  device secret: ${uds === 'generate' ? 'drawn by the chip' : 'left blank'}`);
  host.print(`  locks ${lockBlocks.length === 0 ? 'nothing' : `blocks ${lockBlocks.join(', ')}`}`);
  host.print(`  keystore fingerprint ${groupHex(facts.keystoreFingerprint)}`);
  host.print(`  SHA-256 ${facts.sha256}`);
  host.note('a board that starts this image burns its OTP, for ever and without asking');
}

function lockWarning({ lockBlocks, uds }: PrimerRequest): string {
  const what = `warning: OTP blocks ${lockBlocks.join(', ')} will be locked for ever`;
  const { udsOffsetBytes, blockBytes } = otpGeometry('stm32h5');
  const leavesNone = uds === 'none' && lockBlocks.includes(udsOffsetBytes / blockBytes);
  return leavesNone ? `${what}; the device can then never have a secret of its own` : what;
}

function readPrimerArguments(words: Words): PrimerRequest {
  let target: OtpTarget | undefined;
  let profileId: string | undefined;
  let sign: AuthKey | undefined;
  let keystoreFile: string | undefined;
  let out: string | undefined;
  let uds: UdsOrder = 'generate';
  let lockBlocks: readonly number[] = [];
  const switches = new Set<string>();
  while (words.left > 0) {
    const word = words.take('an option');
    if (word === '--target') target = targetOf(words.take('the chip of --target'));
    else if (word === '--keystore') keystoreFile = words.takeFile('the file of --keystore');
    else if (word === '--out') out = words.takeFile('the file of --out');
    else if (word === '--uds') uds = udsOf(words.take('the word of --uds'));
    else if (word === '--lock') lockBlocks = blocksOf(words.take('the blocks of --lock'));
    else if (word === '--profile') profileId = words.take('the name of --profile');
    else if (word === '--sign') sign = typeOf(words.take('the algorithm of --sign'));
    else if (SWITCHES.includes(word)) switches.add(word);
    else throw misuse(`${word} is not an option of primer`);
  }
  if (target === undefined) throw misuse('--target is missing: stm32h5');
  if (keystoreFile === undefined) throw misuse('--keystore is missing');
  if (out === undefined) throw misuse('--out is missing: where the image goes');
  const universal = switches.has('--universal');
  if (profileId !== undefined && (sign !== undefined || universal)) {
    throw misuse('--profile says it all: no --sign and no --universal with it');
  }
  return {
    target,
    profileId,
    sign,
    universal,
    keystoreFile,
    out,
    uds,
    lockBlocks,
    fillPadding: switches.has('--fill-padding'),
    trustZone: switches.has('--trustzone'),
    force: switches.has('--force'),
    json: switches.has('--json'),
  };
}

const SWITCHES: readonly string[] = [
  '--universal',
  '--fill-padding',
  '--trustzone',
  '--force',
  '--json',
];

function udsOf(text: string): UdsOrder {
  if (text === 'generate' || text === 'none') return text;
  throw misuse(`--uds "${text}" is neither generate nor none`);
}

/** `none`, `all`, or numbers and ranges: `0-2,31`. Ascending, each once. */
function blocksOf(text: string): readonly number[] {
  const last = otpGeometry('stm32h5').blockCount - 1;
  const every = Array.from({ length: last + 1 }, (_, block) => block);
  if (text === 'none') return [];
  if (text === 'all') return every;
  const chosen = new Set<number>();
  for (const part of text.split(',')) {
    const [from = '', to = from, extra] = part.split('-');
    const first = decimal(from, 'the block of --lock', 0, last);
    const end = decimal(to, 'the block of --lock', first, last);
    if (extra !== undefined) throw misuse(`--lock "${part}" is not a range of blocks`);
    for (let block = first; block <= end; block++) chosen.add(block);
  }
  return every.filter((block) => chosen.has(block));
}
