/**
 * The OTP primer: writes the keystore that is built into it, then a fresh UDS, and loops for ever
 * (formats/wolfboot.md section 6, stm32h5-device.md section 2). What it writes comes from the image in
 * flash and from nowhere else. It says nothing: done, already done and failed look alike; only the
 * panel can tell.
 */
import type { PrimerImage, PrimerWrite } from '../../core/wolfboot/index.ts';
import type { BoardHardware, Firmware } from './firmware.ts';

/** Clocks and random number generator. */
const START_MS = 20;
/** Two halfwords. */
const STEP_MS = 0.1;
const STEP_BYTES = 4;
const HALFWORD_BYTES = 2;

export class PrimerModel implements Firmware {
  readonly name = 'OTP primer';
  readonly #image: PrimerImage;

  constructor(image: PrimerImage) {
    this.#image = image;
  }

  start(hardware: BoardHardware): void {
    if (hardware.optionBytes.trustZone) {
      hardware.hang('the primer was built for TrustZone off');
      return;
    }
    hardware.describe('starting');
    hardware.after(START_MS, () => {
      this.#write(hardware, 0);
    });
  }

  stop(): void {}

  /** Writes number `index` of the image's list, then the next. */
  #write(hardware: BoardHardware, index: number): void {
    const write = this.#image.writes[index];
    if (write === undefined) {
      this.#end(hardware);
      return;
    }
    hardware.describe(`writing ${write.what}`);
    this.#step(hardware, write, contentOf(write, hardware), 0, () => {
      this.#write(hardware, index + 1);
    });
  }

  /** The size check comes after the keys, the UDS after the size check; then it loops either way. */
  #end(hardware: BoardHardware): void {
    if (this.#image.complete) hardware.describe('finished, loops for ever');
    else hardware.hang('the primer loops for ever: its keys reach into the place of the UDS');
  }

  /** Two halfwords, each once, then both are read back; a difference is an endless loop. */
  #step(
    hardware: BoardHardware,
    write: PrimerWrite,
    content: Uint8Array,
    at: number,
    done: () => void,
  ): void {
    if (at >= content.length) {
      done();
      return;
    }
    hardware.after(STEP_MS, () => {
      const start = write.offsetBytes + at;
      const step = content.subarray(at, at + STEP_BYTES);
      for (let byte = 0; byte < step.length; byte += HALFWORD_BYTES) {
        const value = (step[byte] ?? 0xff) | ((step[byte + 1] ?? 0xff) << 8);
        hardware.otp.program((start + byte) / HALFWORD_BYTES, value);
      }
      const readBack = hardware.otp.read(start, step.length).bytes;
      if (readBack.every((byte, index) => byte === step[index])) {
        this.#step(hardware, write, content, at + STEP_BYTES, done);
      } else {
        const offset = `0x${start.toString(16).toUpperCase()}`;
        hardware.hang(`the primer loops for ever: OTP reads back differently at ${offset}`);
      }
    });
  }
}

function contentOf(write: PrimerWrite, hardware: BoardHardware): Uint8Array {
  return write.content === 'random' ? hardware.random(write.lengthBytes) : write.content;
}
