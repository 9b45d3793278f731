/**
 * The engines of the app on the browser's own WebUSB and Web Serial, as calls that a test makes by name.
 * Runs in a page and in a dedicated worker alike.
 */
import { fingerprint } from '../../../src/core/crypto/index.ts';
import {
  approvePlan,
  burn,
  erasePrimer,
  inspectBoard,
  intendOtpImage,
  intendPrimer,
  makePlan,
  readJournal,
  requiredTails,
  requirePlan,
  verifyOverPrimer,
  type BurnEnv,
  type IntendedOtp,
} from '../../../src/core/provisioning/index.ts';
import type { BytePipe, ControlPipe, UsbDevice } from '../../../src/core/ports/index.ts';
import {
  createConsole,
  createPrimerDialogue,
  sendXmodem,
  updateFirmware,
  type UpdateImage,
} from '../../../src/core/serial/index.ts';
import { openDfu, type DfuSession } from '../../../src/core/stm32/index.ts';
import { analysePrimer, bootloaderProfiles } from '../../../src/core/wolfboot/index.ts';
import type { KeystoreSlot } from '../../../src/core/wolfboot/index.ts';
import type { Clock } from '../../../src/core/ports/index.ts';
import { createRealClock } from '../../../src/platform/clock.ts';
import { createWebSerialBus } from '../../../src/transports/webserial/index.ts';
import { createWebUsbBus } from '../../../src/transports/webusb/index.ts';
import { memoryLocks, memoryStore } from '../../support/memory-store.ts';

const [PROFILE] = bootloaderProfiles;
const OPEN_MS = 5_000;
const LINE = { baudRate: 115_200 };

export interface BurnOrder {
  readonly slots: readonly KeystoreSlot[];
  readonly route: 'otp-alternate' | 'primer';
  /** An otp.bin, or a filled primer. */
  readonly file: Uint8Array;
}

export class Desk {
  readonly #clock = patientClock();
  readonly #usb;
  readonly #serial;
  readonly #store = memoryStore();
  readonly #locks = memoryLocks();
  readonly #tell: (what: string) => void;
  #changes = 0;
  #held: ControlPipe | undefined;
  #stale: UsbDevice | undefined;
  #cancel: AbortController | undefined;

