/**
 * A whole board for the judge of an update: the recorded console, the receiver written from the format document, and a
 * bootloader that boots what is in the update partition if, and only if, it is the image to the last byte. It shares
 * nothing with the virtual board.
 */
import { equalBytes, padTo } from '../../../src/core/bytes/index.ts';
import { RecordedBoard, recordedReboot } from './recorded-board.ts';
import type { SimLine } from './sim-line.ts';

const PACKET_DATA_BYTES = 128;
const INFO_BEGINS = '\r\nSystem information';

export class ModelBoard {
  /** What runs: 1, or 2 once the image was booted. */
  runningVersion: 1 | 2 = 1;
  private readonly board: RecordedBoard;
  private readonly wanted: Uint8Array;

  /** `image` is kept. */
  constructor(line: SimLine, image: Uint8Array, headerSizeBytes: number) {
    this.wanted = padTo(image, PACKET_DATA_BYTES, 0xff);
    const boots = (): string => this.boot();
    this.board = new RecordedBoard(line, {
      headerSizeBytes,
      get rebootText() {
        return boots();
      },
    });
  }

  get confirmed(): boolean {
    return this.runningVersion === 2 && this.board.infoText.includes('state: CONFIRMED');
  }

  /** The reset button. */
  pressReset(): void {
    const text = this.boot();
    this.board.infoText = text.slice(text.indexOf(INFO_BEGINS));
    this.board.reset(text);
  }

  /** Stray bytes from the board. */
  babble(text: string): void {
    this.board.say(text);
  }

  /** The flash refuses: ten CAN, and the receiver is gone. */
  failFlash(): void {
    this.board.receiver?.failFlash();
  }

  stop(): void {
    this.board.stop();
  }

  /** After an end that was no success the image is unmarked, and is booted all the same (section 5). */
  private boot(): string {
    const { receiver } = this.board;
    const whole = receiver !== undefined && equalBytes(receiver.received(), this.wanted);
    if (whole) this.runningVersion = 2;
    if (this.runningVersion === 1) return recordedReboot('xmodem-wrongkey');
    return recordedReboot(whole && receiver.result !== 0 ? 'xmodem-trailing-reboot' : 'xmodem-ok');
  }
}
