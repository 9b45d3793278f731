// Builds the app into dist/ and the command line into dist-cli/keyfuse.js.
import { chmodSync, readFileSync } from 'node:fs';
import { build } from 'vite';

const CLI_BUNDLE = 'dist-cli/keyfuse.js';
const EXECUTABLE_MODE = 0o755;

await build({ configFile: 'vite.config.ts', logLevel: 'warn' });
await build({ configFile: 'vite.cli.config.ts', logLevel: 'warn' });

if (!readFileSync(CLI_BUNDLE, 'utf8').startsWith('#!/usr/bin/env node\n')) {
  throw new Error(`${CLI_BUNDLE} does not start with the line that makes it a command`);
}
chmodSync(CLI_BUNDLE, EXECUTABLE_MODE);
console.log(`built dist/ and ${CLI_BUNDLE}`);
