/** PEM, the textual form of key files (RFC 7468). Knows labels, not what stands behind them. */
import { bytesToLatin1, malformed } from '../bytes/index.ts';

export interface PemBlock {
  readonly label: string;
  readonly content: Uint8Array;
  readonly offsetBytes: number;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([^]*?)-----END ([A-Z0-9 ]+)-----/g;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * The blocks of a PEM file in order; empty when the file is not PEM at all.
 * Throws `malformed` for a block that is begun and not well ended or not base64. An encrypted block
 * in the old style has headers; its content is left empty and its label is `ENCRYPTED ...`.
 */
export function parsePem(bytes: Uint8Array, fileName: string): readonly PemBlock[] {
  const text = bytesToLatin1(bytes);
  const begin = text.indexOf('-----BEGIN ');
  if (begin < 0) return [];
  const blocks = [...text.matchAll(BLOCK)].map((match): PemBlock => {
    const [, label = '', body = '', endLabel = ''] = match;
    if (label !== endLabel) {
      throw malformed(fileName, match.index, label, `ends as "${endLabel}"`);
    }
    if (body.includes(':')) {
      return { label: `ENCRYPTED ${label}`, content: new Uint8Array(), offsetBytes: match.index };
    }
    const content = decodeBase64(body, fileName, label, match.index);
    return { label, content, offsetBytes: match.index };
  });
  if (blocks.length === 0) {
    throw malformed(fileName, begin, 'PEM', 'begins but has no matching END line');
  }
  return blocks;
}

function decodeBase64(
  body: string,
  fileName: string,
  label: string,
  offsetBytes: number,
): Uint8Array {
  const digits = body.replace(/\s+/g, '');
  const unpadded = digits.replace(/={1,2}$/, '');
  if (digits.length % 4 !== 0 || !/^[A-Za-z0-9+/]*$/.test(unpadded)) {
    throw malformed(fileName, offsetBytes, label, 'is not base64 text');
  }
  const result = new Uint8Array(Math.floor((unpadded.length * 3) / 4));
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (const digit of unpadded) {
    bits = ((bits << 6) | ALPHABET.indexOf(digit)) & 0x3fff;
    bitCount += 6;
    if (bitCount < 8) continue;
    bitCount -= 8;
    result[at++] = (bits >>> bitCount) & 0xff;
  }
  return result;
}
