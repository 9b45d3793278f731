import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const PROGRAM = 'keyfuse.js';
const EXECUTABLE_MODE = 0o755;

/**
 * Makefiles of wolfBoot quote "$(KEYGEN_TOOL)": that must be one word, so two commands are programs of
 * their own as well. Not by the name a link was started under: npm's shims on Windows hide it.
 */
const oneWordPrograms = ['keygen', 'sign'].map((command) => ({
  fileName: `keyfuse-${command}.js`,
  source: `#!/usr/bin/env node\nprocess.argv.splice(2, 0, '${command}');\nimport('./${PROGRAM}');\n`,
}));

function programs(): Plugin {
  return {
    name: 'one-word-programs',
    generateBundle() {
      for (const { fileName, source } of oneWordPrograms) {
        this.emitFile({ type: 'asset', fileName, source });
      }
    },
    writeBundle({ dir = '' }) {
      for (const file of [PROGRAM, ...oneWordPrograms.map(({ fileName }) => fileName)]) {
        chmodSync(join(dir, file), EXECUTABLE_MODE);
      }
    },
  };
}

// One file with everything in it, so that `npx keyfuse` needs no further install.
export default defineConfig({
  plugins: [programs()],
  publicDir: false,
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'src/cli/main.ts',
    outDir: 'dist-cli',
    target: 'node20',
    minify: false,
    rolldownOptions: {
      output: { entryFileNames: PROGRAM, codeSplitting: false },
    },
  },
});
