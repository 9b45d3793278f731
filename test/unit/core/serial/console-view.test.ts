import { describe, expect, it } from 'vitest';
import { asciiToBytes, bytesToLatin1, concatBytes } from '../../../../src/core/bytes/index.ts';
import {
  createConsoleLog,
  hexFile,
  hexView,
  plainFile,
  splitLines,
  textView,
  timedFile,
  timedView,
  type ConsoleView,
  type HeardChunk,
} from '../../../../src/core/serial/index.ts';

const stamp = (atMs: number): string => `T${String(atMs).padStart(4, '0')}`;

function heard(...pieces: readonly (readonly [number, string])[]): readonly HeardChunk[] {
  return pieces.map(([atMs, text]) => ({ atMs, bytes: asciiToBytes(text) }));
}

function drawn(view: ConsoleView, chunks: readonly HeardChunk[]): string {
  return chunks.map((chunk) => bytesToLatin1(view.feed(chunk))).join('');
}

/** Without the colour of the time. */
function plain(text: string): string {
  return text.replaceAll('\u001b[90m', '').replaceAll('\u001b[39m', '');
}

describe('the lines of a console', () => {
  it('end at LF, have the time of their first byte, and lose their CRs', () => {
    const lines = splitLines(heard([1, 'on'], [2, 'e\r'], [3, '\n\r\n'], [4, 'a\rb\nrest']));
    expect(lines.map(({ atMs, bytes }) => [atMs, bytesToLatin1(bytes)])).toEqual([
      [1, 'one'],
      [3, ''],
      [4, 'a\rb'],
      [4, 'rest'],
    ]);
  });

  it('are none where nothing was heard', () => {
    expect(splitLines([])).toEqual([]);
  });
});

describe('a console as a file', () => {
  const chunks = heard([7, 'Version : 0x2\r\nState'], [12, ': \u0001\u007f\r\n']);

  it('is plain with every byte', () => {
    expect(plainFile(chunks)).toEqual(asciiToBytes('Version : 0x2\r\nState: \u0001\u007f\r\n'));
  });

  it('has a time before each line', () => {
    expect(bytesToLatin1(timedFile(chunks, stamp))).toBe(
      'T0007  Version : 0x2\nT0007  State: \u0001\u007f\n',
    );
  });

  it('is what hexdump -C prints', () => {
    expect(bytesToLatin1(hexFile(chunks))).toBe(
      [
        '00000000  56 65 72 73 69 6f 6e 20  3a 20 30 78 32 0d 0a 53  |Version : 0x2..S|',
        '00000010  74 61 74 65 3a 20 01 7f  0d 0a                    |tate: ....|',
        '',
      ].join('\n'),
    );
  });

  it('counts its offsets from the first byte that was ever heard', () => {
    expect(bytesToLatin1(hexFile(heard([0, 'ab']), 0x1f0))).toMatch(/^000001f0 {2}61 62 /);
  });

  it('takes a log of very many pieces', () => {
    const many = Array.from({ length: 150_000 }, () => ({ atMs: 0, bytes: Uint8Array.of(0x0a) }));
    expect(plainFile(many)).toHaveLength(150_000);
    expect(timedFile(many, stamp)).toHaveLength(150_000 * 'T0000  \n'.length);
  });
});

describe('a console on a terminal', () => {
  it('is text as it came, bytes beyond ASCII too', () => {
    const bytes = Uint8Array.of(0xe3, 0x81, 0x82, 0x1b, 0x5b, 0x41);
    expect(textView().feed({ atMs: 0, bytes })).toEqual(bytes);
  });

  it('has a time before each line, however the line was cut up', () => {
    const text = plain(drawn(timedView(stamp), heard([1, 'on'], [2, 'e\r'], [3, '\n\r\ntwo'])));
    expect(text).toBe('\rT0001 one\r\u001b[6C\r\n\rT0003 \r\n\rT0003 two');
  });

  it('keeps the time in front of a line that is written over', () => {
    const text = plain(drawn(timedView(stamp), heard([5, ' 10%\r 20%'])));
    expect(text).toBe('\rT0005  10%\r\u001b[6C 20%');
  });

  it('is rows of sixteen bytes, the last one drawn over as it grows', () => {
    const text = drawn(hexView(0), heard([1, '0123456789'], [2, 'abcdefg']));
    const [first, second, third, ...rest] = text.split('\r').slice(1);
    expect(first).toBe('00000000  30 31 32 33 34 35 36 37  38 39                    |0123456789|');
    expect(second).toBe(
      '00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|',
    );
    expect(third).toBe('\n');
    expect(rest).toEqual(['00000010  67                                                |g|']);
  });

  it('has the time of the first byte of each row', () => {
    const text = drawn(hexView(0, stamp), heard([1, '0123456789'], [2, 'abcdefg'], [3, 'h']));
    expect(text.match(/T\d{4} {2}0000/g)).toEqual([
      'T0001  0000',
      'T0001  0000',
      'T0002  0000',
      'T0002  0000',
    ]);
  });
});

describe('the log of a console', () => {
  it('keeps the newest, and says how much it forgot', () => {
    const log = createConsoleLog(100);
    for (let piece = 0; piece < 30; piece++) log.add(piece, new Uint8Array(20).fill(piece));
    const kept = plainFile(log.chunks());
    expect(kept.length).toBeGreaterThanOrEqual(100);
    expect(kept.length).toBeLessThan(120);
    expect(kept.at(-1)).toBe(29);
    expect(log.forgottenBytes + kept.length).toBe(600);
  });

  it('does not grow with a trickle of single bytes', () => {
    const log = createConsoleLog(16 * 1024);
    for (let piece = 0; piece < 5000; piece++) log.add(piece, Uint8Array.of(piece & 0xff));
    expect(log.chunks().length).toBeLessThanOrEqual(1024);
    expect(log.forgottenBytes).toBe(5000 - log.chunks().length);
  });

  it('owns its bytes', () => {
    const log = createConsoleLog(100);
    const bytes = asciiToBytes('as it was');
    log.add(1, bytes);
    bytes.fill(0);
    expect(plainFile(log.chunks())).toEqual(asciiToBytes('as it was'));
  });

  it('is empty when it was cleared', () => {
    const log = createConsoleLog(10);
    for (let piece = 0; piece < 9; piece++) log.add(piece, asciiToBytes('abcd'));
    log.clear();
    expect([log.chunks(), log.forgottenBytes]).toEqual([[], 0]);
    log.add(1, asciiToBytes('x'));
    expect(concatBytes(...log.chunks().map(({ bytes }) => bytes))).toEqual(asciiToBytes('x'));
  });
});
