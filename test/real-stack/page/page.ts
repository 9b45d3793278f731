/** The page under test: the desk in the page, the desk in a worker, and the browser's own choosers behind buttons. */
import { answerCall } from './calls.ts';
import { Desk } from './desk.ts';
import type { FromWorker, ToWorker } from './messages.ts';

export interface RigWindow {
  callDesk(side: 'page' | 'worker', name: string, args: string): Promise<string>;
  /** What was told since the last time. */
  told(): string[];
}

let told: string[] = [];
const desk = new Desk(navigator.usb, navigator.serial, (what) => told.push(what));

const answers = new Map<number, (text: string) => void>();
let worker: Worker | undefined;
let calls = 0;

function startWorker(): Worker {
  const started = new Worker(new URL('worker.js', location.href), { type: 'module' });
  started.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    if (data.kind === 'told') told.push(data.what);
    else answers.get(data.id)?.(data.text);
  });
  return started;
}

function callWorker(name: string, args: string): Promise<string> {
  worker ??= startWorker();
  calls += 1;
  const message: ToWorker = { id: calls, name, args };
  return new Promise((resolve) => {
    answers.set(message.id, resolve);
    worker?.postMessage(message);
  });
}

const rig: RigWindow = {
  callDesk: (side, name, args) =>
    side === 'page' ? answerCall(desk, name, args) : callWorker(name, args),
  told: () => {
    const all = told;
    told = [];
    return all;
  },
};
Object.assign(globalThis, rig);

const result = document.querySelector('#result');
function onClick(id: string, ask: () => Promise<string>): void {
  document.querySelector(id)?.addEventListener('click', () => {
    void ask().then(
      (text) => result?.replaceChildren(text),
      (error: unknown) => result?.replaceChildren(String(error)),
    );
  });
}

onClick('#usb', async () => {
  const filters = [{ vendorId: 0x0483, productId: 0xdf11 }];
  return `usb: ${(await navigator.usb.requestDevice({ filters })).productName}`;
});
onClick('#serial', async () => {
  const port = await navigator.serial.requestPort({ filters: [{ usbVendorId: 0x0403 }] });
  return `serial: ${port.getInfo().usbVendorId}`;
});
