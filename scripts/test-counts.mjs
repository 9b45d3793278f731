// Turns what a test runner wrote into numbers, and failures into lines a person can read.
import { readFileSync } from 'node:fs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number, failures: string[] }} Counts
 *
 * @typedef {{ status: string, fullName: string, failureMessages?: string[] }} VitestCase
 * @typedef {{ name: string, status: string, message?: string, assertionResults: VitestCase[] }} VitestFile
 * @typedef {{ testResults: VitestFile[] }} VitestReport
 *
 * @typedef {{ message?: string, stack?: string }} PlaywrightError
 * @typedef {{ results: { errors?: PlaywrightError[] }[], status: string }} PlaywrightTest
 * @typedef {{ title: string, file: string, tests: PlaywrightTest[] }} PlaywrightSpec
 * @typedef {{ specs?: PlaywrightSpec[], suites?: PlaywrightSuite[] }} PlaywrightSuite
 * @typedef {{ suites: PlaywrightSuite[], errors?: PlaywrightError[] }} PlaywrightReport
 */

/** @returns {Counts} */
export function noCounts() {
  return { passed: 0, failed: 0, skipped: 0, failures: [] };
}

/**
 * @param {string} reportPath
 * @returns {Counts}
 */
export function countVitest(reportPath) {
  /** @type {VitestReport} */
  const report = JSON.parse(readFileSync(reportPath, 'utf8'));
  const counts = noCounts();
  for (const file of report.testResults) {
    const failedBefore = counts.failed;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') counts.passed += 1;
      else if (test.status === 'failed') {
        counts.failed += 1;
        counts.failures.push(
          `${file.name}\n${test.fullName}\n${(test.failureMessages ?? []).join('\n')}`,
        );
      } else counts.skipped += 1;
    }
    // A file that does not load, or whose hooks fail, has no failed test of its own.
    if (file.status === 'failed' && counts.failed === failedBefore) {
      counts.failed += 1;
      counts.failures.push(`${file.name}\n${file.message ?? 'the file failed as a whole'}`);
    }
  }
  return counts;
}

/**
 * @param {PlaywrightSuite} suite
 * @returns {PlaywrightSpec[]}
 */
function specsIn(suite) {
  return [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsIn)];
}

/**
 * @param {string} reportPath
 * @returns {Counts}
 */
export function countPlaywright(reportPath) {
  /** @type {PlaywrightReport} */
  const report = JSON.parse(readFileSync(reportPath, 'utf8'));
  const counts = noCounts();
  for (const spec of report.suites.flatMap(specsIn)) {
    for (const test of spec.tests) {
      if (test.status === 'expected' || test.status === 'flaky') counts.passed += 1;
      else if (test.status === 'skipped') counts.skipped += 1;
      else {
        counts.failed += 1;
        const errors = test.results.flatMap((result) => result.errors ?? []);
        counts.failures.push(
          `${spec.file}\n${spec.title}\n${errors.map((error) => error.message ?? '').join('\n')}`,
        );
      }
    }
  }
  for (const error of report.errors ?? []) {
    counts.failed += 1;
    counts.failures.push(error.stack ?? error.message ?? 'Playwright could not run');
  }
  return counts;
}
