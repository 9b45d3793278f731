/** Base64 (RFC 4648, section 4) and its variant for names (section 5). */
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** With padding, without line breaks. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = bytes.subarray(at, at + 3);
    const group = a * 65536 + (b ?? 0) * 256 + (c ?? 0);
    const digit = (shift: number): string => DIGITS.charAt((group >>> shift) & 63);
    text += digit(18) + digit(12);
    text += b === undefined ? '=' : digit(6);
    text += c === undefined ? '=' : digit(0);
  }
  return text;
}

/** White space is ignored. Undefined when the text is not padded base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, '');
  const unpadded = digits.replace(/={1,2}$/, '');
  return digits.length % 4 === 0 ? decodeDigits(unpadded) : undefined;
}

/** The variant with `-` and `_` and without padding. Undefined when the text is none. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (/[+/]/.test(text) || text.length % 4 === 1) return undefined;
  return decodeDigits(text.replaceAll('-', '+').replaceAll('_', '/'));
}

function decodeDigits(digits: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]*$/.test(digits)) return undefined;
  const result = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (const digit of digits) {
    bits = ((bits << 6) | DIGITS.indexOf(digit)) & 0x3fff;
    bitCount += 6;
    if (bitCount < 8) continue;
    bitCount -= 8;
    result[at++] = (bits >>> bitCount) & 0xff;
  }
  return result;
}
