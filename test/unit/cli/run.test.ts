import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/cli/json.ts';
import { CliDirectory } from '../../support/cli-host.ts';

let directory: CliDirectory;

beforeEach(() => {
  directory = new CliDirectory();
});
afterEach(() => {
  directory.remove();
});

const COMMANDS = ['keygen', 'sign', 'otpgen', 'primer', 'inspect', 'verify'];

describe('keyfuse', () => {
  it('tells its version and nothing else', async () => {
    const run = await directory.run(['--version']);
    expect(run).toEqual({ exitCode: 0, stdout: '0.0.0-test', stderr: '' });
  });

  it.each([['--help'], ['-h'], ['help']])('%s names every command', async (word) => {
    const { exitCode, stdout } = await directory.run([word]);
    expect(exitCode).toBe(0);
    for (const command of COMMANDS) expect(stdout).toContain(`keyfuse ${command}`);
  });

  it('without a command is wrong use', async () => {
    expect(await directory.run([])).toMatchObject({ exitCode: 2 });
  });

  it.each(['burn', 'constructor', '--verbose'])('does not know %s', async (word) => {
    const run = await directory.run([word]);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain(`"${word}" is not a command`);
  });

  it.each(COMMANDS)('%s --help goes to standard output', async (command) => {
    const run = await directory.run([command, '--help']);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout.startsWith(`keyfuse ${command} `)).toBe(true);
  });

  it.each(COMMANDS)('%s without words points to its help', async (command) => {
    const run = await directory.run([command]);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain(`keyfuse ${command} --help`);
  });
});

describe('canonical JSON', () => {
  it('sorts keys at every depth and leaves out what is not there', () => {
    const value = { b: 1, a: [{ d: undefined, c: null }], A: 'x' };
    expect(JSON.stringify(JSON.parse(canonicalJson(value)))).toBe(
      '{"A":"x","a":[{"c":null}],"b":1}',
    );
  });

  it('keeps the order of lists', () => {
    expect(canonicalJson([3, 1, 2])).toBe('[\n  3,\n  1,\n  2\n]');
  });
});
