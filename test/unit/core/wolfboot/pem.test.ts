import { describe, expect, it } from 'vitest';
import { asciiToBytes } from '../../../../src/core/bytes/index.ts';
import { parsePem } from '../../../../src/core/wolfboot/pem.ts';
import { expectThrows } from '../../../support/expect-error.ts';

function blocks(text: string) {
  return parsePem(asciiToBytes(text), 'k.pem');
}

function block(label: string, body = 'AAEC'): string {
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

describe('parsePem', () => {
  it('finds every block, with text around them', () => {
    const text = `subject: x\n${block('CERTIFICATE')}between\n${block('PUBLIC KEY', 'Aw==')}after`;
    expect(blocks(text)).toEqual([
      { label: 'CERTIFICATE', content: Uint8Array.of(0, 1, 2), offsetBytes: 11 },
      {
        label: 'PUBLIC KEY',
        content: Uint8Array.of(3),
        offsetBytes: text.lastIndexOf('-----BEGIN'),
      },
    ]);
  });

  it('gives nothing for a file without a block', () => {
    expect(blocks('no key here')).toEqual([]);
  });

  it('passes over lines that only look like the beginning of one', () => {
    expect(blocks(`-----BEGIN with small letters\n${block('PUBLIC KEY')}`)).toHaveLength(1);
    expectThrows(() => blocks('-----BEGIN with small letters-----\n'), 'malformed', 'matching END');
  });

  it('refuses a block that ends badly, also behind a good one', () => {
    expectThrows(() => blocks('-----BEGIN A-----\nAAEC\n'), 'malformed', 'matching END');
    expectThrows(
      () => blocks(`${block('A')}-----BEGIN A-----\nAAEC\n`),
      'malformed',
      'matching END',
    );
    expectThrows(
      () => blocks('-----BEGIN A-----\nAAEC\n-----END B-----'),
      'malformed',
      'ends as "B"',
    );
    expectThrows(() => blocks(block('A', '?')), 'malformed', 'base64');
  });

  it('marks a block with headers as encrypted', () => {
    const [found] = blocks(block('RSA PRIVATE KEY', 'DEK-Info: AES\n\nAAEC'));
    expect(found?.label).toBe('ENCRYPTED RSA PRIVATE KEY');
  });

  it.each([
    ['blocks that are only begun', '-----BEGIN A-----\n'],
    ['labels that are none', '-----BEGIN a'],
    ['labels without an end', '-----BEGIN AAAAAAAAAAAA'],
    ['ends without a label', '-----BEGIN A-----\n-----END '],
  ])('refuses a megabyte of %s at once', (_, piece) => {
    const text = piece.repeat(Math.floor(999_000 / piece.length));
    const start = performance.now();
    expectThrows(() => blocks(text), 'malformed');
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('refuses what is too large to be a key file', () => {
    expectThrows(() => blocks(block('A').padEnd(1_000_001)), 'malformed', '1000001 bytes');
  });
});
