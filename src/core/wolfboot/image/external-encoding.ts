/**
 * Signatures as tools and services hand them out: bytes, hex, base64, base64url, JSON around it, DER
 * around the two numbers of ECDSA. Here they are only read; whether one is good is `judgeSignature`.
 */
import { bytesToLatin1, concatBytes, fromHex, Reader } from '../../bytes/index.ts';
import { derElement, isDerSequence, rest } from '../../crypto/index.ts';
import { AppError } from '../../errors.ts';

export type SignatureText = 'bytes' | 'hex' | 'base64';

export interface ReadSignature {
  readonly bytes: Uint8Array;
  readonly from: SignatureText;
}

/** Nothing that signs gives more; what is larger is another file. */
const MOST_SIGNATURE_FILE_BYTES = 0x40000;

/** Fields in which services answer: Azure's command line, Azure's REST, AWS, Google, Vault. */
const JSON_FIELDS = /"(?:signature|value|result|Signature)"\s*:\s*"([^"]+)"/;

/**
 * Everything the file could mean, the likeliest first; text that is not hex or base64 is taken for
 * bytes. Throws `malformed` for an empty or far too large file.
 */
export function readSignatureFile(bytes: Uint8Array, fileName: string): readonly ReadSignature[] {
  if (bytes.length === 0 || bytes.length > MOST_SIGNATURE_FILE_BYTES) {
    throw new AppError('malformed', `${fileName} has ${bytes.length} bytes: that is no signature`, {
      context: { file: fileName, offset: 0, field: 'signature' },
    });
  }
  const raw: ReadSignature = { bytes, from: 'bytes' };
  const isText = bytes.every(
    (byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 0x20 && byte < 0x7f),
  );
  return isText ? [...readSignatureText(bytesToLatin1(bytes)), raw] : [raw];
}

/** The same for text that was pasted; empty when it is neither hex nor base64. */
export function readSignatureText(text: string): readonly ReadSignature[] {
  const inner = JSON_FIELDS.exec(text)?.[1] ?? text;
  // Azure Key Vault's REST and HashiCorp Vault put a version in front.
  const digits = inner.replace(/^vault:v\d+:/, '').replace(/-----[^-]+-----/g, '');
  const compact = digits.replace(/\s+/g, '');
  const hex = compact.replace(/^0x/i, '').replace(/:/g, '');
  const found: ReadSignature[] = [];
  if (hex.length > 0 && hex.length % 2 === 0 && /^[0-9a-f]+$/i.test(hex)) {
    found.push({ bytes: fromHex(hex), from: 'hex' });
  }
  const fromBase64 = decodeBase64(compact);
  if (fromBase64) found.push({ bytes: fromBase64, from: 'base64' });
  return found;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BITS_OF_DIGIT = 6;
const BITS_OF_BYTE = 8;

/** Both alphabets, with or without padding; undefined when it is neither. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const digits = text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/={0,2}$/, '');
  if (digits.length === 0 || digits.length % 4 === 1 || !/^[A-Za-z0-9+/]+$/.test(digits)) {
    return undefined;
  }
  const bytes = new Uint8Array(Math.floor((digits.length * BITS_OF_DIGIT) / BITS_OF_BYTE));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const digit of digits) {
    bits = ((bits << BITS_OF_DIGIT) | BASE64.indexOf(digit)) & 0xffff;
    held += BITS_OF_DIGIT;
    if (held < BITS_OF_BYTE) continue;
    held -= BITS_OF_BYTE;
    bytes[at++] = (bits >>> held) & 0xff;
  }
  return bytes;
}

/** Standard alphabet, padded: what Azure's command line takes (it drops the letters of base64url silently). */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [one = 0, two = 0, three = 0] = bytes.subarray(at, at + 3);
    const word = (one << 16) | (two << 8) | three;
    const digits = [18, 12, 6, 0].map((shift) => BASE64[(word >>> shift) & 63] ?? '').join('');
    const missing = Math.max(0, at + 3 - bytes.length);
    text += digits.slice(0, 4 - missing) + '='.repeat(missing);
  }
  return text;
}

/** r || s of SEQUENCE { INTEGER r, INTEGER s }; undefined when it is none that fits the field. */
export function ecdsaFromDer(bytes: Uint8Array, fieldBytes: number): Uint8Array | undefined {
  if (!isDerSequence(bytes)) return undefined;
  try {
    const content = derElement(new Reader(bytes, 'signature'), 'sequence', 'signature');
    const numbers = ['r', 's'].map((name) => {
      const digits = rest(derElement(content, 'integer', name));
      const start = digits.findIndex((byte) => byte !== 0);
      return start < 0 ? new Uint8Array() : digits.subarray(start);
    });
    if (content.remainingBytes > 0 || numbers.some(({ length }) => length > fieldBytes)) {
      return undefined;
    }
    return concatBytes(
      ...numbers.map((number) => concatBytes(new Uint8Array(fieldBytes - number.length), number)),
    );
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
