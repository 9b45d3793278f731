import { defineConfig } from 'vitest/config';

// Generous: nothing here measures speed, and the machine may be busy with more than this.
const SHORT_TIMEOUT_MS = 90_000;
const LONG_TIMEOUT_MS = 240_000;

function tier(name: string, testTimeout: number, setupFiles: string[] = []) {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      environment: 'node' as const,
      // Loading the modules anew for every file takes longer than the tests themselves, and none of them
      // leaves anything behind in one.
      isolate: false,
      setupFiles,
      testTimeout,
    },
  };
}

export default defineConfig({
  test: {
    // The default leaves one processor free: on two that is half the speed.
    maxWorkers: '100%',
    projects: [
      tier('unit', SHORT_TIMEOUT_MS),
      tier('property', SHORT_TIMEOUT_MS, ['test/support/property-seed.ts']),
      tier('vectors', SHORT_TIMEOUT_MS),
      tier('contract', SHORT_TIMEOUT_MS),
      tier('flows', LONG_TIMEOUT_MS),
      tier('peers', LONG_TIMEOUT_MS),
      tier('deep', 10 * LONG_TIMEOUT_MS),
      tier('real-stack', 3 * LONG_TIMEOUT_MS),
    ],
  },
});
