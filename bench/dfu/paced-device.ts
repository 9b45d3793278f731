/**
 * A DfuSe device behind full-speed USB, in real time: one control transfer finishes per frame of 1 ms, a long
 * data stage takes the frames its bus bytes need, and the device is busy exactly as long as it states
 * (bound B of the modelled limit). It keeps what is written, so that a side cannot win by leaving things out.
 */
import { AppError } from '../../src/core/errors.ts';
import type { ControlPipe, ControlRequest } from '../../src/core/ports/index.ts';

export interface DeviceShape {
  readonly transferBytes: number;
  /** bwPollTimeout of a block and of a set-address. */
  readonly blockPollMs: number;
  readonly addressPollMs: number;
}

export const FLASH = 0x08000000;
const FLASH_BYTES = 0x200000;
const NAME = '@Internal Flash   /0x08000000/256*08Kg';
/** Bus bytes of a frame, of a 64-byte data packet, and of SETUP with a zero-length status. */
const FRAME_BYTES = 1500;
const PACKET_BYTES = 77;
const CONTROL_BYTES = 34;

const IDLE = 2;
const SYNC = 3;
const BUSY = 4;
const DOWNLOAD_IDLE = 5;
const UPLOAD_IDLE = 9;

/** Frames that a control transfer with this data stage takes at least. */
export function framesOf(dataBytes: number): number {
  const busBytes = CONTROL_BYTES + Math.ceil(dataBytes / 64) * PACKET_BYTES;
  return Math.max(1, Math.ceil(busBytes / FRAME_BYTES));
}

export class PacedDevice implements ControlPipe {
  readonly interfaceNumber = 0;
  readonly identity = {
    vendorId: 0x0483,
    productId: 0xdf11,
    deviceVersionBcd: 0x0300,
    manufacturer: undefined,
    product: undefined,
    serial: 'BENCH',
  };
  readonly flash = new Uint8Array(FLASH_BYTES).fill(0xff);
  /** GETSTATUS before the stated wait was over: forbidden, and would be a way to win. */
  earlyPolls = 0;
  transfers = 0;
  readonly #shape: DeviceShape;
  #state = IDLE;
  #pointer = FLASH;
  #work: (() => void) | undefined;
  #pollMs = 0;
  #busyUntilMs = 0;
  /** The frame in which the last transfer finished. */
  #lastFrame = 0;

  constructor(shape: DeviceShape) {
    this.#shape = shape;
  }

  async controlIn(request: ControlRequest, lengthBytes: number): Promise<Uint8Array> {
    const answer = this.#answer(request, lengthBytes);
    await this.#frames(framesOf(answer?.length ?? 0));
    if (answer === undefined) throw new AppError('usb-stall', 'stalled');
    return answer;
  }

  async controlOut(request: ControlRequest, data: Uint8Array): Promise<void> {
    const owned = data.slice();
    await this.#frames(framesOf(owned.length));
    if (request.request === 6 || request.request === 4) this.#state = IDLE;
    if (request.request === 1) this.#store(request.value, owned);
  }

  async selectAlternate(): Promise<void> {
    await this.#frames(1);
  }

  async close(): Promise<void> {
    await this.#frames(1);
  }

  #store(block: number, data: Uint8Array): void {
    this.#state = SYNC;
    if (block === 0) {
      const address = new DataView(data.buffer).getUint32(1, true);
      this.#pollMs = this.#shape.addressPollMs;
      this.#work = () => {
        this.#pointer = address;
      };
      return;
    }
    const at = this.#pointer - FLASH + (block - 2) * this.#shape.transferBytes;
    this.#pollMs = this.#shape.blockPollMs;
    this.#work = () => {
      this.flash.set(data, at);
    };
  }

  #answer(request: ControlRequest, lengthBytes: number): Uint8Array | undefined {
    if (request.type === 'standard')
      return descriptor(request.value, this.#shape)?.slice(0, lengthBytes);
    if (request.request === 3) return this.#status();
    if (request.request !== 2) return undefined;
    if (request.value === 0) return Uint8Array.of(0x00, 0x21, 0x41);
    this.#state = UPLOAD_IDLE;
    const at = this.#pointer - FLASH + (request.value - 2) * this.#shape.transferBytes;
    return this.flash.slice(at, at + lengthBytes);
  }

  #status(): Uint8Array {
    const nowMs = performance.now();
    if (this.#state === SYNC) {
      this.#state = BUSY;
      this.#busyUntilMs = nowMs + this.#pollMs;
      return Uint8Array.of(0, this.#pollMs & 0xff, this.#pollMs >> 8, 0, BUSY, 0);
    }
    if (this.#state === BUSY) {
      if (nowMs < this.#busyUntilMs) {
        this.earlyPolls += 1;
        return Uint8Array.of(0, 1, 0, 0, BUSY, 0);
      }
      this.#work?.();
      this.#state = DOWNLOAD_IDLE;
    }
    return Uint8Array.of(0, 0, 0, 0, this.#state, 0);
  }

  /** Ends with the frame in which the transfer finishes. */
  async #frames(count: number): Promise<void> {
    this.transfers += 1;
    this.#lastFrame = Math.max(this.#lastFrame, Math.floor(performance.now())) + count;
    await untilMs(this.#lastFrame);
  }
}

/** To a fraction of a millisecond, and without a timer: they are late. */
function untilMs(endMs: number): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      if (performance.now() < endMs) {
        port2.postMessage(undefined);
        return;
      }
      port1.close();
      port2.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

function descriptor(value: number, { transferBytes }: DeviceShape): Uint8Array | undefined {
  if (value === 0x0200) {
    return Uint8Array.of(
      ...[9, 2, 27, 0, 1, 1, 0, 0xc0, 50],
      ...[9, 4, 0, 0, 0, 0xfe, 1, 2, 4],
      ...[9, 0x21, 0x0b, 255, 0, transferBytes & 0xff, transferBytes >> 8, 0x1a, 0x01],
    );
  }
  if (value === 0x0300) return Uint8Array.of(4, 3, 0x09, 0x04);
  if (value !== 0x0304) return undefined;
  const text = Array.from(NAME, (_, at) => [NAME.charCodeAt(at), 0]).flat();
  return Uint8Array.of(2 + text.length, 3, ...text);
}
