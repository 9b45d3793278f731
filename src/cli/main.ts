#!/usr/bin/env node
// The command line: Keyfuse's core for terminals and build servers.
import packageJson from '../../package.json' with { type: 'json' };
import { nodeHost } from './host.ts';
import { run } from './run.ts';
import { createNodeTreeHasher, serveAsHashingThread } from './tree-hasher.ts';

if (!serveAsHashingThread()) {
  process.exitCode = await run(
    process.argv.slice(2),
    nodeHost(createNodeTreeHasher),
    packageJson.version,
  );
}
