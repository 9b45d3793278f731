/** Everything that the scenarios share: one guest, one browser, one page, and a board to plug into them. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { build } from 'vite';
import type { ErrorCode } from '../../src/core/errors.ts';
import { Board } from './board/board.ts';
import { Stm32H5, type ChipOptions } from './chip/stm32h5.ts';
import { machineTime } from './chip/time.ts';
import type { Answer, DeskCall } from './page/calls.ts';
import type { Desk } from './page/desk.ts';
import type { RigWindow } from './page/page.ts';
import { fromText, toText } from './page/values.ts';
import { startChromium, type GuestChromium } from './vm/chromium.ts';
import { Guest, PAGE_ORIGIN } from './vm/guest.ts';
import { serve, type WebServer } from './vm/web-server.ts';
import { SerialPlug } from './wire/serial-plug.ts';
import { UsbRedirPort } from './wire/usbredir.ts';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
const APP = join(ROOT, 'dist');
const PAGE = join(ROOT, '.cache/real-stack/page');
const LOOK_MS = 100;

export type Side = 'page' | 'worker';

type Args<Name extends DeskCall> = Parameters<Desk[Name]>;
type Result<Name extends DeskCall> = Awaited<ReturnType<Desk[Name]>>;

export class Stage {
  readonly guest: Guest;
  readonly chromium: GuestChromium;
  readonly page: Page;
  readonly usb: UsbRedirPort;
  readonly plug: SerialPlug;
  readonly #web: WebServer;

  private constructor(parts: {
    readonly guest: Guest;
    readonly chromium: GuestChromium;
    readonly page: Page;
    readonly usb: UsbRedirPort;
    readonly web: WebServer;
  }) {
    this.guest = parts.guest;
    this.chromium = parts.chromium;
    this.page = parts.page;
    this.usb = parts.usb;
    this.plug = new SerialPlug(parts.guest.serialSocket);
    this.#web = parts.web;
  }

  static async open(): Promise<Stage> {
    if (!existsSync(join(APP, 'index.html'))) throw new Error('no built app: npm run build');
    execFileSync(join(HERE, 'guest/build-guest.sh'), { stdio: 'pipe' });
    await buildPage();
    const web = await serve(APP, PAGE);
    const guest = runningGuest() ?? (await Guest.start({ webPort: web.port }));
    const usb = await UsbRedirPort.open(guest.usbSocket);
    const chromium = await startChromium(guest, 'screen');
    const earlier = chromium.context.pages();
    const page = await chromium.context.newPage();
    for (const left of earlier) await left.close();
    await page.goto(`${PAGE_ORIGIN}/real-stack/`);
    return new Stage({ guest, chromium, page, usb, web });
  }

  async close(): Promise<void> {
    this.usb.close();
    await this.plug.unplug();
    await this.guest.stop();
    this.#web.close();
  }

  /** Calls the desk in the page or in its worker. */
  async call<Name extends DeskCall>(
    side: Side,
    name: Name,
    ...args: Args<Name>
  ): Promise<Result<Name>> {
    const answer = await this.#ask(side, name, args);
    if (answer.code !== undefined) throw new Error(`${answer.code}: ${answer.message}`);
    return answer.value as Result<Name>;
  }

  /** The code of the error with which the call ended. */
  async refusal<Name extends DeskCall>(
    side: Side,
    name: Name,
    ...args: Args<Name>
  ): Promise<ErrorCode | 'unknown' | 'none'> {
    const { code } = await this.#ask(side, name, args);
    return (code as ErrorCode | 'unknown' | undefined) ?? 'none';
  }

  /** What the desks told since the last time. */
  async told(): Promise<readonly string[]> {
    return this.page.evaluate(() => (globalThis as unknown as RigWindow).told());
  }

  /** Waits until the desk tells this stage. */
  async untilTold(stage: string): Promise<void> {
    await until(`the stage ${stage}`, async () => (await this.told()).includes(stage), 240_000);
  }

  /** A fresh board on the bus, in its bootloader, seen by the page. */
  async plugBoard(options: ChipOptions = {}): Promise<Board> {
    await this.unplugAll();
    const board = this.#boardWith(options);
    this.usb.plug(board.chip);
    await this.untilListed(1);
    return board;
  }

  /** A fresh board whose serial line is plugged in and seen by the page; its USB is not. */
  async plugLine(options: ChipOptions = {}): Promise<Board> {
    await this.unplugAll();
    const board = this.#boardWith(options);
    await this.plugSerial();
    return board;
  }

  async plugSerial(): Promise<void> {
    await this.plug.plugIn();
    await until('the port', async () => (await this.call('page', 'ports')).length === 1);
  }

  async unplugAll(): Promise<void> {
    await this.usb.unplug();
    await this.plug.unplug();
    await until('the last device to go', () => this.#isEmpty());
  }

  async untilListed(count: 0 | 1, side: Side = 'page'): Promise<void> {
    await until(
      count === 1 ? 'the device' : 'the device to go',
      async () => (await this.call(side, 'devices')).length === count,
    );
  }

  #boardWith(options: ChipOptions): Board {
    const chip = new Stm32H5({ onLeave: () => void this.usb.unplug(), ...options });
    const board = new Board(chip, {
      usb: this.usb,
      time: machineTime,
      print: (bytes) => {
        this.plug.send(bytes);
      },
    });
    this.plug.onReceive = (bytes) => {
      board.receive(bytes);
    };
    return board;
  }

  /** By the browser's own lists: the transports know of a departure earlier. */
  async #isEmpty(): Promise<boolean> {
    return this.page.evaluate(async () => {
      const [devices, ports] = [
        await navigator.usb.getDevices(),
        await navigator.serial.getPorts(),
      ];
      return devices.length + ports.length === 0;
    });
  }

  async #ask(side: Side, name: string, args: readonly unknown[]): Promise<Answer> {
    const text = await this.page.evaluate(
      ([where, what, with_]) => (globalThis as unknown as RigWindow).callDesk(where, what, with_),
      [side, name, toText(args)] as const,
    );
    return fromText(text) as Answer;
  }
}

/** `KEYFUSE_GUEST=folder,shellPort,debugPort`: for somebody who works on a scenario and keeps a guest running. */
function runningGuest(): Guest | undefined {
  const [folder, shellPort, debugPort] = process.env.KEYFUSE_GUEST?.split(',') ?? [];
  return folder === undefined
    ? undefined
    : Guest.attach(folder, Number(shellPort), Number(debugPort));
}

export async function until(
  what: string,
  condition: () => Promise<boolean> | boolean,
  timeoutMs = 20_000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`gave up waiting for ${what}`);
    await sleep(LOOK_MS);
  }
}

async function buildPage(): Promise<void> {
  await build({
    root: join(HERE, 'page'),
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: PAGE,
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: [join(HERE, 'page/page.ts'), join(HERE, 'page/worker.ts')],
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  mkdirSync(PAGE, { recursive: true });
  cpSync(join(HERE, 'page/index.html'), join(PAGE, 'index.html'));
}
