import { describe, expect, it } from 'vitest';
import { asciiToBytes } from '../../../../src/core/bytes/index.ts';
import { looksLikeProbeDrive } from '../../../../src/core/ports/index.ts';
import { explainFailText, parseDetails } from '../../../../src/core/provisioning/index.ts';

describe('what an ST-LINK leaves on its drive', () => {
  it.each([
    ['The interface firmware FAILED to reset/halt the target MCU\r\n', 'target'],
    ['The transfer timed out.\r\n', 'transfer'],
    ['File sent out of order by PC. Target might not be programmed correctly.', 'transfer'],
    ['The application file format is unknown and cannot be parsed and/or processed.', 'file'],
    ['The interface firmware FAILED to program the target flash', 'flash'],
    [
      'The interface firmware ABORTED programming. Image is trying to set security bits',
      'protected',
    ],
    ['Something nobody has seen yet', 'unknown'],
    ['', 'unknown'],
  ])('explains "%s" as %s', (text, kind) => {
    expect(explainFailText(asciiToBytes(text))).toEqual({ kind, text: text.trim() });
  });

  it('keeps the words short and printable', () => {
    const noise = Uint8Array.from({ length: 5000 }, (_, at) => at & 0xff);
    const { text } = explainFailText(noise);
    expect(text.length).toBeLessThanOrEqual(300);
    expect(text).toMatch(/^[\x20-\x7e]*$/);
  });

  it('reads the firmware of the probe', () => {
    const details = asciiToBytes('Version: V3J13M4\r\nBuild:   Jun  1 2023 11:22:33\r\n');
    expect(parseDetails(details)).toEqual({ version: 'V3J13M4', build: 'Jun  1 2023 11:22:33' });
    expect(parseDetails(new Uint8Array())).toEqual({ version: undefined, build: undefined });
  });

  it('knows the drive by its files, or by a board name', () => {
    expect(looksLikeProbeDrive(['DETAILS.TXT', 'MBED.HTM'], 'anything')).toBe(true);
    expect(looksLikeProbeDrive(['details.txt'], 'NOD_H563ZI')).toBe(true);
    expect(looksLikeProbeDrive(['details.txt'], 'NUCLEO')).toBe(true);
    expect(looksLikeProbeDrive(['details.txt'], 'Node projects')).toBe(false);
    expect(looksLikeProbeDrive(['MBED.HTM'], 'NOD_H563ZI')).toBe(false);
  });
});
