/**
 * The seam between the board and what runs on it. Today two behavioural models stand behind it;
 * a CPU that executes the images can stand there later without the board noticing.
 *
 * Everything a program can do to the outside world goes through `BoardHardware`.
 */
import type { FlashMemory } from '../flash/flash-memory.ts';
import type { OptionBytes } from '../flash/option-bytes.ts';
import type { OtpArea } from '../otp/otp-area.ts';
import type { EncryptKeyMemory } from './encrypt-key.ts';

export interface Leds {
  readonly green: boolean;
  readonly yellow: boolean;
  readonly red: boolean;
}

/** What the chip offers to the program that runs on it. Valid between `start` and `stop`. */
export interface BoardHardware {
  readonly flash: FlashMemory;
  readonly otp: OtpArea;
  readonly optionBytes: OptionBytes;
  /** The 96-bit unique id, 12 bytes. Not to be changed. */
  readonly uniqueId: Uint8Array;
  /** The key of encrypted updates, between application and bootloader. */
  readonly encryptKey: EncryptKeyMemory;
  /** The hardware random number generator. */
  random(lengthBytes: number): Uint8Array;
  nowMs(): number;
  /**
   * Calls back once after `delayMs` unless the program was stopped before. `background`: see
   * `SimClock.schedule`; for waiting without an end. Returns the function that calls it off.
   */
  after(delayMs: number, action: () => void, options?: { readonly background?: boolean }): () => void;
  /** Waits for work outside the board's time, such as a signature check; nothing is called back after a stop. */
  compute<T>(work: Promise<T>, then: (result: T) => void): void;
  readonly uart: {
    /** Puts bytes on the line at line speed; calls `sent` when the last stop bit is out. */
    transmit(bytes: Uint8Array, sent?: () => void): void;
    /** Who gets what arrives; bytes of one call arrived together. Until set, bytes are lost. */
    onReceive(receiver: (bytes: Uint8Array) => void): void;
  };
  setLeds(leds: Partial<Leds>): void;
  /** One line of words for the panel: what the program is doing. */
  describe(detail: string): void;
  /** The core loops for ever or has faulted. Words for the panel; a real board shows nothing. */
  hang(reason: string): void;
  /** System reset, from inside the chip. */
  reset(): void;
}

export interface Firmware {
  /** For the panel. */
  readonly name: string;
  start(hardware: BoardHardware): void;
  /** Power went, or a reset. The board has already called off its appointments and callbacks. */
  stop(): void;
}
