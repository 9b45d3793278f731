import { describe, expect, it } from 'vitest';
import { progressOf } from '../../../src/cli/progress.ts';
import { cliHost } from '../../support/cli-host.ts';

function watch() {
  const lines: (string | undefined)[] = [];
  let time = 1000;
  const host = cliHost('/', {
    now: () => time,
    progress: (line) => lines.push(line),
  });
  const report = progressOf(host, 'a.key');
  return {
    lines,
    at(milliseconds: number, done: number, total: number) {
      time = 1000 + milliseconds;
      report({ done, total });
    },
  };
}

describe('progress', () => {
  it('tells part and time left, no more than five times a second', () => {
    const { lines, at } = watch();
    at(0, 0, 100);
    at(100, 5, 100);
    at(1000, 10, 100);
    at(1100, 11, 100);
    at(5000, 50, 100);
    expect(lines).toEqual(['a.key: 0 %', 'a.key: 10 %, 9 s left', 'a.key: 50 %, 5 s left']);
  });

  it('guesses no time at the beginning, and speaks of minutes and hours', () => {
    const { lines, at } = watch();
    at(1000, 1, 100);
    at(10_000, 5, 100);
    at(600_000, 5, 100);
    expect(lines).toEqual(['a.key: 1 %', 'a.key: 5 %, 3 min left', 'a.key: 5 %, 3 h left']);
  });

  it('says nothing about work of unknown length', () => {
    const { lines, at } = watch();
    at(1000, 1, 0);
    expect(lines).toEqual([]);
  });
});
