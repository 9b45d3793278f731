/**
 * A bench is the place where a board lies: its USB, its serial line and its time.
 * There are two: the real one (WebUSB, WebSerial) and the virtual one. The rest of the program
 * does not know which it has, except to mark every screen and record of the virtual one.
 */
import type { Clock } from './clock.ts';
import type { DeviceLog } from './device-log.ts';
import type { DriveBus } from './drive.ts';
import type { SerialBus } from './serial.ts';
import type { UsbBus } from './usb.ts';

export interface Bench {
  readonly kind: 'real' | 'virtual';
  readonly usb: UsbBus;
  readonly serial: SerialBus;
  /** The probe's disk; missing where the browser cannot write to folders: then the person copies the file. */
  readonly drives?: DriveBus | undefined;
  /** Time that passes at this bench; simulated where the virtual board's pace is switched off. */
  readonly clock: Clock;
  /** Told of everything that passes between the program and a board here. */
  readonly log?: DeviceLog | undefined;
  /** What a hand could do to the board. Only a virtual bench has it. */
  readonly panel?: BoardPanel;
}

/** Faults that the virtual board can be asked for; each strikes once unless it says otherwise. */
export type BoardFault =
  | {
      readonly kind: 'unplug-at-byte';
      readonly plug: 'user-usb' | 'st-link';
      readonly atByte: number;
    }
  | { readonly kind: 'stall-at-transfer'; readonly atTransfer: number }
  /** dfuDNBUSY for ever after the given transfer, until reset. */
  | { readonly kind: 'stuck-busy'; readonly atTransfer: number }
  | { readonly kind: 'slow-poll'; readonly pollTimeoutMs: number }
  /** One bit of one byte flips on its way to the board (USB download data or serial). */
  | {
      readonly kind: 'corrupt-byte';
      readonly path: 'usb-out' | 'usb-in' | 'serial-out' | 'serial-in';
      readonly atByte: number;
    }
  | { readonly kind: 'lost-ack'; readonly atPacket: number }
  | { readonly kind: 'silent-receiver'; readonly atPacket: number }
  /** This OTP bit cannot be programmed to 0 (stuck at 1) or reads 0 although never programmed. */
  | {
      readonly kind: 'stuck-otp-bit';
      readonly offsetBytes: number;
      readonly bit: number;
      readonly stuckAt: 0 | 1;
    }
  /** The ST-LINK drive refuses renames, so no browser can write to it; a copy by hand works. Until the faults are cleared. */
  | { readonly kind: 'drive-refuses-rename' }
  /** The next file on the ST-LINK drive is not programmed; FAIL.TXT says why. */
  | { readonly kind: 'drive-fails'; readonly reason: 'target' | 'timeout' | 'flash' };

/** Ciphers that an update may have (formats/wolfboot.md, section 16). */
export type UpdateCipher = 'chacha20' | 'aes128-ctr' | 'aes256-ctr';

/**
 * What the virtual board's bootloader was built with, besides what the OTP tells. Delta and encrypted
 * updates exist in the build with one bank and a swap partition only: where the banks are swapped,
 * wolfBoot's code for both is left out.
 */
export interface BoardBuild {
  /** One bank and a swap partition; false: two banks that exchange their addresses. */
  readonly oneBank: boolean;
  /** DELTA_UPDATES=1. */
  readonly deltaUpdates: boolean;
  /** ENCRYPT=1 and which cipher; undefined: built without. */
  readonly cipher: UpdateCipher | undefined;
  /** False: it starts whatever has a digest that fits (SIGN=NONE), which no board ought to. */
  readonly checksSignatures: boolean;
  /** IMAGE_HEADER_SIZE; undefined: usual for the key type in slot 0. */
  readonly headerSizeBytes: number | undefined;
}

/** What an application hands to wolfBoot_set_encrypt_key. */
export interface UpdateKey {
  /** 32 bytes; 16 with AES-128. */
  readonly key: Uint8Array;
  /** 12 bytes with ChaCha20, 16 with AES. */
  readonly nonce: Uint8Array;
}

export interface BoardPanelState {
  readonly boardName: string;
  readonly plugs: { readonly userUsb: boolean; readonly stLink: boolean };
  readonly powered: boolean;
  /** true: BOOT0 bridged to 3V3. */
  readonly boot0: boolean;
  readonly running:
    | { readonly kind: 'off' }
    | { readonly kind: 'rom-dfu' }
    | { readonly kind: 'firmware'; readonly name: string; readonly detail: string }
    | { readonly kind: 'nothing' } // blank or unbootable flash
    | { readonly kind: 'hung'; readonly reason: string };
  readonly leds: { readonly green: boolean; readonly yellow: boolean; readonly red: boolean };
  /** TZEN option byte. */
  readonly trustZone: boolean;
  readonly otpAlternate: boolean;
  readonly optionAlternate: boolean;
  readonly realTimePace: boolean;
  readonly build: BoardBuild;
  /** The application has been given the key of encrypted updates. */
  readonly updateKeyHanded: boolean;
  readonly armedFaults: readonly BoardFault[];
}

export interface BoardPanel {
  state(): BoardPanelState;
  watch(onChange: () => void): () => void;
  setPlug(plug: 'userUsb' | 'stLink', plugged: boolean): void;
  setBoot0(on: boolean): void;
  pressReset(): void;
  /** What a person does with the vendor's programmer over SWD; the app itself never does it. */
  setTrustZone(on: boolean): void;
  setAlternates(alternates: { readonly otp: boolean; readonly option: boolean }): void;
  setRealTimePace(on: boolean): void;
  /** Another bootloader, as it were: holds from the next reset. Delta or a cipher imply one bank; two banks, neither. */
  setBuild(change: Partial<BoardBuild>): void;
  /**
   * Tells the application on the board the key of the next encrypted update, as a server might over
   * the air; undefined: it forgets. Copied; never stored beyond this session's memory.
   */
  handUpdateKey(key: UpdateKey | undefined): void;
  /**
   * Copies a file onto the ST-LINK drive, as a hand does in the file manager. Resolves when the probe is done with
   * it, well or not; `drive-gone` without the drive, or when its plug is pulled meanwhile.
   */
  dropOnDrive(name: string, bytes: Uint8Array): Promise<void>;
  armFault(fault: BoardFault): void;
  clearFaults(): void;
}
