/**
 * A small DfuSe ROM for tests: strict about states, sequence and alignment, and able to misbehave in
 * the ways that formats/stm32-dfu.md names. It is no model of a chip; that is `src/virtual`.
 */
import { asciiToBytes, concatBytes } from '../../../src/core/bytes/index.ts';
import type { Clock } from '../../../src/core/ports/index.ts';

export interface FakeMemory {
  readonly name: string;
  readonly base: number;
  readonly bytes: Uint8Array;
  readonly sectorBytes?: number;
  /** Programming needs erased cells and multiples of this. */
  readonly unitBytes: number;
  /** Cells that take any value at any time, as option registers do. */
  readonly registers?: boolean;
}

export interface FakeRomOptions {
  readonly memories: readonly FakeMemory[];
  readonly clock: Clock;
  readonly transferSize?: number;
  readonly commands?: readonly number[];
  readonly pollMs?: number;
  /** Real duration of an operation, when it is not what is stated. */
  readonly busyMs?: number;
  readonly dfuVersion?: number;
  /** Place of the functional descriptor. */
  readonly functional?: 'last' | 'after-first-alternate' | 'absent';
}

export type Answer = { readonly data: Uint8Array } | 'stall';

export interface Setup {
  readonly type: 'standard' | 'class' | 'vendor';
  readonly request: number;
  readonly value: number;
  readonly index: number;
}

const IDLE = 2;
const SYNC = 3;
const BUSY = 4;
const DOWNLOAD_IDLE = 5;
const UPLOAD_IDLE = 9;
const ERROR = 10;

const NOTHING: Answer = { data: new Uint8Array(0) };

export class FakeRom {
  readonly options: FakeRomOptions;
  state = IDLE;
  status = 0;
  alternate = 0;
  pointer = 0x08000000;
  /** One line a request. */
  readonly log: string[] = [];
  /** GETSTATUS that came before the stated wait was over. */
  earlyPolls = 0;
  /** Addresses of erased sectors, in order. */
  readonly erased: number[] = [];

  /** Stays busy after an erase until CLRSTATUS has come twice (H743 rev V). */
  wedgeOnErase = false;
  /** The same, but nothing frees it. */
  stuckOnErase = false;
  /** Stalls that many GETSTATUS requests while busy. */
  stallWhileBusy = 0;
  /** Answers dfuDNLOAD-IDLE to the first GETSTATUS after a DNLOAD, without doing anything. */
  skipsBusy = false;
  /** Answers OK to erase and write, and does nothing (write protection). */
  writeProtected = false;
  /** bStatus of the next operation. */
  nextStatus = 0;

  #pending: (() => number) | undefined;
  #result = 0;
  #busyUntilMs = 0;
  #wedged: 'no' | 'wedged' | 'for-ever' = 'no';

  constructor(options: FakeRomOptions) {
    this.options = options;
  }

  get transferSize(): number {
    return this.options.transferSize ?? 1024;
  }

  control(setup: Setup, data: Uint8Array, lengthBytes: number): Answer {
    if (setup.type === 'standard') return this.#descriptor(setup.request, setup.value, lengthBytes);
    if (setup.type !== 'class') return 'stall';
    switch (setup.request) {
      case 1:
        return this.#download(setup.value, data);
      case 2:
        return this.#upload(setup.value, lengthBytes);
      case 3:
        return this.#getStatus();
      case 4:
        return this.#clearStatus();
      case 5:
        return { data: Uint8Array.of(this.state) };
      case 6:
        return this.#abort();
      default:
        return this.#refuse();
    }
  }

  selectAlternate(alternate: number): boolean {
    this.log.push(`SET_INTERFACE ${alternate}`);
    if (alternate >= this.options.memories.length) return false;
    this.alternate = alternate;
    return true;
  }