  /** `tell` reports stages while a call goes on. */
  constructor(usb: USB, serial: Serial, tell: (what: string) => void) {
    this.#usb = createWebUsbBus(usb, this.#clock);
    this.#serial = createWebSerialBus(serial, this.#clock);
    this.#tell = tell;
    this.#usb.watch(() => {
      this.#changes += 1;
    });
  }

  async devices() {
    return (await this.#usb.list()).map(({ id, identity }) => ({ id, identity }));
  }

  async ports() {
    return (await this.#serial.list()).map(({ id, identity }) => ({ id, identity }));
  }

  async changes(): Promise<number> {
    return this.#changes;
  }

  /** What the browser itself says about the names of the alternates. */
  async browserNames(usb: USB = navigator.usb) {
    const [device] = await usb.getDevices();
    return device?.configuration?.interfaces[0]?.alternates.map((one) => one.interfaceName ?? null);
  }

  async describe() {
    return this.#withDfu(async ({ description }) => description);
  }

  async inspect() {
    return this.#withDfu(async (session) => {
      const { otp, ...seen } = await inspectBoard(session, this.#clock);
      return { ...seen, otp: otp.kind === 'read' ? { kind: otp.kind, via: otp.via } : otp };
    });
  }

  async program(address: number, bytes: Uint8Array) {
    return this.#withDfu((session) =>
      session.programFlash(address, bytes, {
        signal: this.#cancel?.signal,
        onProgress: ({ stage }) => {
          this.#tell(stage);
        },
      }),
    );
  }

  async read(alternate: number, address: number, lengthBytes: number): Promise<Uint8Array> {
    return this.#withDfu((session) => session.readMemory(alternate, address, lengthBytes));
  }

  /** Opens the device and keeps it. */
  async hold(): Promise<void> {
    this.#held = await (await this.#device()).open({ timeoutMs: OPEN_MS });
  }

  async letGo(): Promise<void> {
    await this.#held?.close();
    this.#held = undefined;
  }

  /** The status byte of the device that is held. */
  async heldState(): Promise<number | undefined> {
    const request = {
      type: 'class',
      recipient: 'interface',
      request: 3,
      value: 0,
      index: 0,
    } as const;
    return (await this.#held?.controlIn(request, 6, { timeoutMs: 1_000 }))?.[4];
  }

  /** Waits for an answer that never comes. */
  async waitForSilence(timeoutMs: number): Promise<unknown> {
    const request = {
      type: 'standard',
      recipient: 'device',
      request: 6,
      value: 0x2100,
      index: 0,
    } as const;
    return this.#held?.controlIn(request, 9, { timeoutMs });
  }

  /** Remembers the device object for `openRemembered`. */
  async remember(): Promise<string> {
    this.#stale = await this.#device();
    return this.#stale.id;
  }

  async openRemembered(): Promise<void> {
    await (await this.#stale?.open({ timeoutMs: OPEN_MS }))?.close();
  }

  /** From now on a call can be cancelled by `cancel`. */
  async makeCancellable(): Promise<void> {
    this.#cancel = new AbortController();
  }

  async cancel(): Promise<void> {
    this.#cancel?.abort();
    this.#cancel = undefined;
  }

  /** Plans anew, so that it also resumes. */
  async burn(order: BurnOrder) {
    const serial = (await this.#device()).identity.serial ?? '';
    const env = this.#env();
    await erasePrimer(env, serial);
    const inspection = await this.#withDfu((session) => inspectBoard(session, this.#clock));
    const plan = requirePlan(
      makePlan({
        inspection,
        benchKind: 'real',
        profile: PROFILE,
        keystore: order.slots,
        intended: intendedOf(order),
        backups: {
          proven: new Set(order.slots.map(({ publicKey }) => fingerprint(publicKey))),
          external: new Set(),
        },
        journal: await readJournal(this.#store, serial),
      }),
    );
    const outcome = await burn(approvePlan(plan, requiredTails(plan)), env, {
      onProgress: ({ stage }) => {
        this.#tell(stage);
      },
    });
    const { kind, resumed, halfwordsWritten, verification } = outcome;
    return { kind, resumed, halfwordsWritten, ok: verification.ok, uds: verification.uds };
  }

  /** What the running primer says of itself. */
  async primerStatus() {
    return this.#withLine((line) => createPrimerDialogue(line, this.#clock).status());
  }

  async prove(order: BurnOrder, serial: string) {
    const expected = { intended: intendedOf(order), profile: PROFILE, serial };
    return this.#withLine(async (line) => {
      const { ok, wrong, foreign, uds, lockedBlocks } = await verifyOverPrimer(
        line,
        this.#clock,
        expected,
      );
      return { ok, wrong, foreign, uds, lockedBlocks };
    });
  }

  async consoleInfo() {
    return this.#withConsole(async (console) => {
      await console.waitForPrompt({ leaveReceiver: true });
      return console.info();
    });
  }

  async update(image: UpdateImage) {
    return this.#withConsole(async (console) => {
      const { kind, versionBefore, version, transfer } = await updateFirmware(
        console,
        this.#clock,
        image,
        {
          receiverHeaderSizeBytes: image.headerSizeBytes,
          onProgress: ({ stage }) => {
            this.#tell(stage);
          },
        },
      );
      return { kind, versionBefore, version, transfer };
    });
  }

  /** To the receiver that is at the other end already. */
  async sendFile(bytes: Uint8Array, receiver: 'classic' | 'wolfboot') {
    const options = { receiver, paddingByte: 0x1a } as const;
    return this.#withLine((line) => sendXmodem(line, this.#clock, bytes, options));
  }

  /** Writes and waits for as many bytes as were written. */
  async echo(bytes: Uint8Array): Promise<Uint8Array> {
    return this.#withLine(async (line) => {
      await line.write(bytes, { timeoutMs: 10_000 });
      return readBytes(line, bytes.length);
    });
  }

  /** Reads until the line falls silent or ends. */
  async listen(timeoutMs: number): Promise<number> {
    return this.#withLine(async (line) => (await line.read({ timeoutMs })).length);
  }

  #env(): BurnEnv {
    const bench = { kind: 'real' as const, usb: this.#usb, clock: this.#clock };
    return { bench, store: this.#store, locks: this.#locks, personTimeoutMs: 600_000 };
  }

  async #device(): Promise<UsbDevice> {
    const [device] = await this.#usb.list();
    if (device === undefined) throw new Error('no device');
    return device;
  }

  async #withDfu<T>(work: (session: DfuSession) => Promise<T>): Promise<T> {
    const pipe = await (await this.#device()).open({ timeoutMs: OPEN_MS });
    try {
      return await work(await openDfu(pipe, this.#clock));
    } finally {
      await pipe.close();
    }
  }

  async #withLine<T>(work: (line: BytePipe) => Promise<T>): Promise<T> {
    const [port] = await this.#serial.list();
    if (port === undefined) throw new Error('no port');
    const line = await port.open(LINE);
    try {
      return await work(line);
    } finally {
      await line.close();
    }
  }

  async #withConsole<T>(
    work: (console: ReturnType<typeof createConsole>) => Promise<T>,
  ): Promise<T> {
    return this.#withLine(async (line) => work(createConsole(line, this.#clock)));
  }
}

/** From here on a wait is a deadline, not a wait that a protocol asks for. */
const DEADLINE_MS = 400;
const PATIENCE = 6;

/**
 * Emulated hardware on a busy machine answers late: deadlines are longer here than at a desk, while what the
 * protocols wait for stays as it is.
 */
function patientClock(): Clock {
  const clock = createRealClock();
  return {
    ...clock,
    sleep: (durationMs, signal) =>
      clock.sleep(durationMs >= DEADLINE_MS ? durationMs * PATIENCE : durationMs, signal),
  };
}

function intendedOf({ route, file }: BurnOrder): IntendedOtp {
  return route === 'primer'
    ? intendPrimer(analysePrimer(file, 'primer.bin'), file)
    : intendOtpImage(file, 'otp.bin', PROFILE, { udsPolicy: 'keep' });
}

async function readBytes(line: BytePipe, lengthBytes: number): Promise<Uint8Array> {
  const result = new Uint8Array(lengthBytes);
  for (let at = 0; at < lengthBytes;) {
    const part = await line.read({ timeoutMs: 5_000 });
    if (part.length === 0) throw new Error(`${at} of ${lengthBytes} bytes came back`);
    result.set(part.subarray(0, lengthBytes - at), at);
    at += part.length;
  }
  return result;
}
