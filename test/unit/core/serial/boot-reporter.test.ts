import { describe, expect, it } from 'vitest';
import { asciiToBytes } from '../../../../src/core/bytes/index.ts';
import { createBootReporter, type ReportedBoot } from '../../../../src/core/serial/index.ts';
import { recordedReboot } from '../../../support/serial/recorded-board.ts';

const latin1 = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

function reporter() {
  const reports: ReportedBoot[] = [];
  const feed = createBootReporter((boot) => reports.push(boot));
  return { reports, feed };
}

describe('a boot on the line', () => {
  const boot = recordedReboot('update-lms-lrzsz');

  it('is told at its banner and again with state and banks at its prompt', () => {
    const { reports, feed } = reporter();
    const half = boot.indexOf('Version : ') + 40;
    feed(100, latin1(boot.slice(0, half)));
    expect(reports).toMatchObject([{ number: 1, atMs: 100, banner: { version: 2 } }]);
    expect(reports[0]?.info).toBeUndefined();
    feed(200, latin1(boot.slice(half)));
    expect(reports).toHaveLength(2);
    expect(reports[1]).toMatchObject({ number: 1, atMs: 100, info: { firmwareVersion: 2 } });
    expect(reports[1]?.info?.banksSwapped).toBeDefined();
    expect(reports[1]?.info?.state).toBeDefined();
  });

  it('is not ended by a prompt that stands before it in the same piece', () => {
    const { reports, feed } = reporter();
    const half = boot.indexOf('Version : ') + 40;
    feed(1, latin1(`cmd> reboot\r\n${boot.slice(0, half)}`));
    expect(reports.map(({ info }) => info)).toEqual([undefined]);
  });

  it('is found byte by byte, and so is the next one', () => {
    const { reports, feed } = reporter();
    for (const byte of latin1(boot + boot)) feed(7, Uint8Array.of(byte));
    expect(reports.map(({ number, info }) => [number, info?.firmwareVersion])).toEqual([
      [1, undefined],
      [1, 2],
      [2, undefined],
      [2, 2],
    ]);
  });

  it('is nothing in other text', () => {
    const { reports, feed } = reporter();
    feed(1, asciiToBytes('U-Boot 2026.01\r\nVersion of something else\r\ncmd> '));
    expect(reports).toEqual([]);
  });
});
