#!/usr/bin/env node
// The command line: reads arguments and files, calls the core, prints results.
import packageJson from '../../package.json' with { type: 'json' };

const EXIT_USAGE = 2;
const USAGE = `Usage: keyfuse [--version | --help]`;

function run(args: readonly string[]): number {
  const [first] = args;
  if (first === '--version') {
    console.log(packageJson.version);
    return 0;
  }
  if (first === undefined || first === '--help') {
    console.log(USAGE);
    return 0;
  }
  console.error(`keyfuse: unknown argument ${first}\n${USAGE}`);
  return EXIT_USAGE;
}

process.exitCode = run(process.argv.slice(2));
