/**
 * A board with the chip of this folder: a USB socket, a serial line, BOOT0 and a reset button. In its ROM
 * bootloader it is on the bus; otherwise it runs what its flash holds.
 */
import type { Stm32H5 } from '../chip/stm32h5.ts';
import type { ModelTime } from '../chip/time.ts';
import type { EmulatedUsbDevice } from '../chip/usb-device.ts';
import { startPrimer } from './primer-program.ts';
import type { Program, ProgramHost } from './program.ts';
import { startWolfboot, type BootFlags } from './wolfboot-program.ts';

/** From reset to the bus, at least (formats/stm32-dfu.md, section 1). */
const ENUMERATION_MS = 245;

export interface UsbSocket {
  plug(device: EmulatedUsbDevice): void;
  unplug(): void | Promise<void>;
}

export interface BoardLinks {
  readonly usb: UsbSocket;
  /** The board's side of the serial line. */
  readonly print: (bytes: Uint8Array) => void;
  readonly time: ModelTime;
}

export class Board {
  readonly chip: Stm32H5;
  boot0 = true;
  /** What the bootloader keeps over resets: partition states and the swapped banks. */
  readonly flags: BootFlags = { swapped: false, boot: 'NEW', update: 'NEW' };
  /** How often which program was started, for tests. */
  readonly started: string[] = [];
  readonly #links: BoardLinks;
  #program: Program | undefined;
  #callOffPlug: (() => void) | undefined;

  constructor(chip: Stm32H5, links: BoardLinks) {
    this.chip = chip;
    this.#links = links;
  }

  /** A byte string from the far end of the serial line. */
  receive(bytes: Uint8Array): void {
    for (const byte of bytes) this.#program?.receive(byte);
  }

  /** The reset button. */
  async reset(): Promise<void> {
    await this.#stop();
    if (this.boot0) {
      this.started.push('rom');
      this.#callOffPlug = this.#links.time.after(ENUMERATION_MS, () => {
        this.#links.usb.plug(this.chip);
      });
      return;
    }
    this.#start();
  }

  /** Every cable out: whatever goes on stops where it is. */
  async losePower(): Promise<void> {
    this.chip.dfu.losePower();
    await this.#stop();
  }

  async #stop(): Promise<void> {
    this.#callOffPlug?.();
    this.#program?.stop();
    this.#program = undefined;
    await this.#links.usb.unplug();
  }

  #start(): void {
    const host: ProgramHost = {
      chip: this.chip,
      time: this.#links.time,
      print: (text) => {
        this.#links.print(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
      },
      reset: () => {
        void this.reset();
      },
    };
    const primer = startPrimer(host);
    this.#program = primer ?? startWolfboot(host, this.flags);
    this.started.push(primer ? 'primer' : this.#program ? 'application' : 'nothing');
  }
}
