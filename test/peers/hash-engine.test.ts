/** The committed WebAssembly module is what clang and lld make of the C beside it, byte for byte. */
import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { workFolder } from '../support/peer-tools.ts';

const root = new URL('../..', import.meta.url);
const script = new URL('scripts/build-hash-engine.mjs', root).pathname;
const committed = new Uint8Array(
  readFileSync(new URL('src/workers/hashing/hash-engine.wasm', root)),
);

const folder = workFolder();
afterAll(folder.remove);

it('builds the committed hash engine again', () => {
  const { exitCode, text } = folder.run(process.execPath, script, folder.path('engine.wasm'));
  expect(exitCode, text).toBe(0);
  const built = folder.read('engine.wasm');
  expect(Buffer.from(built).equals(committed), folder.run('clang', '--version').text).toBe(true);
});
