/**
 * The DfuSe state machine of the ROM bootloader (USB DFU 1.1 section 6 and appendix A; AN3156 as
 * told in formats/stm32-dfu.md sections 1 and 2). It answers control requests at given instants and
 * knows neither transport nor time-outs; `usb-port.ts` gives it both.
 */
import type { ControlRequest } from '../../core/ports/index.ts';
import {
  descriptorOf,
  DESCRIPTOR_DFU_FUNCTIONAL,
  TRANSFER_BYTES,
  type Alternate,
} from './descriptors.ts';
import {
  DFU_OK,
  ERR_ADDRESS,
  ERR_STALLED_PACKET,
  ERR_TARGET,
  ERR_VENDOR,
  refusal,
  SET_ADDRESS_MS,
  type MemoryAccess,
  type Operation,
} from './memory-access.ts';
import { RunningOperation } from './running-operation.ts';

const GET_DESCRIPTOR = 6;

const DNLOAD = 1;
const UPLOAD = 2;
const GETSTATUS = 3;
const CLRSTATUS = 4;
const GETSTATE = 5;
const ABORT = 6;

export const DFU_IDLE = 2;
export const DFU_DNLOAD_SYNC = 3;
export const DFU_DNBUSY = 4;
export const DFU_DNLOAD_IDLE = 5;
export const DFU_MANIFEST_SYNC = 6;
export const DFU_MANIFEST = 7;
export const DFU_UPLOAD_IDLE = 9;
export const DFU_ERROR = 10;

/** Get, set address, erase; H5 has no read-unprotect. */
const COMMAND_LIST = Uint8Array.of(0x00, 0x21, 0x41);
const SET_ADDRESS = 0x21;
const ERASE = 0x41;
/** Change product state, reset, provisioning: known of the ROM, refused by this model. */
const H5_OPCODES: readonly number[] = [0x01, 0x02, 0x83];
const ADDRESS_COMMAND_BYTES = 5;
const FIRST_DATA_BLOCK = 2;
/** What a stuck part goes on promising. */
const STUCK_POLL_MS = 50;

export type RomAnswer =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'done' }
  | { readonly kind: 'stall' }
  /** Never answers, and never again until the chip is reset. */
  | { readonly kind: 'hang' };

export interface DfuRomHooks {
  /** The wait announced for the operation that begins now, when a fault stretches it. */
  readonly slowPollMs: () => number | undefined;
  /** From 0 to 1: how much shorter than announced an operation is. */
  readonly jitter: () => number;
  readonly log: (what: string) => void;
  /** The operation that begins now ends in a reset of the chip. */
  readonly onResetAfter: (durationMs: number) => void;
  /** The host asked to leave; the core then runs into its fault (section 4, "Leave on H563"). */
  readonly onLeave: () => void;
}

const STALL: RomAnswer = { kind: 'stall' };
const DONE: RomAnswer = { kind: 'done' };

export class DfuRom {
  readonly alternates: readonly Alternate[];
  readonly serial: string;
  readonly #memories: MemoryAccess;
  readonly #hooks: DfuRomHooks;
  #state = DFU_IDLE;
  #status = DFU_OK;
  #alternate: Alternate;
  #pointer: number;
  #requested: Operation | undefined;
  #running: RunningOperation | undefined;
  #stuckBusy = false;
  #hung = false;

  constructor(
    device: { readonly alternates: readonly Alternate[]; readonly serial: string },
    memories: MemoryAccess,
    hooks: DfuRomHooks,
  ) {
    const [flash] = device.alternates;
    if (flash === undefined) throw new RangeError('the ROM offers at least the flash');
    this.alternates = device.alternates;
    this.serial = device.serial;
    this.#memories = memories;
    this.#hooks = hooks;
    this.#alternate = flash;
    this.#pointer = flash.baseAddress;
  }

  get stuckBusy(): boolean {
    return this.#stuckBusy;
  }

  get state(): number {
    return this.#state;
  }

  /** A fault: dfuDNBUSY from now on, until the chip is reset. */
  stickBusy(): void {
    this.#stuckBusy = true;
  }

  /** SET_INTERFACE. */
  selectAlternate(number: number): RomAnswer {
    const alternate = this.alternates[number];
    if (alternate === undefined) return STALL;
    this.#alternate = alternate;
    return DONE;
  }

  /** Power fails: whatever goes on stops where it is. */
  losePower(nowMs: number): void {
    this.#running?.advanceTo(nowMs);
  }

