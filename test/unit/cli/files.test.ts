import { existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileIdentity, readInput, writeOutputs, type OutputFile } from '../../../src/cli/files.ts';
import type { Host } from '../../../src/cli/host.ts';
import { CliDirectory, cliHost } from '../../support/cli-host.ts';

let directory: CliDirectory;
let host: Host;

beforeEach(() => {
  directory = new CliDirectory();
  host = cliHost(directory.path);
});
afterEach(() => {
  directory.remove();
});

const file = (path: string, text: string, replace = true): OutputFile => ({
  path,
  bytes: new TextEncoder().encode(text),
  replace,
});
const text = (name: string): string => readFileSync(join(directory.path, name), 'utf8');
const failure = (message: string) =>
  expect.objectContaining({
    code: 'file-failed',
    message: expect.stringContaining(message) as unknown,
  }) as Error;

describe('writing files', () => {
  it('writes all of them and leaves nothing else', () => {
    directory.write('b', 'old');
    writeOutputs(host, [file('a', 'A'), file('b', 'B'), { ...file('c', 'C'), secret: true }]);
    expect(directory.list()).toEqual(['a', 'b', 'c']);
    expect(['a', 'b', 'c'].map(text)).toEqual(['A', 'B', 'C']);
    expect(statSync(join(directory.path, 'c')).mode & 0o777).toBe(0o600);
  });

  it('makes a secret unreadable for others even where a readable file was', () => {
    directory.write('a', 'old');
    writeOutputs(host, [{ ...file('a', 'A'), secret: true }]);
    expect(statSync(join(directory.path, 'a')).mode & 0o777).toBe(0o600);
  });

  it('removes what a killed run left of the same names, when it is old', () => {
    const left = ['.a.0123456789ab.tmp', '.a.0123456789ab.tmp.old'];
    const others = ['.a.0123456789ab.tmp.older', '.a.tmp', '.b.0123456789ab.tmp.old', 'a.tmp'];
    for (const name of [...left, ...others]) directory.write(name, 'old key');
    writeOutputs(host, [file('a', 'A')]);
    expect(directory.list()).toEqual(['a', ...left, ...others].sort());
    writeOutputs(host, [file('a', 'A')], 0);
    expect(directory.list()).toEqual(['a', ...others].sort());
  });

  it('writes through a link', () => {
    directory.write('real', 'old');
    symlinkSync('real', join(directory.path, 'link'));
    writeOutputs(host, [file('link', 'new')]);
    expect(text('real')).toBe('new');
    expect(text('link')).toBe('new');
  });

  it.each([
    ['a directory that is missing', 'missing/x', 'no such file or directory'],
    ['a directory in the place of the file', 'folder', 'not a file'],
    ['a file in the place of a directory', 'b/x', 'cannot be written'],
  ])('with %s nothing is changed', (_name, path, message) => {
    directory.write('b', 'old');
    directory.makeDirectory('folder');
    expect(() => {
      writeOutputs(host, [file('a', 'A'), file('b', 'B'), file(path, 'X')]);
    }).toThrow(failure(message));
    expect(directory.list()).toEqual(['b']);
    expect(text('b')).toBe('old');
  });

  it('what may not be replaced stays, and so does everything else', () => {
    directory.write('a', 'old a');
    directory.write('c', 'somebody was faster');
    expect(() => {
      writeOutputs(host, [file('a', 'A'), file('b', 'B', false), file('c', 'C', false)]);
    }).toThrow(failure('appeared meanwhile'));
    expect(directory.list()).toEqual(['a', 'c']);
    expect([text('a'), text('c')]).toEqual(['old a', 'somebody was faster']);
  });
});

describe('reading files', () => {
  it('names the file and the reason', () => {
    directory.makeDirectory('folder');
    expect(() => readInput(host, 'none')).toThrow(failure('none cannot be read: there is no such'));
    expect(() => readInput(host, 'folder')).toThrow(failure('it is a directory'));
  });

  it('knows one file by all its names', () => {
    directory.write('a', '');
    directory.makeDirectory('folder');
    symlinkSync('a', join(directory.path, 'link'));
    symlinkSync('folder', join(directory.path, 'other'));
    const same = (a: string, b: string): boolean => fileIdentity(host, a) === fileIdentity(host, b);
    expect(same('a', './folder/../a')).toBe(true);
    expect(same('a', 'link')).toBe(true);
    expect(same('folder/new', 'other/new')).toBe(true);
    expect(same('a', 'b')).toBe(false);
    expect(existsSync(join(directory.path, 'b'))).toBe(false);
  });
});
