/**
 * The faults that a hand (or a test) has armed. The layers that can fail ask here at the moment
 * when they would: USB per transfer and byte, the serial line per byte, the receiver per packet,
 * the OTP per cell. It knows nothing of protocols.
 *
 * Counting starts when a fault is armed. `atByte` and `atTransfer` count from 0, the next one; for an
 * unplug the bytes of both directions count (on USB those of the data stages);
 * `atPacket` is the ordinal of the XMODEM data packet, the first being 1. Each strikes once and is
 * then gone, but `stuck-otp-bit` is a property of the cell and `drive-refuses-rename` one of the drive: they stay
 * until the faults are cleared.
 */
import type { BoardFault } from '../../core/ports/index.ts';

type FaultOf<K extends BoardFault['kind']> = Extract<BoardFault, { kind: K }>;

interface Armed<F extends BoardFault = BoardFault> {
  readonly fault: F;
  /** Bytes, transfers or packets seen since it was armed. */
  seen: number;
}

export interface FaultBoxHooks {
  /** The list of armed faults changed. */
  readonly onChange: () => void;
  /** A fault strikes; words for the event log. */
  readonly onStrike: (what: string) => void;
}

/** What becomes of the bytes of one transfer. */
export interface BytesOutcome {
  /** A copy, possibly with a flipped bit. */
  readonly bytes: Uint8Array;
  /** The plug is pulled when this many of the bytes have passed. */
  readonly cutAfterBytes: number | undefined;
}

export class FaultBox {
  #armed: Armed[] = [];
  readonly #hooks: FaultBoxHooks;

  constructor(hooks: FaultBoxHooks) {
    this.#hooks = hooks;
  }

  get armed(): readonly BoardFault[] {
    return this.#armed.map((armed) => armed.fault);
  }

  arm(fault: BoardFault): void {
    this.#armed = [...this.#armed, { fault, seen: 0 }];
    this.#hooks.onChange();
  }

  clear(): void {
    if (this.#armed.length === 0) return;
    this.#armed = [];
    this.#hooks.onChange();
  }

  /** One USB control transfer begins. */
  usbTransfer(): { readonly stall: boolean; readonly stuckBusyAfter: boolean } {
    return {
      stall: this.#countdown('stall-at-transfer', (fault) => fault.atTransfer),
      stuckBusyAfter: this.#countdown('stuck-busy', (fault) => fault.atTransfer),
    };
  }

  /** A DFU operation begins; the wait it announces instead of its own. */
  slowPollMs(): number | undefined {
    const armed = this.#first('slow-poll');
    if (armed === undefined) return undefined;
    this.#strike(armed, `poll timeout of ${armed.fault.pollTimeoutMs} ms`);
    return armed.fault.pollTimeoutMs;
  }

  /** Data bytes pass over USB. */
  usbBytes(bytes: Uint8Array, direction: 'out' | 'in'): BytesOutcome {
    return {
      bytes: this.#corrupt(bytes, `usb-${direction}`),
      cutAfterBytes: this.#cut(bytes.length, 'user-usb'),
    };
  }

  /** Bytes pass over the serial line; `out` is towards the board. */
  serialBytes(bytes: Uint8Array, direction: 'out' | 'in'): BytesOutcome {
    return {
      bytes: this.#corrupt(bytes, `serial-${direction}`),
      cutAfterBytes: this.#cut(bytes.length, 'st-link'),
    };
  }

  /** The receiver answers data packet number `packet`; true: this ACK gets lost. */
  losesAck(packet: number): boolean {
    const armed = this.#all('lost-ack').find((one) => one.fault.atPacket === packet);
    if (armed === undefined) return false;
    this.#strike(armed, `ACK of packet ${packet} lost`);
    return true;
  }

  /** True: from packet number `packet` on (0: from the start) the receiver says nothing more. */
  fallsSilent(packet: number): boolean {
    const armed = this.#all('silent-receiver').find((one) => one.fault.atPacket === packet);
    if (armed === undefined) return false;
    this.#strike(armed, `receiver silent from packet ${packet}`);
    return true;
  }

  /** Bytes of a file pass to the drive of the ST-LINK; those on its serial line count for the same unplug. */
  driveBytes(lengthBytes: number): { readonly cutAfterBytes: number | undefined } {
    return { cutAfterBytes: this.#cut(lengthBytes, 'st-link') };
  }

  get refusesRename(): boolean {
    return this.#first('drive-refuses-rename') !== undefined;
  }

  /** A file has arrived on the drive; why it is not programmed. */
  driveFailure(): FaultOf<'drive-fails'>['reason'] | undefined {
    const armed = this.#first('drive-fails');
    if (armed === undefined) return undefined;
    this.#strike(armed, `drive fails: ${armed.fault.reason}`);
    return armed.fault.reason;
  }

  stuckOtpBits(): readonly FaultOf<'stuck-otp-bit'>[] {
    return this.#all('stuck-otp-bit').map((armed) => armed.fault);
  }

  #corrupt(bytes: Uint8Array, path: FaultOf<'corrupt-byte'>['path']): Uint8Array {
    const result = bytes.slice();
    for (const armed of this.#all('corrupt-byte')) {
      if (armed.fault.path !== path) continue;
      const at = armed.fault.atByte - armed.seen;
      armed.seen += bytes.length;
      if (at < 0 || at >= bytes.length) continue;
      result[at] = (result[at] ?? 0) ^ 0x01;
      this.#strike(armed, `byte ${armed.fault.atByte} on ${path} corrupted`);
    }
    return result;
  }

  #cut(lengthBytes: number, plug: FaultOf<'unplug-at-byte'>['plug']): number | undefined {
    let cut: number | undefined;
    for (const armed of this.#all('unplug-at-byte')) {
      if (armed.fault.plug !== plug) continue;
      const at = armed.fault.atByte - armed.seen;
      armed.seen += lengthBytes;
      if (at < 0 || at >= lengthBytes) continue;
      cut = Math.min(cut ?? at, at);
      this.#strike(armed, `${plug} unplugged at byte ${armed.fault.atByte}`);
    }
    return cut;
  }

  #countdown<K extends 'stall-at-transfer' | 'stuck-busy'>(
    kind: K,
    at: (fault: FaultOf<K>) => number,
  ): boolean {
    let strikes = false;
    for (const armed of this.#all(kind)) {
      if (armed.seen === at(armed.fault)) {
        this.#strike(armed, `${kind} ${at(armed.fault)}`);
        strikes = true;
      }
      armed.seen += 1;
    }
    return strikes;
  }

  #all<K extends BoardFault['kind']>(kind: K): Armed<FaultOf<K>>[] {
    return this.#armed.filter((armed): armed is Armed<FaultOf<K>> => armed.fault.kind === kind);
  }

  #first<K extends BoardFault['kind']>(kind: K): Armed<FaultOf<K>> | undefined {
    return this.#all(kind)[0];
  }

  #strike(struck: Armed, what: string): void {
    this.#armed = this.#armed.filter((armed) => armed !== struck);
    this.#hooks.onStrike(what);
    this.#hooks.onChange();
  }
}
