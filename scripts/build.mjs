// Builds the app into dist/ and the command line into dist-cli/.
import { readFileSync } from 'node:fs';
import packageJson from '../package.json' with { type: 'json' };
import { build } from 'vite';

await build({ configFile: 'vite.config.ts', logLevel: 'warn' });
await build({ configFile: 'vite.cli.config.ts', logLevel: 'warn' });

const programs = Object.values(packageJson.bin);
for (const program of programs) {
  if (!readFileSync(program, 'utf8').startsWith('#!/usr/bin/env node\n')) {
    throw new Error(`${program} does not start with the line that makes it a command`);
  }
}
console.log(`built dist/, ${programs.join(', ')}`);
