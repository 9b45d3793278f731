/**
 * Listens to what the board sends on the serial line, to lose an ACK or to silence the receiver.
 * It works on the line, not in the firmware, so it serves whatever runs there. It knows of XMODEM
 * only the line that announces it, ACK, and the words that end it (formats/stm32h5-device.md section 5).
 */
import { bytesToLatin1 } from '../../core/bytes/index.ts';
import type { FaultBox } from './fault-box.ts';

const ANNOUNCEMENT = 'Waiting for XMODEM transfer...\r\n';
const END = 'End of transfer.';
const ACK = 0x06;

export class ReceiverTap {
  readonly #faults: FaultBox;
  #recent = '';
  /** Packets acknowledged since the announcement; undefined outside of a transfer. */
  #acknowledged: number | undefined;
  #silent = false;

  constructor(faults: FaultBox) {
    this.#faults = faults;
  }

  /** The board was reset: whatever runs now may speak again. */
  reset(): void {
    this.#recent = '';
    this.#acknowledged = undefined;
    this.#silent = false;
  }

  /** What of `bytes` reaches the line. */
  filter(bytes: Uint8Array): Uint8Array {
    return bytes.filter((byte) => this.#passes(byte));
  }

  #passes(byte: number): boolean {
    if (this.#silent) return false;
    this.#recent = (this.#recent + bytesToLatin1(Uint8Array.of(byte))).slice(-ANNOUNCEMENT.length);
    if (this.#recent.endsWith(ANNOUNCEMENT)) {
      this.#acknowledged = 0;
      // The line break of the announcement itself still goes out.
      this.#silent = this.#faults.fallsSilent(0);
      return true;
    }
    if (this.#recent.endsWith(END)) this.#acknowledged = undefined;
    if (this.#acknowledged === undefined || byte !== ACK) return true;
    this.#acknowledged += 1;
    this.#silent = this.#faults.fallsSilent(this.#acknowledged);
    return !this.#silent && !this.#faults.losesAck(this.#acknowledged);
  }
}