  get #memory(): FakeMemory {
    return this.options.memories[this.alternate]!;
  }

  #refuse(status = 0x0f): Answer {
    this.state = ERROR;
    this.status = status;
    return 'stall';
  }

  #download(block: number, data: Uint8Array): Answer {
    if (this.state !== IDLE && this.state !== DOWNLOAD_IDLE) return this.#refuse();
    if (data.length === 0 || data.length > this.transferSize || block === 1) return this.#refuse();
    this.#pending = block === 0 ? this.#command(data) : this.#program(block, data.slice());
    this.state = SYNC;
    return NOTHING;
  }

  #command(data: Uint8Array): () => number {
    const address =
      data.length === 5 ? new DataView(data.buffer, data.byteOffset).getUint32(1, true) : -1;
    const inside = this.#contains(address, 1);
    if (data[0] === 0x41 && data.length === 1) {
      this.log.push('ERASE EVERYTHING');
      return () => this.#eraseEverything();
    }
    if (data[0] === 0x21) {
      this.log.push(`SET_ADDRESS ${address.toString(16)}`);
      return () => {
        if (inside) this.pointer = address;
        return inside ? 0 : 0x01;
      };
    }
    this.log.push(`COMMAND ${data[0]?.toString(16)} ${address.toString(16)}`);
    return () => (data[0] === 0x41 && inside ? this.#erase(address) : 0x01);
  }

  #erase(address: number): number {
    const { sectorBytes, base, bytes } = this.#memory;
    if (sectorBytes === undefined) return 0x04;
    if (this.wedgeOnErase) this.#wedged = 'wedged';
    if (this.stuckOnErase) this.#wedged = 'for-ever';
    if (this.writeProtected) return 0;
    const at = Math.floor((address - base) / sectorBytes) * sectorBytes;
    this.erased.push(base + at);
    bytes.fill(0xff, at, at + sectorBytes);
    return 0;
  }

  #eraseEverything(): number {
    const { sectorBytes, bytes } = this.#memory;
    if (sectorBytes === undefined) return 0x01;
    if (this.wedgeOnErase) this.#wedged = 'wedged';
    if (this.stuckOnErase) this.#wedged = 'for-ever';
    if (!this.writeProtected) bytes.fill(0xff);
    return 0;
  }

  #program(block: number, data: Uint8Array): () => number {
    const address = this.pointer + (block - 2) * this.transferSize;
    this.log.push(`WRITE ${address.toString(16)} ${data.length} block ${block}`);
    return () => {
      const { base, bytes, unitBytes, registers } = this.#memory;
      if (!this.#contains(address, data.length)) return 0x08;
      if (address % unitBytes !== 0 || data.length % unitBytes !== 0) return 0x03;
      if (this.writeProtected) return 0;
      const cells = bytes.subarray(address - base, address - base + data.length);
      if (registers !== true && cells.some((cell) => cell !== 0xff)) return 0x06;
      cells.set(data);
      return 0;
    };
  }

  #contains(address: number, lengthBytes: number): boolean {
    const { base, bytes } = this.#memory;
    return address >= base && address + lengthBytes <= base + bytes.length;
  }

  #upload(block: number, lengthBytes: number): Answer {
    if (this.state !== IDLE && this.state !== UPLOAD_IDLE) return this.#refuse();
    if (lengthBytes > this.transferSize || block === 1) return this.#refuse();
    if (block === 0) {
      if (this.options.commands?.length === 0) return this.#refuse(0x0e);
      const commands = Uint8Array.from(this.options.commands ?? [0x00, 0x21, 0x41]);
      this.state = commands.length < lengthBytes ? IDLE : UPLOAD_IDLE;
      return { data: commands.slice(0, lengthBytes) };
    }
    const address = this.pointer + (block - 2) * this.transferSize;
    this.log.push(`READ ${address.toString(16)} ${lengthBytes} block ${block}`);
    if (!this.#contains(address, lengthBytes)) return this.#refuse(0x08);
    this.state = UPLOAD_IDLE;
    const { base, bytes } = this.#memory;
    return { data: bytes.slice(address - base, address - base + lengthBytes) };
  }

  #getStatus(): Answer {
    if (this.state === SYNC && this.#pending !== undefined) {
      if (this.skipsBusy) {
        this.#pending = undefined;
        this.state = DOWNLOAD_IDLE;
        return this.#answer(0);
      }
      const pollMs = this.options.pollMs ?? 4;
      this.#result = this.nextStatus === 0 ? this.#pending() : this.nextStatus;
      this.nextStatus = 0;
      this.#pending = undefined;
      this.#busyUntilMs = this.options.clock.nowMs() + (this.options.busyMs ?? pollMs);
      this.state = BUSY;
      return this.#answer(pollMs);
    }
    if (this.state === BUSY) return this.#busyStatus();
    return this.#answer(0);
  }

  #busyStatus(): Answer {
    if (this.stallWhileBusy > 0) {
      this.stallWhileBusy -= 1;
      return 'stall';
    }
    const leftMs = this.#busyUntilMs - this.options.clock.nowMs();
    if (this.#wedged !== 'no') return this.#answer(this.options.pollMs ?? 4);
    if (leftMs > 0) {
      this.earlyPolls += 1;
      return this.#answer(this.options.pollMs ?? 4);
    }
    this.state = this.#result === 0 ? DOWNLOAD_IDLE : ERROR;
    this.status = this.#result;
    return this.#answer(0);
  }

  #clearStatus(): Answer {
    this.log.push(`CLRSTATUS in ${this.state}`);
    if (this.#wedged === 'wedged') {
      this.#wedged = 'no';
      this.state = ERROR;
      this.status = 0x0e;
      return NOTHING;
    }
    // V3.0 ROMs stall it anywhere but in dfuERROR, and stay as they are.
    if (this.state !== ERROR) return 'stall';
    this.state = IDLE;
    this.status = 0;
    return NOTHING;
  }

  #abort(): Answer {
    this.log.push('ABORT');
    if (![IDLE, SYNC, DOWNLOAD_IDLE, UPLOAD_IDLE].includes(this.state)) return this.#refuse();
    this.#pending = undefined;
    this.state = IDLE;
    return NOTHING;
  }

  #answer(pollMs: number): Answer {
    return {
      data: Uint8Array.of(
        this.status,
        pollMs & 0xff,
        (pollMs >> 8) & 0xff,
        (pollMs >> 16) & 0xff,
        this.state,
        0,
      ),
    };
  }

  #descriptor(request: number, value: number, lengthBytes: number): Answer {
    if (request !== 6) return 'stall';
    const bytes = this.#descriptorBytes(value >> 8, value & 0xff);
    return bytes === undefined ? 'stall' : { data: bytes.slice(0, lengthBytes) };
  }

  #descriptorBytes(type: number, index: number): Uint8Array | undefined {
    if (type === 0x21)
      throw new Error('a standalone request for descriptor 0x21 hangs real devices');
    if (type === 2 && index === 0) return this.configurationDescriptor();
    if (type !== 3) return undefined;
    if (index === 0) return Uint8Array.of(4, 3, 0x09, 0x04);
    const text = this.options.memories[index - 4]?.name;
    return text === undefined ? undefined : stringDescriptor(text);
  }

  configurationDescriptor(): Uint8Array {
    const { memories, functional = 'last' } = this.options;
    const own = Uint8Array.of(
      ...[9, 0x21, 0x0b, 0xff, 0x00, this.transferSize & 0xff, this.transferSize >> 8],
      ...[(this.options.dfuVersion ?? 0x011a) & 0xff, (this.options.dfuVersion ?? 0x011a) >> 8],
    );
    const alternates = memories.map((_, number) =>
      Uint8Array.of(9, 4, 0, number, 0, 0xfe, 0x01, 0x02, 4 + number),
    );
    if (functional === 'last') alternates.push(own);
    if (functional === 'after-first-alternate') alternates.splice(1, 0, own);
    const body = concatBytes(...alternates);
    const total = 9 + body.length;
    return concatBytes(Uint8Array.of(9, 2, total & 0xff, total >> 8, 1, 1, 0, 0xc0, 50), body);
  }
}

