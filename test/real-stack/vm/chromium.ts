/** Starts Chromium in the guest and connects Playwright to it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Browser, type BrowserContext } from '@playwright/test';
import type { Guest } from './guest.ts';

/** Switches that spare emulated processor time; none of them touches WebUSB or Web Serial. */
const SWITCHES = [
  ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--no-default-browser-check'],
  ...['--disable-extensions', '--disable-component-update', '--disable-background-networking'],
  ...['--disable-sync', '--disable-breakpad', '--password-store=basic', '--mute-audio'],
  ...['--disable-default-apps', '--disable-domain-reliability', '--no-pings'],
  '--window-size=1000,700',
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,OptimizationHints,MediaRouter,Translate,SpareRendererForSitePerProcess,OptimizationGuideOnDeviceModel,OptimizationGuideModelDownloading,OnDeviceModelPerformanceParams',
  ...['--remote-debugging-port=9222', '--enable-logging=stderr'],
];

const CONNECT_TRIES = 5;
const CONNECT_MS = 120_000;
/** An emulated processor on a busy machine. */
const PAGE_MS = 240_000;

export interface GuestChromium {
  readonly browser: Browser;
  readonly context: BrowserContext;
  log(): Promise<string>;
  close(): Promise<void>;
}

/** `screen`: in an X server in the guest, so that permission prompts can be answered with the mouse. */
export async function startChromium(
  guest: Guest,
  display: 'headless' | 'screen',
): Promise<GuestChromium> {
  const head = display === 'screen' ? SCREEN : '';
  const words = [...(display === 'screen' ? [] : ['--headless=new']), ...SWITCHES].join(' ');
  await guest.must(`pidof chromium >/dev/null && exit 0${head}${launch(words)}`);
  const browser = await connectWithPatience(guest.debugPort);
  const [context] = browser.contexts();
  if (context === undefined) throw new Error('Chromium has no window');
  context.setDefaultTimeout(PAGE_MS);
  return {
    browser,
    context,
    log: () => guest.must('cat /tmp/chromium.log'),
    close: async () => {
      await browser.close();
      await guest.must(
        'for pid in $(pidof chromium); do kill "$pid" 2>/dev/null; done; while pidof chromium >/dev/null; do sleep 0.1; done',
      );
    },
  };
}

const SCREEN = `
pidof Xvfb >/dev/null || { setsid Xvfb :1 -screen 0 1000x700x24 -nolisten tcp -fbdir /tmp >/tmp/xvfb.log 2>&1 </dev/null & }
export DISPLAY=:1
while ! [ -S /tmp/.X11-unix/X1 ]; do sleep 0.2; done`;

const launch = (words: string): string => `
rm -rf /tmp/profile
cat >/tmp/chromium-run <<'END'
#!/bin/sh
export HOME=/home/tester
cd
exec /usr/lib/chromium/chromium ${words} --user-data-dir=/tmp/profile about:blank
END
chmod 755 /tmp/chromium-run
: >/tmp/chromium.log
setsid su tester -c /tmp/chromium-run >>/tmp/chromium.log 2>&1 </dev/null &
waited=0
until grep -q 'DevTools listening' /tmp/chromium.log; do
  sleep 0.2; waited=$((waited + 1)); [ $waited -lt 1500 ] || { cat /tmp/chromium.log; exit 1; }
done`;

async function connectWithPatience(port: number): Promise<Browser> {
  for (let tries = 1; ; tries++) {
    try {
      return await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { timeout: CONNECT_MS });
    } catch (error) {
      if (tries === CONNECT_TRIES) throw error;
      await sleep(1000);
    }
  }
}
