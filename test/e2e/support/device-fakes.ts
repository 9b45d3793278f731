/**
 * The built app with fake devices, in its page or in its device worker: the scripts are the product's,
 * what the browser offers them is put in front on their way. And a tab that is hidden, as its timers see it.
 */
import type { Page } from '@playwright/test';
import { build } from 'vite';

const ENTRY = new URL('./device-fakes.entry.ts', import.meta.url).pathname;
const WORKER_SCRIPT = /\/assets\/worker-devices-[\w-]+\.js$/;
/** What Chromium does to the timers of a hidden page. */
const THROTTLE_MS = 1_000;

let bundle: Promise<string> | undefined;

async function bundleFakes(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      target: 'es2023',
      lib: { entry: ENTRY, formats: ['es'] },
    },
  });
  const code = [built].flat().flatMap((made) => ('output' in made ? [made.output[0].code] : []));
  if (code.length !== 1) throw new Error('the fakes were not built');
  return code.join('');
}

const fakes = (): Promise<string> => (bundle ??= bundleFakes());

/** In front of the worker's own script, whose imports come first anyway. */
async function prependToWorker(page: Page, script: string): Promise<void> {
  await page.route(WORKER_SCRIPT, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script}\n${await response.text()}` });
  });
}

/** One board in DFU mode, seen by the page and by the worker alike. */
export async function plugBoardIntoWorker(page: Page): Promise<void> {
  await page.addInitScript(asScript(await fakes()));
  await prependToWorker(page, asScript(await fakes()));
}

/** A browser that has WebUSB and Web Serial in pages only. */
export async function plugBoardIntoPageOnly(page: Page): Promise<void> {
  await page.addInitScript(asScript(await fakes()));
  await prependToWorker(
    page,
    'delete WorkerNavigator.prototype.usb; delete WorkerNavigator.prototype.serial;',
  );
}

/** From the page's first moment its timers fire once a second at most, as in a hidden tab. */
export async function throttleTimers(page: Page): Promise<void> {
  await page.addInitScript((throttleMs) => {
    const { setTimeout: quick } = window;
    const slow = (handler: TimerHandler, delayMs = 0, ...args: unknown[]): number =>
      quick(handler, Math.ceil(Math.max(delayMs, 1) / throttleMs) * throttleMs, ...args);
    window.setTimeout = slow as typeof window.setTimeout;
  }, THROTTLE_MS);
}

/** The person goes to another tab, or comes back. */
export async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((isHidden) => {
    Object.defineProperty(document, 'visibilityState', {
      configurable: true,
      value: isHidden ? 'hidden' : 'visible',
    });
    Object.defineProperty(document, 'hidden', { configurable: true, value: isHidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
}

/** Names of its own, away from those of the script that it stands before. */
function asScript(code: string): string {
  return `(() => {\n${code}\n})();`;
}
