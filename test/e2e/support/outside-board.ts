/**
 * A board that lies outside of the browser, as real ones do: it outlives any page. Pages of the context see it
 * through a `navigator.usb` that passes every call on; its behaviour is that of test/contract/fakes.
 */
import type { BrowserContext } from '@playwright/test';
import { createRealClock } from '../../../src/platform/clock.ts';
import { createYieldToHost } from '../../../src/platform/yield.ts';
import { createVirtualBench } from '../../../src/virtual/index.ts';
import { FakeUsb } from '../../contract/fakes/fake-usb.ts';

export interface OutsideBoard {
  /** What an operating system does for a process that is gone. */
  letGo(): Promise<void>;
  /** Halfwords of the OTP that are not blank. */
  writtenHalfwords(): number;
}

const WORKER_SCRIPT = /\/assets\/worker-devices-[\w-]+\.js$/;
const OTP_HALFWORDS = 1024;

type Passed = readonly unknown[];

/** In DFU mode, and allowed to be opened without asking. */
export async function plugBoardOutside(
  context: BrowserContext,
  seed: number,
): Promise<OutsideBoard> {
  const clock = createRealClock();
  const { bench, board } = createVirtualBench({
    seed,
    clock,
    yieldToHost: createYieldToHost(),
    realTimePace: true,
  });
  bench.panel.setPlug('userUsb', true);
  bench.panel.setBoot0(true);
  bench.panel.pressReset();
  await clock.sleep(1000);
  const usb = await FakeUsb.over(bench.usb, clock);
  const [device] = await usb.getDevices();
  if (device === undefined) throw new Error('the board is not in DFU mode');
  await context.exposeFunction('boardOutside', async (method: string, args: Passed) =>
    answer(device, method, args),
  );
  await context.addInitScript(standIn, JSON.stringify(Object.fromEntries(Object.entries(device))));
  // In pages only: what is exposed to a page does not reach its workers.
  await context.route(WORKER_SCRIPT, async (route) => {
    const response = await route.fetch();
    const without =
      'delete WorkerNavigator.prototype.usb; delete WorkerNavigator.prototype.serial;';
    await route.fulfill({ response, body: `${without}\n${await response.text()}` });
  });
  return {
    letGo: () => device.close(),
    writtenHalfwords: () => {
      const bytes = board.otp.peek();
      let written = 0;
      for (let at = 0; at < OTP_HALFWORDS; at++) {
        if (bytes[2 * at] !== 0xff || bytes[2 * at + 1] !== 0xff) written += 1;
      }
      return written;
    },
  };
}

async function answer(device: USBDevice, method: string, args: Passed): Promise<unknown> {
  const [first, second] = args;
  if (method === 'controlTransferIn') {
    const setup = first as USBControlTransferParameters;
    const { status, data } = await device.controlTransferIn(setup, second as number);
    const bytes = data && [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
    return { status, bytes };
  }
  if (method === 'controlTransferOut') {
    const setup = first as USBControlTransferParameters;
    const { status, bytesWritten } = await device.controlTransferOut(
      setup,
      Uint8Array.from((second as number[] | undefined) ?? []),
    );
    return { status, bytesWritten };
  }
  if (method === 'open') await device.open();
  else if (method === 'close') await device.close();
  else if (method === 'claimInterface') await device.claimInterface(first as number);
  else if (method === 'releaseInterface') await device.releaseInterface(first as number);
  else if (method === 'selectConfiguration') await device.selectConfiguration(first as number);
  else if (method === 'selectAlternateInterface') {
    await device.selectAlternateInterface(first as number, second as number);
  } else throw new Error(`no such call: ${method}`);
  return undefined;
}

/** Runs in the page, so it may use nothing from outside of itself. */
function standIn(facts: string): void {
  interface Told {
    readonly status: string;
    readonly bytes?: readonly number[];
    readonly bytesWritten?: number;
  }
  const far = window as unknown as {
    boardOutside(method: string, args: readonly unknown[]): Promise<Told | undefined>;
  };
  const device: Record<string, unknown> = {
    ...(JSON.parse(facts) as Record<string, unknown>),
    opened: false,
    configuration: null,
  };
  for (const method of ['claimInterface', 'releaseInterface', 'selectAlternateInterface']) {
    device[method] = (...args: readonly unknown[]) => far.boardOutside(method, args);
  }
  Object.assign(device, {
    open: async () => {
      await far.boardOutside('open', []);
      device.opened = true;
    },
    close: async () => {
      await far.boardOutside('close', []);
      device.opened = false;
    },
    selectConfiguration: async (value: number) => {
      await far.boardOutside('selectConfiguration', [value]);
      const all = device.configurations as readonly { readonly configurationValue: number }[];
      device.configuration = all.find((one) => one.configurationValue === value) ?? null;
    },
    controlTransferIn: async (setup: unknown, lengthBytes: number) => {
      const told = await far.boardOutside('controlTransferIn', [setup, lengthBytes]);
      const data = told?.bytes && new DataView(Uint8Array.from(told.bytes).buffer);
      return { status: told?.status, data };
    },
    controlTransferOut: async (setup: unknown, data?: ArrayBuffer | ArrayBufferView) => {
      const view =
        data === undefined
          ? []
          : ArrayBuffer.isView(data)
            ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
            : new Uint8Array(data);
      return far.boardOutside('controlTransferOut', [setup, [...view]]);
    },
  });
  const usb = Object.assign(new EventTarget(), {
    getDevices: () => Promise.resolve([device]),
    requestDevice: () => Promise.resolve(device),
  });
  Object.defineProperty(navigator, 'usb', { value: usb });
}
