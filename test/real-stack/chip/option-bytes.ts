/**
 * The option registers as the bootloader's alternate shows them, from OPTSR_CUR on (formats/stm32-dfu.md,
 * section 4; stm32h5-device.md, section 3). Readable; a write is programmed and then loaded by a reset.
 */
import { Status } from './dfu-codes.ts';
import { refuses, type Memory, type Steps } from './memory.ts';

const OPTSR = 0x00;
const OPTSR2 = 0x20;
const NSBOOTR = 0x30;
const SECBOOTR = 0x38;
const OTPBLR = 0x40;
const SECWM1R = 0x90;

export const ProductState = { open: 0xed, provisioning: 0x17, closed: 0x72, locked: 0x5c } as const;

/** The example dump of a NUCLEO-H563ZI as delivered; product state and TrustZone stand apart. */
const OPTSR_REST = 0x2d3000f8;
const TZEN_OFF = 0xc3;
const TZEN_ON = 0xb4;
const BUSY_MS = 20;

export class OptionBytes implements Memory {
  readonly base: number;
  readonly size: number;
  /** How often somebody wrote here, and what. */
  readonly writes: { readonly address: number; readonly data: Uint8Array }[] = [];
  readonly #view: DataView;

  constructor(base: number, size: number) {
    this.base = base;
    this.size = size;
    this.#view = new DataView(new ArrayBuffer(size));
    this.productState = ProductState.open;
    this.trustZone = false;
    this.#view.setUint32(NSBOOTR, 0x080000c3, true);
    this.#view.setUint32(SECBOOTR, 0x0c0000c3, true);
    this.#view.setUint32(SECWM1R, 0x007f0000, true);
  }

  get productState(): number {
    return this.#view.getUint8(OPTSR + 1);
  }

  set productState(code: number) {
    this.#view.setUint32(OPTSR, ((OPTSR_REST & 0xffff00ff) | (code << 8)) >>> 0, true);
  }

  get trustZone(): boolean {
    return this.#view.getUint8(OPTSR2 + 3) === TZEN_ON;
  }

  set trustZone(on: boolean) {
    this.#view.setUint8(OPTSR2 + 3, on ? TZEN_ON : TZEN_OFF);
  }

  /** Bit n: OTP block n takes no more programming. Bits can only be set. */
  get otpLock(): number {
    return this.#view.getUint32(OTPBLR, true);
  }

  set otpLock(mask: number) {
    this.#view.setUint32(OTPBLR, (this.otpLock | mask) >>> 0, true);
  }

  read(address: number, length: number): Uint8Array {
    const from = address - this.base;
    return new Uint8Array(this.#view.buffer.slice(from, from + length));
  }

  /** Taken as it is, save that a set OTP lock stays set. */
  write(address: number, data: Uint8Array): Steps {
    return [
      () => {
        this.writes.push({ address, data });
        const locked = this.otpLock;
        new Uint8Array(this.#view.buffer).set(data, address - this.base);
        this.otpLock = locked;
        return Status.OK;
      },
    ];
  }

  erasePage(): Steps {
    return refuses(Status.errTARGET);
  }

  massErase(): Steps {
    return refuses(Status.errTARGET);
  }

  busyMs(): number {
    return BUSY_MS;
  }

  clearError(): void {
    // Nothing stays latched here.
  }
}
