/**
 * An independent eye on the cells of the virtual board: what was programmed, when, and what the store said about it at
 * that very moment. It judges by the keystore's image alone and knows nothing of plans.
 */
import { hexNumber } from '../../../src/core/bytes/index.ts';
import type { VirtualBoard } from '../../../src/virtual/index.ts';

const HALFWORDS = 1024;
const UDS_FIRST = 0x7c0 / 2;
const UDS_END = 0x7e0 / 2;
/** No bootloader reads the version word, and the primers write their own (wolfboot.md section 5.2). */
const VERSION_HALFWORDS = [6, 7];
const BLANK = 0xffff;

export interface Programming {
  readonly halfword: number;
  readonly value: number;
  /** What the store held about this board, as text; undefined: nothing. */
  readonly journal: string | undefined;
  readonly attempt: number;
}

export class WatchedOtp {
  readonly programmings: Programming[] = [];
  attempt = 0;

  constructor(
    private readonly board: VirtualBoard,
    /** The keystore's image of 2048 bytes; its UDS is not looked at. */
    private readonly image: Uint8Array,
    journal: () => string | undefined,
  ) {
    const program = board.otp.program.bind(board.otp);
    board.otp.program = (halfword, value) => {
      this.programmings.push({ halfword, value, journal: journal(), attempt: this.attempt });
      return program(halfword, value);
    };
  }

  /** Halfwords outside the UDS that hold, or are, what nobody intended. */
  wrong(): readonly number[] {
    const found = this.board.otp.peek();
    return indexes().filter((index) => {
      if (isUds(index)) return false;
      if (this.board.otp.stateOf(index) === 'damaged') return true;
      const is = halfwordAt(found, index);
      if (VERSION_HALFWORDS.includes(index)) return false;
      return is !== BLANK && is !== halfwordAt(this.image, index);
    });
  }

  /** Something is intended there, or somebody has programmed it. */
  isOurs(index: number): boolean {
    if (halfwordAt(this.image, index) !== BLANK) return true;
    return this.programmings.some(({ halfword }) => halfword === index);
  }

  /** The whole keystore reads as intended, and nothing was put where nothing is intended. */
  isComplete(): boolean {
    const found = this.board.otp.peek();
    return indexes().every(
      (index) =>
        isUds(index) ||
        VERSION_HALFWORDS.includes(index) ||
        !this.isOurs(index) ||
        halfwordAt(found, index) === halfwordAt(this.image, index),
    );
  }

  get isBlank(): boolean {
    return indexes().every((index) => this.board.otp.stateOf(index) === 'blank');
  }

  udsStates(): ReadonlySet<string> {
    return new Set(
      indexes()
        .filter(isUds)
        .map((index) => this.board.otp.stateOf(index)),
    );
  }

  /** UDS halfwords whose value is in none of the images that were offered to this board. */
  foreignUds(images: readonly Uint8Array[]): readonly number[] {
    const found = this.board.otp.peek();
    return indexes().filter((index) => {
      const is = halfwordAt(found, index);
      return (
        isUds(index) && is !== BLANK && images.every((image) => halfwordAt(image, index) !== is)
      );
    });
  }

  /** Programmed more than once, whoever did it. */
  twice(): readonly number[] {
    const counts = new Map<number, number>();
    for (const { halfword } of this.programmings)
      counts.set(halfword, (counts.get(halfword) ?? 0) + 1);
    return [...counts].filter(([, count]) => count > 1).map(([halfword]) => halfword);
  }

  during(attempt: number): readonly Programming[] {
    return this.programmings.filter((one) => one.attempt === attempt);
  }
}

export function isUds(halfword: number): boolean {
  return halfword >= UDS_FIRST && halfword < UDS_END;
}

export function places(halfwords: readonly number[]): string {
  return halfwords.map((halfword) => hexNumber(2 * halfword, 3)).join(' ');
}

function indexes(): readonly number[] {
  return Array.from({ length: HALFWORDS }, (_, index) => index);
}

function halfwordAt(bytes: Uint8Array, index: number): number {
  return bytes[2 * index]! | (bytes[2 * index + 1]! << 8);
}
