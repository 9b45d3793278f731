/** `keyfuse inspect`: says what a file is and what stands in it, byte by byte. */
import {
  asciiToBytes,
  hexNumber,
  indexOfBytes,
  toHex,
  wipe,
  type Span,
} from '../core/bytes/index.ts';
import { hash, type CryptoCall } from '../core/crypto/index.ts';
import { AppError, isAppError, type ErrorCode } from '../core/errors.ts';
import type { JsonValue } from '../core/ports/index.ts';
import {
  analysePrimer,
  looksLikeImage,
  OTP_MAGIC,
  parseImage,
  parseOtpImage,
  parsePolicyFile,
  parsePrivateKeyFile,
  POLICY_FILE_BYTES,
  readKeystoreFile,
} from '../core/wolfboot/index.ts';
import { misuse, type Words } from './arguments.ts';
import { readInput } from './files.ts';
import type { Host } from './host.ts';
import {
  imageFacts,
  keystoreFacts,
  otpFacts,
  policyFacts,
  primerFacts,
  privateKeyFacts,
  publicKeyFacts,
  type Inspection,
} from './inspect-facts.ts';
import { canonicalJson } from './json.ts';
import { progressOf } from './progress.ts';

export async function inspect(host: Host, words: Words): Promise<void> {
  const { path, json, prove } = readInspectArguments(words);
  const bytes = readInput(host, path);
  try {
    const inspection = await recognise(bytes, path, prove ? proofCall(host, path) : undefined);
    if (json) host.print(canonicalJson(asJson(bytes, path, inspection)));
    else for (const line of asText(bytes, path, inspection)) host.print(line);
  } finally {
    host.progress(undefined);
    wipe(bytes); // it may have been a private key or a UDS
  }
}

/** The trees of a large key take minutes or days: only when asked for. */
function proofCall(host: Host, path: string): CryptoCall {
  return { hasher: host.treeHasher(), onProgress: progressOf(host, path) };
}

interface InspectRequest {
  readonly path: string;
  readonly json: boolean;
  /** Compute the public half of an LMS or XMSS key from its secret. */
  readonly prove: boolean;
}

function readInspectArguments(words: Words): InspectRequest {
  let json = false;
  let prove = false;
  const files: string[] = [];
  while (words.left > 0) {
    const word = words.take('the file');
    if (word === '--json') json = true;
    else if (word === '--prove') prove = true;
    else if (word.startsWith('-')) throw misuse(`${word} is not an option of inspect`);
    else files.push(word);
  }
  const [path, extra] = files;
  if (path === undefined) throw misuse('the file is missing');
  if (extra !== undefined) throw misuse(`"${extra}" is one word too many`);
  return { path, json, prove };
}

/** What starts like a format is read as that format, and its complaints count. */
async function recognise(
  bytes: Uint8Array,
  path: string,
  proof: CryptoCall | undefined,
): Promise<Inspection> {
  if (looksLikeImage(bytes)) return imageFacts(bytes, parseImage(bytes, path));
  if (indexOfBytes(bytes.subarray(0, OTP_MAGIC.length), asciiToBytes(OTP_MAGIC)) === 0) {
    return otpFacts(parseOtpImage(bytes, path));
  }
  const privateKey = await attempt(
    () =>
      parsePrivateKeyFile(bytes, path, undefined, {
        call: proof,
        publicHalf: proof ? 'recomputed' : 'stored',
      }),
    ['unrecognised-file', 'key-invalid', 'key-mismatch', 'malformed', 'not-supported'],
  );
  if (privateKey.found) {
    try {
      return privateKeyFacts(privateKey.found, proof !== undefined);
    } finally {
      wipe(privateKey.found.privateKey.bytes);
    }
  }
  const primer = await attempt(() => analysePrimer(bytes, path), ['primer-not-recognised']);
  if (primer.found) return primerFacts(primer.found);
  const keystore = await attempt(
    () => readKeystoreFile(bytes, path),
    ['unrecognised-file', 'key-invalid', 'malformed', 'keystore-empty'],
  );
  if (keystore.found) {
    const isKey = keystore.found.from === 'public-key';
    return isKey ? publicKeyFacts(keystore.found) : keystoreFacts(keystore.found);
  }
  if (bytes.length === POLICY_FILE_BYTES) return policyFacts(parsePolicyFile(bytes, path));
  throw unknown(path, privateKey.error, keystore.error);
}

interface Attempt<T> {
  readonly found?: T;
  readonly error?: AppError;
}

/** `codes` mean: not this kind of file. */
async function attempt<T>(
  read: () => T | Promise<T>,
  codes: readonly ErrorCode[],
): Promise<Attempt<T>> {
  try {
    return { found: await read() };
  } catch (error) {
    if (isAppError(error) && codes.includes(error.code)) return { error };
    throw error;
  }
}

/** The reader that came closest has the best explanation. */
function unknown(
  path: string,
  asPrivateKey: AppError | undefined,
  asKeystore: AppError | undefined,
): AppError {
  const closest = [asPrivateKey, asKeystore].find(
    (error) => error?.code === 'not-supported' || error?.code === 'key-mismatch',
  );
  const why = (closest ?? asKeystore)?.message ?? `${path} is not known`;
  return new AppError(
    closest?.code ?? 'unrecognised-file',
    `${why}. Known are signed images, keystore.der, keystore.c, otp.bin, primers, key files and policies; an encrypted image cannot be told from random bytes`,
    { context: { file: path } },
  );
}

function asJson(bytes: Uint8Array, path: string, inspection: Inspection): JsonValue {
  const { kind, facts, spans, warnings } = inspection;
  return {
    ...facts,
    kind,
    file: path,
    sizeBytes: bytes.length,
    // Of a private key not even a hash is shown.
    sha256: isSecret(inspection) ? undefined : toHex(hash('sha256', bytes)),
    spans: spans.map(({ path: name, startBytes, endBytes, value, note }) => ({
      path: name,
      startBytes,
      endBytes,
      value,
      note,
    })),
    warnings,
  };
}

function isSecret({ kind, facts }: Inspection): boolean {
  return kind === 'private-key' || facts.uds === 'present';
}

const LONGEST_VALUE = 96;

function asText(bytes: Uint8Array, path: string, inspection: Inspection): readonly string[] {
  const { kind, facts, spans, warnings } = inspection;
  return [
    `${path}: ${kind}, ${bytes.length} bytes`,
    ...Object.entries(facts).flatMap(([name, value]) => factLines(name, value)),
    ...(spans.length > 0 ? ['layout:'] : []),
    ...spans.map(spanLine),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
}

/** Lists of things (slots, writes) get a line each; the fields of a header stand in the layout. */
function factLines(name: string, value: JsonValue | undefined): readonly string[] {
  if (value === undefined || name === 'tlvs') return [];
  if (value === null || typeof value !== 'object')
    return [`  ${name}: ${shortened(String(value))}`];
  if (!Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, inner]) => factLines(`${name}.${key}`, inner));
  }
  const list: readonly JsonValue[] = value;
  return list.flatMap((entry, index) => factLines(`${name}[${index}]`, entry));
}

function spanLine({ path, startBytes, endBytes, value, note }: Span): string {
  const place = `${hexNumber(startBytes, 4)} ${String(endBytes - startBytes).padStart(6)}`;
  const text = [value === undefined ? undefined : shortened(value), note && `(${note})`];
  return `  ${place}  ${path.padEnd(24)} ${text.filter(Boolean).join(' ')}`.trimEnd();
}

function shortened(text: string): string {
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
