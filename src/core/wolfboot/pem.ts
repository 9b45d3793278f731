/** PEM, the textual form of key files (RFC 7468). Knows labels, not what stands behind them. */
import {
  asciiToBytes,
  bytesToLatin1,
  fromBase64,
  indexOfBytes,
  malformed,
  toBase64,
} from '../bytes/index.ts';

export interface PemBlock {
  readonly label: string;
  readonly content: Uint8Array;
  readonly offsetBytes: number;
}

/** Far above any chain of certificates; a bigger file is not searched for keys. */
const LARGEST_FILE_BYTES = 1_000_000;

const BEGIN = '-----BEGIN ';
const END = '-----END ';
const LABEL = /([A-Z0-9 ]+)-----/y;

/**
 * The blocks of a PEM file in order; empty when the file is not PEM at all.
 * Throws `malformed` for a block that is begun and not well ended or not base64, and for a file of
 * more than 1 MB that begins one. An encrypted block in the old style has headers; its content is left
 * empty and its label is `ENCRYPTED ...`.
 */
export function parsePem(bytes: Uint8Array, fileName: string): readonly PemBlock[] {
  const begin = indexOfBytes(bytes, asciiToBytes(BEGIN));
  if (begin < 0) return [];
  if (bytes.length > LARGEST_FILE_BYTES) {
    throw malformed(fileName, begin, 'PEM', `begins in a file of ${bytes.length} bytes`);
  }
  const text = bytesToLatin1(bytes);
  const blocks: PemBlock[] = [];
  for (let at = begin; at >= 0;) {
    const label = readLabel(text, at + BEGIN.length);
    // A line that only looks like one; text between the blocks is free.
    if (label === undefined) {
      at = text.indexOf(BEGIN, at + BEGIN.length);
      continue;
    }
    const start = at + BEGIN.length + label.length + DASHES;
    const end = text.indexOf(END, start);
    const endLabel = end < 0 ? undefined : readLabel(text, end + END.length);
    if (endLabel === undefined) throw malformed(fileName, at, 'PEM', NOT_ENDED);
    if (label !== endLabel) throw malformed(fileName, at, label, `ends as "${endLabel}"`);
    blocks.push(readBlock({ label, body: text.slice(start, end), fileName, offsetBytes: at }));
    at = text.indexOf(BEGIN, end);
  }
  if (blocks.length === 0) throw malformed(fileName, begin, 'PEM', NOT_ENDED);
  return blocks;
}

const NOT_ENDED = 'begins but has no matching END line';
const DASHES = '-----'.length;

function readLabel(text: string, at: number): string | undefined {
  LABEL.lastIndex = at;
  return LABEL.exec(text)?.[1];
}

function readBlock(block: {
  readonly label: string;
  readonly body: string;
  readonly fileName: string;
  readonly offsetBytes: number;
}): PemBlock {
  const { label, body, fileName, offsetBytes } = block;
  if (body.includes(':')) {
    return { label: `ENCRYPTED ${label}`, content: new Uint8Array(), offsetBytes };
  }
  const content = fromBase64(body);
  if (!content) throw malformed(fileName, offsetBytes, label, 'is not base64 text');
  return { label, content, offsetBytes };
}

const LINE_LENGTH = 64;

/** One block, lines of 64 characters, as openssl writes it. The caller wipes it when it is secret. */
export function writePem(label: string, content: Uint8Array): Uint8Array {
  const lines = toBase64(content).match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? [];
  return asciiToBytes(
    [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n'),
  );
}
