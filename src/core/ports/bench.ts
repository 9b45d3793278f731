/**
 * A bench is the place where a board lies: its USB, its serial line and its time.
 * There are two: the real one (WebUSB, WebSerial) and the virtual one. The rest of the program
 * does not know which it has, except to mark every screen and record of the virtual one.
 */
import type { Clock } from './clock.ts';
import type { SerialBus } from './serial.ts';
import type { UsbBus } from './usb.ts';

export interface Bench {
  readonly kind: 'real' | 'virtual';
  readonly usb: UsbBus;
  readonly serial: SerialBus;
  /** Time that passes at this bench; simulated where the virtual board's pace is switched off. */
  readonly clock: Clock;
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
    };

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
  armFault(fault: BoardFault): void;
  clearFaults(): void;
}
