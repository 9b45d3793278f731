/**
 * The bootloader's DFU state machine: DFU 1.1 with ST's commands (formats/stm32-dfu.md, sections 1 and 2),
 * without any USB framing. It answers when it is asked and keeps time by the clock that it was given.
 */
import {
  Command,
  Request,
  State,
  Status,
  hex,
  type StateCode,
  type StatusCode,
} from './dfu-codes.ts';
import { contains, refuses, type Memory, type Steps } from './memory.ts';
import { machineTime, type ModelTime } from './time.ts';
import { done, silence, stall, type ControlResult, type Setup } from './usb-device.ts';

export interface DfuSeOptions {
  /** Memory behind each alternate setting. */
  readonly alternates: readonly Memory[];
  readonly transferSize: number;
  readonly startAddress: number;
  /** Memories that any alternate reads, as a ROM without an OTP alternate may. */
  readonly readableAnywhere?: readonly Memory[];
  /** Read-out protection: everything answers errVENDOR. */
  readonly readProtected?: boolean;
  /** A GETSTATUS before bwPollTimeout is over: dfuDNBUSY again, or a stall as DFU 1.1 has it. */
  readonly earlyPoll?: 'busy' | 'stall';
  /** The wait that is announced, when it is not the one that is needed. */
  readonly announcedMs?: (neededMs: number) => number;
  /** The device drops off the bus to start the application at `address`. */
  readonly onLeave?: (address: number) => void;
  /** A write to the option bytes was taken: some parts reset at once (section 2). */
  readonly onOptionWrite?: () => void;
  readonly time?: ModelTime;
}

interface Operation {
  readonly busyMs: number;
  readonly steps: Steps;
  readonly trace: string;
  readonly isOptionWrite?: boolean;
}

/** An operation that goes on inside the chip. */
interface Running extends Operation {
  readonly beganMs: number;
  stepsDone: number;
  result: StatusCode;
}

const LEAVE_MS = 20;
const COMMAND_MS = 1;
const ABORTABLE: readonly StateCode[] = [
  State.dfuIDLE,
  State.dfuDNLOAD_SYNC,
  State.dfuDNLOAD_IDLE,
  State.dfuMANIFEST_SYNC,
  State.dfuUPLOAD_IDLE,
];

export class DfuSe {
  state: StateCode = State.dfuIDLE;
  status: StatusCode = Status.OK;
  alternate = 0;
  address: number;
  readProtected: boolean;
  /** Answers nothing any more until the chip is reset. */
  hung = false;
  /** What the host did, one line per request that did something. */
  readonly trace: string[] = [];
  /** Called with each line of the trace as it happens: a test pulls the plug there. */
  onTrace: ((line: string) => void) | undefined;
  /** GETSTATUS requests that came before bwPollTimeout was over. */
  earlyPolls = 0;

  readonly #options: DfuSeOptions;
  readonly #time: ModelTime;
  #pending: Operation | undefined;
  #running: Running | undefined;

  constructor(options: DfuSeOptions) {
    this.#options = options;
    this.#time = options.time ?? machineTime;
    this.address = options.startAddress;
    this.readProtected = options.readProtected ?? false;
  }

  get alternateCount(): number {
    return this.#options.alternates.length;
  }

  busReset(): void {
    this.finish();
    this.state = State.dfuIDLE;
    this.status = Status.OK;
    this.alternate = 0;
    this.address = this.#options.startAddress;
    this.#pending = undefined;
  }

  /** The plug is out, but the chip has power: what goes on inside goes on to its end. */
  finish(): void {
    this.#advance(Number.POSITIVE_INFINITY);
    this.#running = undefined;
  }

