/** Files without any mark: length and look are all that tells. */
import { bytesToLatin1, equalBytes, toHex } from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import { encryptionKeyFileBytes, imageCiphers, type ImageCipher } from '../image/image-encrypt.ts';
import { parsePolicyFile, POLICY_FILE_BYTES } from '../image/image-options.ts';
import { looksLikeJson } from '../jwk.ts';
import { ciphersOfImageLength, cipherOfKeyFile, looksEncrypted } from './encrypted.ts';
import type { Finding } from './examine-types.ts';
import { factsOf } from './image-facts.ts';
import { policyFileFacts } from './key-file-facts.ts';
import { inSequence, withoutGaps } from './spans.ts';

/** `complaints`: of the readers of private keys and of keystores. */
export function examineLoose(
  bytes: Uint8Array,
  fileName: string,
  complaints: readonly (AppError | undefined)[],
): Finding {
  if (bytes.length === POLICY_FILE_BYTES) return examinePolicy(bytes, fileName);
  const cipher = cipherOfKeyFile(bytes.length);
  if (cipher !== undefined) return examineEncryptionKey(bytes, cipher);
  if (isRecord(bytes)) return examineRecord(bytes);
  if (closest(complaints) || startsLikePrivateKey(bytes))
    return unknown(bytes, fileName, complaints);
  if (looksEncrypted(bytes)) return maybeEncrypted(bytes);
  return unknown(bytes, fileName, complaints);
}

function examinePolicy(bytes: Uint8Array, fileName: string): Finding {
  const policy = parsePolicyFile(bytes, fileName);
  return {
    kind: 'policy',
    facts: policyFileFacts(policy),
    spans: inSequence([
      { path: 'pcr_mask', lengthBytes: policy.pcrMask.length, value: toHex(policy.pcrMask) },
      { path: 'digest', lengthBytes: policy.digest.length, value: toHex(policy.digest) },
    ]),
  };
}

/** Known by its length alone, so this may be wrong; it is kept as a secret in any case. */
function examineEncryptionKey(bytes: Uint8Array, cipher: ImageCipher): Finding {
  const { label, keyBytes, nonceBytes } = imageCiphers[cipher];
  return {
    kind: 'encryption-key',
    facts: factsOf({ cipher }),
    spans: inSequence([
      { path: 'key', lengthBytes: keyBytes, note: 'secret, not shown', secret: true },
      { path: 'nonce', lengthBytes: nonceBytes, note: 'not shown', secret: true },
      { path: 'extra', lengthBytes: bytes.length - encryptionKeyFileBytes(cipher) },
    ]),
    warnings: [
      {
        code: 'known-by-length',
        message: `known by its ${bytes.length} bytes only, which are those of a ${label} key and nonce`,
        context: { lengthBytes: bytes.length, cipher },
      },
    ],
    secret: true,
    sha256: undefined,
  };
}

const RECORD_FORMAT = 'keyfuse-record-1';

function isRecord(bytes: Uint8Array): boolean {
  if (!looksLikeJson(bytes)) return false;
  return bytesToLatin1(bytes.subarray(0, MOST_RECORD_BYTES)).includes(`"${RECORD_FORMAT}"`);
}

const MOST_RECORD_BYTES = 1_000_000;

function examineRecord(bytes: Uint8Array): Finding {
  return {
    kind: 'record',
    facts: factsOf({ format: RECORD_FORMAT }),
    spans: withoutGaps([], bytes.length, 'record'),
  };
}

function maybeEncrypted(bytes: Uint8Array): Finding {
  const possible = ciphersOfImageLength(bytes.length).map((cipher) => imageCiphers[cipher].label);
  return {
    kind: 'encrypted-image',
    facts: factsOf({ possibleCiphers: possible.join(', ') }),
    spans: withoutGaps([], bytes.length, 'encrypted or random'),
    warnings: [
      {
        code: 'encrypted-or-random',
        message:
          'looks random: it may be an encrypted image, which nobody can tell from random bytes without its key',
        context: { possibleCiphers: possible },
      },
    ],
  };
}

/** The reader that came closest has the best explanation. */
function closest(complaints: readonly (AppError | undefined)[]): AppError | undefined {
  return complaints.find(
    (error) => error?.code === 'not-supported' || error?.code === 'key-mismatch',
  );
}

function unknown(
  bytes: Uint8Array,
  fileName: string,
  complaints: readonly (AppError | undefined)[],
): Finding {
  const found = closest(complaints);
  const why = (found ?? complaints.at(-1))?.message ?? `${fileName} is not known`;
  const problem = new AppError(
    found?.code ?? 'unrecognised-file',
    `${why}. Known are signed images, keystore.der, keystore.c, otp.bin, primers, key files and policies; an encrypted image cannot be told from random bytes`,
    { context: { file: fileName } },
  );
  // What may be a damaged private key is treated as one.
  const secret = found !== undefined || startsLikePrivateKey(bytes);
  const spans = withoutGaps([], bytes.length, 'not recognised');
  return {
    kind: 'unknown',
    spans: secret ? spans.map((span) => ({ ...span, secret: true as const })) : spans,
    problem,
    secret,
    ...(secret && { sha256: undefined }),
  };
}

/** SEQUENCE, then the INTEGER of a version, as PKCS#1, PKCS#8 and SEC1 start. */
function startsLikePrivateKey(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x30) return false;
  const form = bytes[1] ?? 0;
  const at = form < 0x80 ? 2 : 2 + (form - 0x80);
  const head = bytes.subarray(at, at + 2);
  return equalBytes(head, Uint8Array.of(0x02, 0x01));
}
