import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createBootWatcher,
  isCompleteInfo,
  parseBootBanner,
  parseConsoleInfo,
} from '../../src/core/serial/index.ts';
import { recordedReboot } from '../support/serial/recorded-board.ts';

const anyText = fc.uint8Array({ maxLength: 400 }).map((bytes) => String.fromCharCode(...bytes));

describe('whatever the line brings, reading the console', () => {
  const boot = recordedReboot('update-lms-lrzsz');
  const truth = parseConsoleInfo(boot);

  it('never throws', () => {
    fc.assert(
      fc.property(anyText, fc.nat(boot.length), fc.nat(200), (noise, at, cut) => {
        parseConsoleInfo(noise);
        parseBootBanner(noise);
        parseConsoleInfo(boot.slice(0, at) + noise + boot.slice(at + cut));
      }),
    );
  });

  it('calls an info whole only when its keys are the true ones', () => {
    fc.assert(
      fc.property(fc.nat(boot.length - 1), fc.integer({ min: 1, max: 400 }), (at, cut) => {
        const info = parseConsoleInfo(boot.slice(0, at) + boot.slice(at + cut));
        if (isCompleteInfo(info)) expect(info.keys).toEqual(truth.keys);
      }),
      // The first example takes the 6 of "size 60" away.
      { numRuns: 500, examples: [[boot.indexOf('size 60') + 'size '.length, 1]] },
    );
  });

  it('sees one boot however the bytes are cut up', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 60 }),
        (sizes) => {
          const seen: (number | undefined)[] = [];
          const watch = createBootWatcher(({ version }) => seen.push(version));
          const bytes = Uint8Array.from(boot, (character) => character.charCodeAt(0));
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = sizes[turn % sizes.length]!;
            watch(bytes.subarray(at, at + size));
            at += size;
          }
          expect(seen).toEqual([2]);
        },
      ),
    );
  });
});
