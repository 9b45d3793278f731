/** Examinations of what holds public keys: keystores, OTP images, primers, key files. */
import { equalBytes, isFilledWith } from '../../bytes/index.ts';
import { isDerSequence } from '../../crypto/index.ts';
import { toAppError, type AppError } from '../../errors.ts';
import type { KeystoreFile } from '../keystore-file.ts';
import { describeOtp, parseOtpImage } from '../otp.ts';
import type { PrimerImage } from '../primer-types.ts';
import { cipherOfKeyFile } from './encrypted.ts';
import { derSpans, pemSpans } from './der-spans.ts';
import type { ExaminationWarning, ExaminedSpan, Finding } from './examine-types.ts';
import { keystoreFileFacts, otpFileFacts, primerFileFacts } from './key-file-facts.ts';
import { primerSpans } from './primer-spans.ts';
import { shifted, withoutGaps } from './spans.ts';

/** Only what an AppError says may be shown; anything else is a fault of the program. */
export function fileError(error: unknown): AppError {
  const known = toAppError(error);
  if (known.code === 'internal' || known.code === 'cancelled') throw known;
  return known;
}

export function remark(message: string): ExaminationWarning {
  return { code: 'remark', message, context: {} };
}

export function examineOtp(bytes: Uint8Array, fileName: string): Finding {
  const kind = 'otp.bin' as const;
  try {
    const otp = parseOtpImage(bytes, fileName);
    const secret = otp.uds === 'present';
    return {
      kind,
      facts: otpFileFacts(otp),
      spans: secretUds(withoutGaps(otp.spans, bytes.length, 'not read')),
      warnings: otp.warnings.map(remark),
      otp,
      slots: otp.slots,
      secret,
      ...(secret && { sha256: undefined }),
    };
  } catch (error) {
    // Where the secret lies in a damaged file nobody knows.
    const found = withoutGaps(describeOtp(bytes).spans, bytes.length, 'not read');
    const spans = found.map((span) => ({ ...span, secret: true as const }));
    return { kind, spans, problem: fileError(error), secret: true, sha256: undefined };
  }
}

function secretUds(spans: readonly ExaminedSpan[]): readonly ExaminedSpan[] {
  return spans.map((span) =>
    span.path === 'uds' && span.value !== 'absent' ? { ...span, secret: true as const } : span,
  );
}

export function examinePrimer(bytes: Uint8Array, primer: PrimerImage): Finding {
  return {
    kind: 'primer',
    facts: primerFileFacts(primer),
    spans: primerSpans(bytes, primer),
    warnings: primer.warnings.map(({ code, message, slot }) => ({
      code,
      message,
      context: { slot },
    })),
    primer,
    slots: primer.slots,
  };
}

export function examineKeystore(bytes: Uint8Array, keystore: KeystoreFile): Finding {
  const isKey = keystore.from === 'public-key';
  return {
    kind: keystore.from,
    facts: keystoreFileFacts(keystore),
    spans: isKey ? publicKeySpans(bytes) : keystoreSpans(bytes, keystore),
    warnings: [...keystore.warnings.map(remark), ...(isKey ? ambiguous(bytes) : [])],
    keystore,
    slots: keystore.slots,
  };
}

const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf);

function keystoreSpans(bytes: Uint8Array, { from, spans }: KeystoreFile): readonly ExaminedSpan[] {
  if (from !== 'keystore.c') return withoutGaps(spans, bytes.length, 'not read');
  const marked = equalBytes(bytes.subarray(0, BYTE_ORDER_MARK.length), BYTE_ORDER_MARK);
  return withoutGaps(shifted(spans, marked ? BYTE_ORDER_MARK.length : 0), bytes.length, 'text');
}

function publicKeySpans(bytes: Uint8Array): readonly ExaminedSpan[] {
  const pem = pemSpans(bytes, false);
  if (pem.some(({ path }) => path === 'begin')) return pem;
  const der = isDerSequence(bytes) ? derSpans(bytes, { secret: false }) : undefined;
  return der ?? withoutGaps([], bytes.length, 'public key');
}

/** Raw keys have no mark: some lengths are also those of other things, of secrets even. */
function ambiguous(bytes: Uint8Array): readonly ExaminationWarning[] {
  if (isDerSequence(bytes) || isFilledWith(bytes, 0)) return [];
  const cipher = cipherOfKeyFile(bytes.length);
  if (cipher === undefined) return [];
  return [
    {
      code: 'ambiguous-length',
      message: `a file of ${bytes.length} bytes without a mark can also be a SHA-256, the seed of an Ed25519 key or the key file of an encrypted image (${cipher})`,
      context: { lengthBytes: bytes.length, cipher },
    },
  ];
}
