import { defineConfig } from 'vite';

// One file with everything in it, so that `npx keyfuse` needs no further install.
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'src/cli/main.ts',
    outDir: 'dist-cli',
    target: 'node20',
    minify: false,
    rolldownOptions: {
      output: { entryFileNames: 'keyfuse.js', codeSplitting: false },
    },
  },
});
