import { describe, expect, it } from 'vitest';
import { bytesToLatin1 } from '../../../src/core/bytes/index.ts';
import { lineBytes, typedBytes } from '../../../src/state/console-typing.ts';

const typed = (text: string, options: Partial<Parameters<typeof typedBytes>[1]> = {}): string =>
  bytesToLatin1(typedBytes(text, { ending: 'cr', specialKeys: false, ...options }));

describe('keystrokes', () => {
  it('end a line as the device wants it', () => {
    expect(typed('a\r')).toBe('a\r');
    expect(typed('a\r', { ending: 'lf' })).toBe('a\n');
    expect(typed('a\r', { ending: 'crlf' })).toBe('a\r\n');
    expect(typed('a\r', { ending: 'none' })).toBe('a');
  });

  it('take each end of a pasted text for one Enter key', () => {
    expect(typed('one\r\ntwo\nthree\rfour')).toBe('one\rtwo\rthree\rfour');
  });

  it('rub out with BS', () => {
    expect(typed('\u007f')).toBe('\b');
  });

  it('send control characters', () => {
    expect(typed('\u0003')).toBe('\u0003');
  });

  it('send arrows only when that is wanted', () => {
    expect(typed('\u001b[A')).toBe('');
    expect(typed('\u001b[A', { specialKeys: true })).toBe('\u001b[A');
  });

  it('are UTF-8', () => {
    expect([...typedBytes('é', { ending: 'cr', specialKeys: false })]).toEqual([0xc3, 0xa9]);
  });
});

describe('a line to send', () => {
  it('has its end behind it', () => {
    expect(bytesToLatin1(lineBytes('info', 'cr'))).toBe('info\r');
    expect(bytesToLatin1(lineBytes('info', 'none'))).toBe('info');
  });
});