  /** Power fails: what was done stays done, the rest does not happen. */
  losePower(): void {
    this.#advance(this.#time.nowMs());
    this.#running = undefined;
    this.#pending = undefined;
    this.hung = false;
    for (const memory of this.#options.alternates) memory.clearError();
  }

  control(setup: Setup, data: Uint8Array): ControlResult {
    if (this.hung) return silence;
    switch (setup.request) {
      case Request.dnload:
        return this.#download(setup.value, Uint8Array.from(data));
      case Request.upload:
        return this.#upload(setup.value, setup.length);
      case Request.getStatus:
        return this.#getStatus();
      case Request.getState:
        return done(Uint8Array.of(this.state));
      case Request.clrStatus:
        return this.#clearStatus();
      case Request.abort:
        return this.#abort();
      default:
        return stall;
    }
  }

  get #memory(): Memory {
    const memory = this.#options.alternates[this.alternate];
    if (memory === undefined) throw new Error(`no memory behind alternate ${this.alternate}`);
    return memory;
  }

  #note(line: string): void {
    this.trace.push(line);
    this.onTrace?.(line);
  }

  #fail(status: StatusCode): void {
    this.state = State.dfuERROR;
    this.status = status;
    this.#note(`error ${status}`);
  }

  /** A request that the current state does not allow: stalled, and the device enters dfuERROR. */
  #refuse(status: StatusCode = Status.errSTALLEDPKT): ControlResult {
    this.#fail(status);
    return stall;
  }

  /** This generation of ROMs stalls it in any state but dfuERROR (section 2). */
  #clearStatus(): ControlResult {
    if (this.state !== State.dfuERROR) return this.#refuse();
    this.state = State.dfuIDLE;
    this.status = Status.OK;
    for (const memory of this.#options.alternates) memory.clearError();
    return done();
  }

  #abort(): ControlResult {
    if (this.state === State.dfuERROR) return stall;
    if (!ABORTABLE.includes(this.state)) return this.#refuse();
    this.#pending = undefined;
    this.state = State.dfuIDLE;
    return done();
  }

  #download(block: number, data: Uint8Array): ControlResult {
    if (this.state !== State.dfuIDLE && this.state !== State.dfuDNLOAD_IDLE) return this.#refuse();
    if (data.length > this.#options.transferSize || block === 1) return this.#refuse();
    if (data.length === 0) {
      this.state = State.dfuMANIFEST_SYNC;
      this.#note(`leave ${hex(this.address)}`);
      return done();
    }
    this.#pending = block === 0 ? this.#command(data) : this.#program(block, data);
    this.state = State.dfuDNLOAD_SYNC;
    return done();
  }

  #program(block: number, data: Uint8Array): Operation {
    const memory = this.#memory;
    const address = this.#addressOf(block);
    const isOptionWrite = memory.base !== this.#options.startAddress && memory.base >= 0x40000000;
    return {
      busyMs: memory.busyMs('write', data.length),
      trace: `write ${hex(address)} ${data.length}`,
      isOptionWrite,
      steps: this.#guarded(
        contains(memory, address, data.length),
        () => memory.write(address, data),
        Status.errADDRESS,
      ),
    };
  }

  #command(data: Uint8Array): Operation {
    const memory = this.#memory;
    const [command] = data;
    const address = data.length === 5 ? new DataView(data.buffer).getUint32(1, true) : undefined;
    if (command === Command.setAddress && address !== undefined) return this.#setAddress(address);
    if (command === Command.erase && address !== undefined) {
      return {
        busyMs: memory.busyMs('erasePage', 0),
        trace: `erase ${hex(address)}`,
        steps: this.#guarded(
          contains(memory, address),
          () => memory.erasePage(address),
          Status.errTARGET,
        ),
      };
    }
    if (command === Command.erase && data.length === 1) {
      return {
        busyMs: memory.busyMs('massErase', 0),
        trace: 'mass erase',
        steps: this.#guarded(true, () => memory.massErase(), Status.errTARGET),
      };
    }
    return {
      busyMs: COMMAND_MS,
      trace: `unknown command ${command}`,
      steps: refuses(Status.errSTALLEDPKT),
    };
  }

  #setAddress(address: number): Operation {
    const known = [this.#memory, ...(this.#options.readableAnywhere ?? [])];
    const set = (): StatusCode => {
      this.address = address;
      return Status.OK;
    };
    return {
      busyMs: COMMAND_MS,
      trace: `set address ${hex(address)}`,
      steps: this.#guarded(
        known.some((memory) => contains(memory, address)),
        () => [set],
        Status.errTARGET,
      ),
    };
  }

  #guarded(inside: boolean, steps: () => Steps, otherwise: StatusCode): Steps {
    if (this.readProtected) return refuses(Status.errVENDOR);
    return inside ? steps() : refuses(otherwise);
  }

  #upload(block: number, length: number): ControlResult {
    if (this.state !== State.dfuIDLE && this.state !== State.dfuUPLOAD_IDLE) return this.#refuse();
    if (block === 1 || length > this.#options.transferSize) return this.#refuse();
    if (block === 0) {
      const list = Uint8Array.from(Object.values(Command)).slice(0, length);
      this.state = list.length < length ? State.dfuIDLE : State.dfuUPLOAD_IDLE;
      return done(list);
    }
    if (this.readProtected) return this.#refuse(Status.errVENDOR);
    const address = this.#addressOf(block);
    const memory = [this.#memory, ...(this.#options.readableAnywhere ?? [])].find((one) =>
      contains(one, address, length),
    );
    if (memory === undefined) return this.#refuse(Status.errADDRESS);
    this.state = State.dfuUPLOAD_IDLE;
    this.#note(`read ${hex(address)} ${length}`);
    return done(memory.read(address, length));
  }

  /** The first GETSTATUS after a DNLOAD starts it; later ones tell how it goes (AN3156). */
  #getStatus(): ControlResult {
    if (this.state === State.dfuDNLOAD_SYNC && this.#pending) return this.#start(this.#pending);
    if (this.state === State.dfuDNBUSY && this.#running) return this.#poll(this.#running);
    if (this.state === State.dfuMANIFEST_SYNC) {
      this.state = State.dfuMANIFEST;
      this.#time.after(LEAVE_MS, () => this.#options.onLeave?.(this.address));
      return this.#answer(1);
    }
    return this.#answer(0);
  }

  #start(operation: Operation): ControlResult {
    this.#pending = undefined;
    const beganMs = this.#time.nowMs();
    this.#running = { ...operation, beganMs, stepsDone: 0, result: Status.OK };
    this.state = State.dfuDNBUSY;
    this.#note(operation.trace);
    return this.#answer(this.#options.announcedMs?.(operation.busyMs) ?? operation.busyMs);
  }

  #poll(running: Running): ControlResult {
    const leftMs = running.beganMs + running.busyMs - this.#time.nowMs();
    // Timers of a host may be a fraction of a millisecond early.
    if (leftMs > 1) {
      this.earlyPolls += 1;
      return this.#options.earlyPoll === 'stall' ? this.#refuse() : this.#answer(leftMs);
    }
    this.#advance(Number.POSITIVE_INFINITY);
    this.#running = undefined;
    if (running.result !== Status.OK) this.#fail(running.result);
    else this.state = State.dfuDNLOAD_IDLE;
    if (running.isOptionWrite === true && running.result === Status.OK) {
      this.#options.onOptionWrite?.();
    }
    return this.#answer(0);
  }

  /** Does the steps of the running operation that fall before `nowMs`. */
  #advance(nowMs: number): void {
    const running = this.#running;
    if (running === undefined) return;
    const share = Math.min(1, (nowMs - running.beganMs) / Math.max(running.busyMs, 0.001));
    const due = Math.floor(running.steps.length * Math.max(0, share));
    while (running.stepsDone < due && running.result === Status.OK) {
      running.result = running.steps[running.stepsDone]?.() ?? Status.OK;
      running.stepsDone += 1;
    }
  }

  /** Block 2 is the one at the pointer. */
  #addressOf(block: number): number {
    return this.address + (block - 2) * this.#options.transferSize;
  }

  #answer(pollMs: number): ControlResult {
    const poll = Math.ceil(pollMs);
    const [low, middle, high] = [poll & 0xff, (poll >> 8) & 0xff, (poll >> 16) & 0xff];
    return done(Uint8Array.of(this.status, low, middle, high, this.state, 0));
  }
}
