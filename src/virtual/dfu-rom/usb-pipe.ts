/** An open, claimed DFU interface: control transfers, one after the other, that take their time. */
import { AppError } from '../../core/errors.ts';
import type {
  ControlPipe,
  ControlRequest,
  TransferOptions,
  UsbIdentity,
} from '../../core/ports/index.ts';
import { bounded, deadlineExceeded, type Settle } from '../bounded.ts';
import type { FaultBox } from '../faults/fault-box.ts';
import type { SimClock } from '../sim-clock.ts';
import type { DfuRom, RomAnswer } from './dfu-rom.ts';

/** SETUP and status stage. */
const TRANSFER_MS = 0.35;
/** Full speed, 64-byte packets on endpoint 0; reads then run at about 480 KB/s as measured. */
const BYTE_MS = 0.00175;

export interface UsbPipeHooks {
  readonly pullPlug: () => void;
  readonly onClose: () => void;
}

export class UsbPipe implements ControlPipe {
  readonly identity: UsbIdentity;
  readonly interfaceNumber = 0;
  readonly #clock: SimClock;
  readonly #faults: FaultBox;
  readonly #rom: DfuRom;
  readonly #hooks: UsbPipeHooks;
  /** Ends when the transfers so far have ended: endpoint 0 does one at a time. */
  #queue: Promise<unknown> = Promise.resolve();
  readonly #underWay = new Set<Settle<RomAnswer>>();
  #state: 'open' | 'closed' | 'gone' = 'open';

  constructor(
    identity: UsbIdentity,
    clock: SimClock,
    faults: FaultBox,
    rom: DfuRom,
    hooks: UsbPipeHooks,
  ) {
    this.identity = identity;
    this.#clock = clock;
    this.#faults = faults;
    this.#rom = rom;
    this.#hooks = hooks;
  }

  async controlIn(
    request: ControlRequest,
    lengthBytes: number,
    options: TransferOptions,
  ): Promise<Uint8Array> {
    const answer = await this.#transfer('control transfer in', options, lengthBytes, () =>
      this.#answerIn(request, lengthBytes),
    );
    return answer.kind === 'data' ? answer.bytes : new Uint8Array();
  }

  async controlOut(
    request: ControlRequest,
    data: Uint8Array,
    options: TransferOptions,
  ): Promise<void> {
    const copy = data.slice();
    await this.#transfer('control transfer out', options, data.length, () => {
      const { bytes, cutAfterBytes } = this.#faults.usbBytes(copy, 'out');
      // A data stage that was cut never becomes a request.
      if (cutAfterBytes !== undefined) return this.#cutOff();
      return this.#rom.controlOut(request, bytes);
    });
  }

  async selectAlternate(alternate: number, options: TransferOptions): Promise<void> {
    await this.#transfer(`select alternate ${alternate}`, options, 0, () =>
      this.#rom.selectAlternate(alternate),
    );
  }

  async close(): Promise<void> {
    this.#end('closed');
  }

  /** The device has left the bus. */
  disconnect(): void {
    this.#end('gone');
  }

  #answerIn(request: ControlRequest, lengthBytes: number): RomAnswer {
    const answer = this.#rom.controlIn(request, lengthBytes, this.#clock.nowMs());
    if (answer.kind !== 'data') return answer;
    const { bytes, cutAfterBytes } = this.#faults.usbBytes(answer.bytes, 'in');
    return cutAfterBytes === undefined ? { kind: 'data', bytes } : this.#cutOff();
  }

  #cutOff(): RomAnswer {
    this.#hooks.pullPlug();
    return { kind: 'hang' };
  }

  /** Waits for its turn, lets the time of the transfer pass, then asks the ROM. */
  async #transfer(
    what: string,
    options: TransferOptions,
    lengthBytes: number,
    ask: () => RomAnswer,
  ): Promise<RomAnswer> {
    this.#checkOpen();
    const durationMs = TRANSFER_MS + lengthBytes * BYTE_MS;
    const before = this.#queue;
    const transfer = bounded<RomAnswer>(
      this.#clock,
      options,
      (settle) => {
        settle.reject(deadlineExceeded(what, options.timeoutMs));
      },
      (settle) => this.#begin(settle, before, durationMs, ask),
    );
    this.#queue = transfer.catch(() => undefined);
    const answer = await transfer;
    if (answer.kind === 'stall') throw new AppError('usb-stall', `${what}: the device stalled`);
    return answer;
  }

  #begin(
    settle: Settle<RomAnswer>,
    before: Promise<unknown>,
    durationMs: number,
    ask: () => RomAnswer,
  ): () => void {
    let callOff: (() => void) | undefined;
    this.#underWay.add(settle);
    void before.then(() => {
      if (!this.#underWay.has(settle)) return;
      callOff = this.#clock.schedule(durationMs, () => {
        const answer = this.#askThroughFaults(ask);
        // A transfer without an answer ends by its time-out or when the device goes.
        if (answer.kind !== 'hang') settle.resolve(answer);
      });
    });
    return () => {
      this.#underWay.delete(settle);
      callOff?.();
    };
  }

  #askThroughFaults(ask: () => RomAnswer): RomAnswer {
    const { stall, stuckBusyAfter } = this.#faults.usbTransfer();
    if (stall) return { kind: 'stall' };
    const answer = ask();
    if (stuckBusyAfter) this.#rom.stickBusy();
    return answer;
  }

  #end(state: 'closed' | 'gone'): void {
    if (this.#state !== 'open') return;
    this.#state = state;
    for (const settle of [...this.#underWay]) settle.reject(this.#notOpen());
    this.#hooks.onClose();
  }

  #checkOpen(): void {
    if (this.#state !== 'open') throw this.#notOpen();
  }

  #notOpen(): AppError {
    return this.#state === 'gone'
      ? new AppError('usb-disconnected', 'the device has left the bus')
      : new AppError('usb-transfer-failed', 'the device was closed');
  }
}