function stringDescriptor(text: string): Uint8Array {
  const characters = [...asciiToBytes(text)].flatMap((code) => [code, 0]);
  return Uint8Array.from([2 + characters.length, 3, ...characters]);
}

export const FLASH_NAME = '@Internal Flash   /0x08000000/256*08Kg';
/** H743 and H753: sectors of 128 KiB throughout. */
export const H743_FLASH_NAME = '@Internal Flash   /0x08000000/16*128Kg';
export const F405_FLASH_NAME = '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg';
export const OPTION_NAME = '@Option Bytes   /0x40022050/01*176 e';
export const OTP_NAME = '@OTP Memory   /0x08FFF000/02*01Kg';

export function flashMemory(
  sizeBytes = 2 * 1024 * 1024,
  name = FLASH_NAME,
  sectorBytes = 8192,
): FakeMemory {
  const bytes = new Uint8Array(sizeBytes).fill(0xff);
  return { name, base: 0x08000000, bytes, sectorBytes, unitBytes: 16 };
}

export function optionMemory(): FakeMemory {
  const bytes = new Uint8Array(176);
  bytes.set([0x00, 0xed, 0x00, 0x00], 0);
  bytes.set([0x00, 0x00, 0x00, 0xc3], 0x20);
  return { name: OPTION_NAME, base: 0x40022050, bytes, unitBytes: 4, registers: true };
}

/** The second region of ST's H5 bootloader source: SECWM2R and what follows it. */
export function optionMemory2(): FakeMemory {
  const bytes = new Uint8Array(32);
  bytes.set([0x00, 0x00, 0x7f, 0x00, 0x00, 0x00, 0x7f, 0x00], 0);
  return {
    name: '@Option Bytes   /0x400221E0/01*32 e',
    base: 0x400221e0,
    bytes,
    unitBytes: 4,
    registers: true,
  };
}

export function otpMemory(): FakeMemory {
  return { name: OTP_NAME, base: 0x08fff000, bytes: new Uint8Array(2048).fill(0xff), unitBytes: 2 };
}