  /** USB goes away; what goes on inside the chip goes on. */
  finish(): void {
    this.#running?.advanceTo(Number.POSITIVE_INFINITY);
  }

  controlIn(request: ControlRequest, lengthBytes: number, nowMs: number): RomAnswer {
    if (this.#hung) return { kind: 'hang' };
    if (request.type === 'standard') return this.#standardIn(request, lengthBytes);
    if (!isDfuRequest(request)) return STALL;
    switch (request.request) {
      case UPLOAD:
        return this.#upload(request.value, lengthBytes);
      case GETSTATUS:
        return cut(this.#getStatus(nowMs), lengthBytes);
      case GETSTATE:
        return cut(Uint8Array.of(this.#stuckBusy ? DFU_DNBUSY : this.#state), lengthBytes);
      default:
        return STALL;
    }
  }

  controlOut(request: ControlRequest, data: Uint8Array): RomAnswer {
    if (this.#hung) return { kind: 'hang' };
    if (!isDfuRequest(request)) return STALL;
    switch (request.request) {
      case DNLOAD:
        return this.#download(request.value, data);
      case CLRSTATUS:
        return this.#clearStatus();
      case ABORT:
        return this.#abort();
      default:
        // DETACH has no meaning in the ROM.
        return STALL;
    }
  }

  #standardIn(request: ControlRequest, lengthBytes: number): RomAnswer {
    if (request.request !== GET_DESCRIPTOR) return STALL;
    const type = request.value >> 8;
    if (type === DESCRIPTOR_DFU_FUNCTIONAL) {
      this.#hooks.log('GET_DESCRIPTOR for the functional descriptor alone: the ROM hangs');
      this.#hung = true;
      return { kind: 'hang' };
    }
    const descriptor = descriptorOf(type, request.value & 0xff, this.alternates, this.serial);
    return descriptor === undefined ? STALL : cut(descriptor, lengthBytes);
  }

  #upload(block: number, lengthBytes: number): RomAnswer {
    if (this.#state !== DFU_IDLE && this.#state !== DFU_UPLOAD_IDLE) return this.#protocolError();
    if (block === 0) {
      // ST's implementation goes back to idle when the host asked for more than there is.
      this.#state = lengthBytes > COMMAND_LIST.length ? DFU_IDLE : DFU_UPLOAD_IDLE;
      return cut(COMMAND_LIST, lengthBytes);
    }
    if (block < FIRST_DATA_BLOCK || lengthBytes < 2 || lengthBytes > TRANSFER_BYTES) {
      return this.#protocolError();
    }
    const result = this.#memories.read(this.#alternate, this.#addressOf(block), lengthBytes);
    if (result.kind === 'error') return this.#fail(result.status);
    this.#state = DFU_UPLOAD_IDLE;
    return { kind: 'data', bytes: result.bytes };
  }

  #download(block: number, data: Uint8Array): RomAnswer {
    if (this.#stuckBusy) return STALL;
    if (this.#state !== DFU_IDLE && this.#state !== DFU_DNLOAD_IDLE) return this.#protocolError();
    if (data.length > TRANSFER_BYTES) return this.#protocolError();
    if (data.length === 0) {
      this.#state = DFU_MANIFEST_SYNC;
      return DONE;
    }
    const operation =
      block === 0 ? this.#command(data) : this.#writeBlock(block, Uint8Array.from(data));
    if (operation === undefined) return this.#protocolError();
    this.#requested = operation;
    this.#state = DFU_DNLOAD_SYNC;
    return DONE;
  }

  #writeBlock(block: number, data: Uint8Array): Operation | undefined {
    if (block < FIRST_DATA_BLOCK || data.length < 2) return undefined;
    return this.#memories.write(this.#alternate, this.#addressOf(block), data);
  }

  #command(data: Uint8Array): Operation | undefined {
    const [opcode] = data;
    if (opcode === ERASE && data.length === 1) return this.#memories.massErase(this.#alternate);
    if (opcode !== undefined && H5_OPCODES.includes(opcode)) {
      return refusal(`opcode 0x${opcode.toString(16)}`, ERR_VENDOR);
    }
    if (data.length !== ADDRESS_COMMAND_BYTES) return undefined;
    const address = new DataView(data.buffer, data.byteOffset, data.length).getUint32(1, true);
    if (opcode === SET_ADDRESS) return this.#setAddress(address);
    if (opcode === ERASE) return this.#memories.erase(this.#alternate, address);
    return undefined;
  }

  #setAddress(address: number): Operation {
    return {
      what: `set address 0x${address.toString(16)}`,
      durationMs: SET_ADDRESS_MS,
      steps: 1,
      run: () => {
        if (!this.#memories.knows(this.#alternate, address)) return ERR_TARGET;
        this.#pointer = address;
        return DFU_OK;
      },
    };
  }

  /** The first GETSTATUS after a DNLOAD starts it; later ones tell how it goes (AN3156). */
  #getStatus(nowMs: number): Uint8Array {
    if (this.#stuckBusy) return statusBytes(DFU_OK, STUCK_POLL_MS, DFU_DNBUSY);
    switch (this.#state) {
      case DFU_DNLOAD_SYNC:
        return this.#start(nowMs);
      case DFU_DNBUSY:
        return this.#poll(nowMs);
      case DFU_MANIFEST_SYNC:
        this.#state = DFU_MANIFEST;
        this.#hooks.onLeave();
        return statusBytes(DFU_OK, 1, DFU_MANIFEST);
      default:
        return statusBytes(this.#status, 0, this.#state);
    }
  }

  #start(nowMs: number): Uint8Array {
    const operation = this.#requested ?? refusal('nothing', ERR_STALLED_PACKET);
    this.#requested = undefined;
    this.#hooks.log(operation.what);
    const slowMs = this.#hooks.slowPollMs();
    const pollMs = slowMs ?? Math.max(1, Math.ceil(operation.durationMs));
    const durationMs = slowMs ?? operation.durationMs * (1 - 0.1 * this.#hooks.jitter());
    this.#running = new RunningOperation(operation, nowMs, durationMs);
    this.#state = DFU_DNBUSY;
    if (operation.endsInReset === true) this.#hooks.onResetAfter(durationMs);
    return statusBytes(DFU_OK, pollMs, DFU_DNBUSY);
  }

  #poll(nowMs: number): Uint8Array {
    const running = this.#running;
    if (running?.isOver(nowMs) === false) {
      return statusBytes(DFU_OK, Math.ceil(running.endMs - nowMs), DFU_DNBUSY);
    }
    const status = running?.advanceTo(nowMs) ?? DFU_OK;
    this.#running = undefined;
    this.#status = status;
    this.#state = status === DFU_OK ? DFU_DNLOAD_IDLE : DFU_ERROR;
    return statusBytes(status, 0, this.#state);
  }

  /** This generation of ROMs stalls it in every state but dfuERROR, and stays where it is. */
  #clearStatus(): RomAnswer {
    if (this.#stuckBusy || this.#state !== DFU_ERROR) return STALL;
    this.#state = DFU_IDLE;
    this.#status = DFU_OK;
    this.#memories.clearErrors();
    return DONE;
  }

  #abort(): RomAnswer {
    const abortable = [
      DFU_IDLE,
      DFU_DNLOAD_SYNC,
      DFU_DNLOAD_IDLE,
      DFU_MANIFEST_SYNC,
      DFU_UPLOAD_IDLE,
    ];
    if (this.#stuckBusy || !abortable.includes(this.#state)) return STALL;
    this.#requested = undefined;
    this.#state = DFU_IDLE;
    return DONE;
  }

  /** wValue 2 is the block at the pointer itself. */
  #addressOf(block: number): number {
    return this.#pointer + (block - FIRST_DATA_BLOCK) * TRANSFER_BYTES;
  }

  /** A request that the state does not allow (DFU 1.1, appendix A). A busy part just stalls. */
  #protocolError(): RomAnswer {
    if (this.#stuckBusy || this.#state === DFU_DNBUSY) return STALL;
    return this.#fail(ERR_STALLED_PACKET);
  }

  #fail(status: number): RomAnswer {
    if (this.#state !== DFU_ERROR) this.#status = status;
    this.#state = DFU_ERROR;
    this.#requested = undefined;
    if (status === ERR_ADDRESS) this.#hooks.log('read outside of the alternate refused');
    return STALL;
  }
}

function isDfuRequest(request: ControlRequest): boolean {
  return request.type === 'class' && request.recipient === 'interface' && request.index === 0;
}

/** GETSTATUS: bStatus, bwPollTimeout (24 bits), bState, iString. */
function statusBytes(status: number, pollTimeoutMs: number, state: number): Uint8Array {
  const poll = Math.min(pollTimeoutMs, 0xffffff);
  return Uint8Array.of(status, poll & 0xff, (poll >> 8) & 0xff, poll >> 16, state, 0);
}

function cut(bytes: Uint8Array, lengthBytes: number): RomAnswer {
  return { kind: 'data', bytes: bytes.slice(0, lengthBytes) };
}
