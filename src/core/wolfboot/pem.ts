/** PEM, the textual form of key files (RFC 7468). Knows labels, not what stands behind them. */
import { asciiToBytes, bytesToLatin1, fromBase64, malformed, toBase64 } from '../bytes/index.ts';

export interface PemBlock {
  readonly label: string;
  readonly content: Uint8Array;
  readonly offsetBytes: number;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([^]*?)-----END ([A-Z0-9 ]+)-----/g;

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
    const content = fromBase64(body);
    if (!content) throw malformed(fileName, match.index, label, 'is not base64 text');
    return { label, content, offsetBytes: match.index };
  });
  if (blocks.length === 0) {
    throw malformed(fileName, begin, 'PEM', 'begins but has no matching END line');
  }
  return blocks;
}

const LINE_LENGTH = 64;

/** One block, lines of 64 characters, as openssl writes it. The caller wipes it when it is secret. */
export function writePem(label: string, content: Uint8Array): Uint8Array {
  const lines = toBase64(content).match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? [];
  return asciiToBytes(
    [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n'),
  );
}
