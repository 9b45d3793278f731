/**
 * One run of a program, from reset to the next: gives it the hardware and takes everything away
 * again, so that nothing of a stopped program can still act.
 */
import type { FlashMemory } from '../flash/flash-memory.ts';
import type { OptionBytes } from '../flash/option-bytes.ts';
import type { OtpArea } from '../otp/otp-area.ts';
import type { SimClock } from '../sim-clock.ts';
import type { EncryptKeyMemory } from './encrypt-key.ts';
import type { BoardHardware, Firmware, Leds } from './firmware.ts';

/** What the board lends to the run. */
export interface ProgramHost {
  readonly flash: FlashMemory;
  readonly otp: OtpArea;
  readonly optionBytes: OptionBytes;
  readonly uniqueId: Uint8Array;
  readonly encryptKey: EncryptKeyMemory;
  readonly clock: SimClock;
  readonly random: (lengthBytes: number) => Uint8Array;
  readonly transmit: (bytes: Uint8Array, sent?: () => void) => void;
  readonly setLeds: (leds: Partial<Leds>) => void;
  readonly describe: (detail: string) => void;
  readonly hang: (reason: string) => void;
  readonly reset: () => void;
}

export class ProgramRun {
  readonly #firmware: Firmware;
  readonly #host: ProgramHost;
  readonly #callOffs = new Set<() => void>();
  #receiver: ((bytes: Uint8Array) => void) | undefined;
  #alive = false;

  constructor(firmware: Firmware, host: ProgramHost) {
    this.#firmware = firmware;
    this.#host = host;
  }

  start(): void {
    this.#alive = true;
    this.#firmware.start(this.#hardware());
  }

  stop(): void {
    if (!this.#alive) return;
    this.#halt();
    this.#firmware.stop();
  }

  receive(bytes: Uint8Array): void {
    if (this.#alive) this.#receiver?.(bytes);
  }

  #halt(): void {
    this.#alive = false;
    this.#receiver = undefined;
    for (const callOff of this.#callOffs) callOff();
    this.#callOffs.clear();
  }

  #hardware(): BoardHardware {
    const host = this.#host;
    return {
      flash: host.flash,
      otp: host.otp,
      optionBytes: host.optionBytes,
      uniqueId: host.uniqueId,
      encryptKey: host.encryptKey,
      random: host.random,
      nowMs: () => host.clock.nowMs(),
      after: (delayMs, action, options) => this.#after(delayMs, action, options),
      compute: (work, then) => {
        void host.clock.hold(work).then((result) => {
          if (this.#alive) then(result);
        });
      },
      uart: {
        transmit: (bytes, sent) => {
          host.transmit(bytes, () => {
            if (this.#alive) sent?.();
          });
        },
        onReceive: (receiver) => {
          this.#receiver = receiver;
        },
      },
      setLeds: (leds) => {
        if (this.#alive) host.setLeds(leds);
      },
      describe: (detail) => {
        if (this.#alive) host.describe(detail);
      },
      hang: (reason) => {
        if (!this.#alive) return;
        this.stop();
        host.hang(reason);
      },
      reset: () => {
        if (this.#alive) host.reset();
      },
    };
  }

  #after(
    delayMs: number,
    action: () => void,
    options?: { readonly background?: boolean },
  ): () => void {
    if (!this.#alive) return () => {};
    const callOff = this.#host.clock.schedule(
      delayMs,
      () => {
        this.#callOffs.delete(callOff);
        action();
      },
      options,
    );
    this.#callOffs.add(callOff);
    return () => {
      this.#callOffs.delete(callOff);
      callOff();
    };
  }
}
