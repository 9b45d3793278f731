/**
 * What is this file? One recogniser for the command line and for the pages. What starts like a format is
 * read as that format, and its complaints count; a file that fits none is `unknown`, with the complaint
 * of the reader that came closest. Containers (ELF, HEX, DfuSe) are opened by the caller.
 */
import { asciiToBytes, bytesToLatin1, equalBytes, toHex, wipe } from '../../bytes/index.ts';
import { hash, type CryptoCall } from '../../crypto/index.ts';
import { isAppError, type AppError, type ErrorCode } from '../../errors.ts';
import { decryptImage, opensImage, type EncryptionKey } from '../image/image-encrypt.ts';
import { looksLikeImage, parseImage } from '../image/image-parse.ts';
import { OTP_MAGIC } from '../otp.ts';
import { parsePrivateKeyFile } from '../private-keys.ts';
import { analysePrimer } from '../primer.ts';
import { readKeystoreFile } from '../keystore-file.ts';
import { brokenImageSpans } from './broken-image.ts';
import { examineLoose } from './examine-loose.ts';
import { examineKeystore, examineOtp, examinePrimer, fileError } from './examine-keys.ts';
import type { Examination, ExaminationWarning, FileKind, Finding } from './examine-types.ts';
import { factsOf, imageFacts, kindOfImage } from './image-facts.ts';
import { privateKeyFileFacts } from './key-file-facts.ts';
import { privateKeySpans, secretFileSpans } from './private-key-spans.ts';
import { withoutGaps } from './spans.ts';

export interface ExamineOptions {
  /** Opens an encrypted image. */
  readonly encryptionKey?: EncryptionKey | undefined;
  /** IMAGE_HEADER_SIZE of the bootloader; without it it follows from the file. */
  readonly headerSizeBytes?: number | undefined;
  /**
   * Computes the public half of an LMS or XMSS key from its secret, which takes as long as making the
   * key. Without it the parts of the file must agree with each other.
   */
  readonly prove?: CryptoCall | undefined;
}

/**
 * Recognises a file by its content; the name is for messages only. `bytes` is not kept, but parts of
 * it are in the result: where that is `secret`, the caller wipes what it holds. A broken file is an
 * examination too, with its `problem`. Throws `cancelled` and what the hasher of `prove` throws.
 */
export async function examineFile(
  bytes: Uint8Array,
  fileName: string,
  options: ExamineOptions = {},
): Promise<Examination> {
  const found = await recognise({ bytes, fileName }, options);
  return { ...blank(bytes, fileName), ...found };
}

interface Named {
  readonly bytes: Uint8Array;
  readonly fileName: string;
}

function blank(bytes: Uint8Array, fileName: string): Omit<Examination, 'kind' | 'spans'> {
  return {
    fileName,
    sizeBytes: bytes.length,
    sha256: toHex(hash('sha256', bytes)),
    facts: [],
    warnings: [],
    secret: false,
    plain: undefined,
    image: undefined,
    slots: [],
    keystore: undefined,
    otp: undefined,
    primer: undefined,
    problem: undefined,
  };
}

async function recognise(file: Named, options: ExamineOptions): Promise<Finding> {
  const { bytes, fileName } = file;
  if (looksLikeImage(bytes)) return examineImage(bytes, fileName, options.headerSizeBytes);
  if (equalBytes(bytes.subarray(0, OTP_MAGIC.length), asciiToBytes(OTP_MAGIC))) {
    return examineOtp(bytes, fileName);
  }
  const key = options.encryptionKey;
  if (key && opensImage(bytes, key)) return examineEncrypted(file, key, options);
  const privateKey = await tryPrivateKey(file, options.prove);
  if (privateKey.found) return privateKey.found;
  const primer = await attempt(() => analysePrimer(bytes, fileName), ['primer-not-recognised']);
  if (primer.found) return examinePrimer(bytes, primer.found);
  const keystore = await attempt(
    () => readKeystoreFile(bytes, fileName),
    ['unrecognised-file', 'key-invalid', 'malformed', 'keystore-empty'],
  );
  if (keystore.found) return examineKeystore(bytes, keystore.found);
  if (key) return examineEncrypted(file, key, options);
  return examineLoose(bytes, fileName, [privateKey.error, keystore.error]);
}

function examineImage(
  bytes: Uint8Array,
  fileName: string,
  headerSizeBytes: number | undefined,
): Finding {
  try {
    const image = parseImage(bytes, fileName, { headerSizeBytes });
    return {
      kind: kindOfImage(image),
      facts: imageFacts(bytes, image),
      spans: withoutGaps(image.spans, bytes.length, 'not read'),
      warnings: image.warnings.map(({ code, message, offsetBytes, lengthBytes }) => ({
        code,
        message,
        context: { offset: offsetBytes, lengthBytes },
      })),
      image,
    };
  } catch (error) {
    return { kind: 'image', spans: brokenImageSpans(bytes), problem: fileError(error) };
  }
}

/** The file says nothing of itself; whether the key opens it decides. */
function examineEncrypted(
  { bytes, fileName }: Named,
  key: EncryptionKey,
  { headerSizeBytes }: ExamineOptions,
): Finding {
  try {
    const plain = decryptImage(bytes, key, headerSizeBytes);
    const found = examineImage(plain, fileName, headerSizeBytes);
    const facts = factsOf({ decryptedWith: key.cipher });
    return { ...found, facts: [...facts, ...(found.facts ?? [])], plain };
  } catch (error) {
    return {
      kind: 'encrypted-image',
      spans: withoutGaps([], bytes.length, 'encrypted or random'),
      problem: fileError(error),
    };
  }
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

async function tryPrivateKey(
  { bytes, fileName }: Named,
  prove: CryptoCall | undefined,
): Promise<Attempt<Finding>> {
  const read = await attempt(
    () =>
      parsePrivateKeyFile(bytes, fileName, undefined, {
        call: prove,
        publicHalf: prove ? 'recomputed' : 'stored',
      }),
    ['unrecognised-file', 'key-invalid', 'key-mismatch', 'malformed', 'not-supported'],
  );
  if (!read.found) {
    const broken = read.error && brokenPrivateKey(bytes, read.error);
    return broken ? { found: broken } : { ...(read.error && { error: read.error }) };
  }
  try {
    const { algorithm, publicKey } = read.found;
    return {
      found: {
        kind: 'private-key',
        ...privateKeyFileFacts(read.found, prove !== undefined),
        spans: privateKeySpans(bytes, algorithm, publicKey),
        ...SECRET,
      },
    };
  } finally {
    wipe(read.found.privateKey.bytes);
  }
}

/** Of a private key not even a hash is shown. */
const SECRET = { secret: true, sha256: undefined } as const;
const NO_WARNINGS: readonly ExaminationWarning[] = [];

/** PEM says what it is, whether it can be read or not. */
function brokenPrivateKey(bytes: Uint8Array, problem: AppError): Finding | undefined {
  const start = bytesToLatin1(bytes.subarray(0, LONGEST_PREAMBLE_BYTES));
  if (!/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(start)) return undefined;
  const kind: FileKind = 'private-key';
  const spans = secretFileSpans(bytes);
  return { kind, spans, warnings: NO_WARNINGS, problem, ...SECRET };
}

const LONGEST_PREAMBLE_BYTES = 4096;
