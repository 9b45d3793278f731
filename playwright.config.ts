import { defineConfig } from '@playwright/test';

const PORT = 4174;
/** Walks of minutes, and the second language of what one language has shown: `npm run test:deep`. */
const DEEP = /@deep/;
const REPORT = process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ?? '.cache/reports/e2e.json';

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results',
  // Generous: two cores may be busy with more than this, and nothing here measures speed.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  workers: 2,
  retries: 0,
  fullyParallel: true,
  ...(process.env.KEYFUSE_DEEP === '1' ? { grep: DEEP } : { grepInvert: DEEP }),
  forbidOnly: process.env.CI !== undefined,
  reporter: [['list'], ['json', { outputFile: REPORT }]],
  use: {
    baseURL: `http://localhost:${PORT}/`,
    viewport: { width: 1280, height: 800 },
    // Filling the offline store costs each fresh context a second; the tests of it allow it.
    serviceWorkers: 'block',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [{ name: 'chromium', use: { browserName: 'chromium' } }],
  webServer: {
    command: `node scripts/serve.mjs dist --port ${PORT}`,
    url: `http://localhost:${PORT}/`,
    reuseExistingServer: false,
  },
});
