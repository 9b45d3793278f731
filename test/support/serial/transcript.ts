/** Reads the recordings of test/vectors/transcripts (see ORIGIN.md there). */
import { readdirSync, readFileSync } from 'node:fs';
import { fromHex } from '../../../src/core/bytes/index.ts';

const FOLDER = new URL('../../vectors/transcripts/', import.meta.url);
const PAYLOAD_BYTES = 128;
/** Neither SOH nor EOT, and no run of it has the sum of a packet by chance. */
const FILLER = 0x55;

export interface TranscriptEntry {
  readonly atMs: number;
  readonly from: 'device' | 'host';
  /** Whole, with filler for what the recording left out. */
  readonly bytes: Uint8Array;
}

export interface Transcript {
  readonly name: string;
  readonly entries: readonly TranscriptEntry[];
}

export function transcriptNames(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.txt'))
    .map((file) => file.slice(0, -'.txt'.length))
    .sort();
}

/** `image` is put into the first packet of a transfer, whose size field the receiver reads. */
export function readTranscript(
  name: string,
  image?: { readonly payloadBytes: number },
): Transcript {
  const text = readFileSync(new URL(`${name}.txt`, FOLDER), 'latin1');
  const entries = [...text.matchAll(/^ *([\d.]+) ([DH])>[DH] (.*)$/gm)].map(
    ([, seconds, from, content = '']): TranscriptEntry => ({
      atMs: Number(seconds) * 1000,
      from: from === 'D' ? 'device' : 'host',
      bytes: contentBytes(content.split('; ')[0] ?? '', image?.payloadBytes),
    }),
  );
  if (entries.length === 0) throw new Error(`no entries in recording ${name}`);
  return { name, entries };
}

function contentBytes(content: string, imageBytes: number | undefined): Uint8Array {
  return Uint8Array.from(
    content.split('|').flatMap((part) => [...partBytes(part.trim(), imageBytes)]),
  );
}

/** "01 02 fd [128 B payload, sum8 a2] a2", "01 15 ea [67 B more]" or plain hex. */
function partBytes(part: string, imageBytes: number | undefined): Uint8Array {
  const cut =
    /^([0-9a-f ]+?) ?\[(?:128 B payload, sum8 ([0-9a-f]{2})|(-?\d+) B more)\] ?([0-9a-f ]*)$/.exec(
      part,
    );
  if (cut === null) return fromHex(part);
  const [, head = '', sum, more, tail = ''] = cut;
  const isFirst = head === '01 01 fe' ? imageBytes : undefined;
  const middle =
    sum === undefined
      ? filler(Math.max(0, Number(more)))
      : payload(Number.parseInt(sum, 16), isFirst);
  return Uint8Array.from([...fromHex(head), ...middle, ...fromHex(tail)]);
}

function filler(lengthBytes: number): Uint8Array {
  return new Uint8Array(lengthBytes).fill(FILLER);
}

/** Any payload of that 8-bit sum. */
function payload(sum: number, imageBytes: number | undefined): Uint8Array {
  const bytes = filler(PAYLOAD_BYTES);
  if (imageBytes !== undefined) new DataView(bytes.buffer).setUint32(4, imageBytes, true);
  bytes[PAYLOAD_BYTES - 1] = 0;
  const rest = bytes.reduce((total, byte) => total + byte, 0);
  bytes[PAYLOAD_BYTES - 1] = (sum - rest) & 0xff;
  return bytes;
}
