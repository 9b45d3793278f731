import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

const MAX_PRECACHED_FILE_BYTES = 16 * 1024 * 1024;

/** Vite's development client needs an inline script and a web socket; the built page has neither. */
function relaxContentPolicyInDev(): Plugin {
  return {
    name: 'keyfuse:relax-content-policy-in-dev',
    apply: 'serve',
    transformIndexHtml: (html) =>
      html
        .replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")
        .replace("connect-src 'self'", "connect-src 'self' ws:"),
  };
}

/** What records and the page's foot say of this build: package version and commit. */
function buildVersion(): string {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  try {
    const commit = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' });
    return `${version}+${commit.trim()}`;
  } catch {
    return version; // built from an archive without history
  }
}

export default defineConfig({
  base: './',
  define: { 'import.meta.env.VITE_KEYFUSE_VERSION': JSON.stringify(buildVersion()) },
  plugins: [
    paraglideVitePlugin({ project: './project.inlang' }),
    react(),
    relaxContentPolicyInDev(),
    VitePWA({
      registerType: 'prompt',
      injectRegister: null,
      manifest: {
        name: 'Keyfuse',
        short_name: 'Keyfuse',
        description: 'Takes wolfBoot boot keys from generation to one-time-programmable silicon',
        start_url: './',
        scope: './',
        display: 'standalone',
        background_color: '#1b1e22',
        theme_color: '#1b1e22',
        icons: [
          { src: './icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: './icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: './icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
          { src: './icon.svg', sizes: 'any', type: 'image/svg+xml' },
        ],
      },
      workbox: {
        globPatterns: ['**/*'],
        globIgnores: ['sw.js', 'workbox-*.js', '**/*.map'],
        maximumFileSizeToCacheInBytes: MAX_PRECACHED_FILE_BYTES,
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  worker: {
    format: 'es',
    rolldownOptions: {
      output: {
        // Named after the folder: each worker's entry is src/workers/<name>/worker.ts.
        entryFileNames: ({ facadeModuleId }) =>
          `assets/worker-${basename(dirname(facadeModuleId ?? 'unnamed/worker.ts'))}-[hash].js`,
        chunkFileNames: 'assets/worker-chunk-[name]-[hash].js',
      },
    },
  },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: 'xterm', test: /node_modules[\\/]@xterm[\\/]/ }] },
      },
    },
  },
});
