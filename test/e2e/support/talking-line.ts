/**
 * A serial adapter with a talkative device behind it, as a `navigator.serial` of the page: quick where a
 * whole board would first have to be provisioned. It echoes, answers `info` and says what a test tells
 * it to. The worker has no Web Serial then, so the page's is used.
 */
import type { Page } from '@playwright/test';

const WORKER_SCRIPT = /\/assets\/worker-devices-[\w-]+\.js$/;
const WITHOUT = 'delete WorkerNavigator.prototype.usb; delete WorkerNavigator.prototype.serial;';

const INFO = [
  'System information',
  '====================================',
  'Flash banks are not swapped.',
  'Firmware version : 0x3',
  'Current firmware state: CONFIRMED',
  'No image in update partition.',
  '',
  'Bootloader OTP keystore information',
  'Number of public keys: 0',
  '====================================',
].join('\r\n');

export class TalkingLine {
  private constructor(private readonly page: Page) {}

  /** Before the page is opened. */
  static async of(page: Page): Promise<TalkingLine> {
    await page.route(WORKER_SCRIPT, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${WITHOUT}\n${await response.text()}` });
    });
    await page.addInitScript(standIn, INFO);
    return new TalkingLine(page);
  }

  async say(text: string): Promise<void> {
    await this.page.evaluate((words) => {
      (window as unknown as LineWindow).talkingLine.say(words);
    }, text);
  }

  /** What the device received so far. */
  async heard(): Promise<string> {
    return this.page.evaluate(() => (window as unknown as LineWindow).talkingLine.heard);
  }

  /** What the adapter was told of its lines so far. */
  async signals(): Promise<readonly object[]> {
    return this.page.evaluate(() => (window as unknown as LineWindow).talkingLine.signals);
  }

  async options(): Promise<object | undefined> {
    return this.page.evaluate(() => (window as unknown as LineWindow).talkingLine.options);
  }

  async unplug(): Promise<void> {
    await this.page.evaluate(() => {
      (window as unknown as LineWindow).talkingLine.unplug();
    });
  }

  async plugIn(): Promise<void> {
    await this.page.evaluate(() => {
      (window as unknown as LineWindow).talkingLine.plugIn();
    });
  }
}

interface LineWindow {
  readonly talkingLine: {
    heard: string;
    signals: object[];
    options: object | undefined;
    say(words: string): void;
    unplug(): void;
    plugIn(): void;
  };
}

/** Runs in the page, so it may use nothing from outside. */
function standIn(info: string): void {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  let source: ReadableStreamDefaultController<Uint8Array> | undefined;
  let plugged = true;
  const line = {
    heard: '',
    signals: [] as object[],
    options: undefined as object | undefined,
    say(words: string) {
      source?.enqueue(encoder.encode(words));
    },
    unplug() {
      const gone = port;
      plugged = false;
      source?.error(new DOMException('The device has been lost.', 'NetworkError'));
      source = undefined;
      gone.readable = null;
      gone.writable = null;
      tell('disconnect', gone);
    },
    plugIn() {
      port = makePort();
      plugged = true;
      tell('connect', port);
    },
  };

  const answer = (text: string): void => {
    line.heard += text;
    line.say(text.replaceAll('\r', '\r\n'));
    if (!text.includes('\r')) return;
    const command = line.heard.split('\r').at(-2)?.trim();
    line.say(command?.endsWith('info') === true ? `${info}\r\ncmd> ` : 'cmd> ');
  };

  const makePort = () =>
    Object.assign(new EventTarget(), {
      readable: null as ReadableStream<Uint8Array> | null,
      writable: null as WritableStream<Uint8Array> | null,
      getInfo: () => ({ usbVendorId: 0x0403, usbProductId: 0x6001 }),
      async open(this: Port, options: object) {
        line.options = options;
        this.readable = new ReadableStream({
          start: (controller) => {
            source = controller;
          },
        });
        this.writable = new WritableStream({
          write: (bytes: Uint8Array) => {
            answer(decoder.decode(bytes));
          },
        });
      },
      async close(this: Port) {
        this.readable = null;
        this.writable = null;
      },
      async setSignals(signals: object) {
        line.signals.push(JSON.parse(JSON.stringify(signals)) as object);
      },
    });
  type Port = EventTarget & {
    readable: ReadableStream<Uint8Array> | null;
    writable: WritableStream<Uint8Array> | null;
  };
  let port = makePort();

  const serial = Object.assign(new EventTarget(), {
    getPorts: async () => (plugged ? [port] : []),
    requestPort: async () => port,
  });
  const tell = (type: string, target: EventTarget): void => {
    const event = new Event(type);
    Object.defineProperty(event, 'target', { value: target });
    serial.dispatchEvent(event);
  };
  Object.defineProperty(navigator, 'serial', { value: serial });
  Object.assign(window, { talkingLine: line });
}
