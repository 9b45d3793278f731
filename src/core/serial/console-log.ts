/**
 * What a line has said, with the time at which each piece arrived; bounded, the oldest goes first.
 * Knows nothing of lines of text or of a screen.
 */
export interface HeardChunk {
  /** Milliseconds since 1970, as `Clock.wallMs`. */
  readonly atMs: number;
  /** At least one byte. Never changed once it is in the log. */
  readonly bytes: Uint8Array;
}

export interface ConsoleLog {
  /** The oldest first. */
  chunks(): readonly HeardChunk[];
  /** Bytes that were heard before those that are kept. */
  readonly forgottenBytes: number;
  /** Keeps a copy of the bytes and returns what it keeps. */
  add(atMs: number, bytes: Uint8Array): HeardChunk;
  clear(): void;
}

/** So that a trickle of single bytes does not fill the memory with chunks. */
const MEAN_CHUNK_BYTES = 16;
/** Dropped chunks are cut off the list only now and then: moving a long list costs time. */
const SLACK_CHUNKS = 1024;

/** Keeps about the last `limitBytes`, fewer when they came in very many small chunks. */
export function createConsoleLog(limitBytes: number): ConsoleLog {
  let kept: HeardChunk[] = [];
  let first = 0;
  let keptBytes = 0;
  let forgottenBytes = 0;

  const forgetOldest = (): void => {
    for (let oldest = kept[first]; oldest !== undefined; oldest = kept[first]) {
      const count = kept.length - first;
      const fewEnough = count === 1 || count * MEAN_CHUNK_BYTES <= limitBytes;
      if (fewEnough && keptBytes - oldest.bytes.length < limitBytes) break;
      keptBytes -= oldest.bytes.length;
      forgottenBytes += oldest.bytes.length;
      first += 1;
    }
    if (first < SLACK_CHUNKS) return;
    kept = kept.slice(first);
    first = 0;
  };

  return {
    chunks: () => kept.slice(first),
    get forgottenBytes() {
      return forgottenBytes;
    },
    add(atMs, bytes) {
      const chunk = { atMs, bytes: bytes.slice() };
      kept.push(chunk);
      keptBytes += chunk.bytes.length;
      forgetOldest();
      return chunk;
    },
    clear() {
      kept = [];
      first = 0;
      keptBytes = 0;
      forgottenBytes = 0;
    },
  };
}

/** The caller owns the bytes. */
export function joinChunks(chunks: readonly { readonly bytes: Uint8Array }[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of chunks) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return all;
}
