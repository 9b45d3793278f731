/** What the primer does with the OTP, and what it can say of it afterwards (docs/formats/primer.md, "Rules"). */
import { randomBytes } from 'node:crypto';
import type { Otp } from '../chip/otp.ts';
import type { OptionBytes } from '../chip/option-bytes.ts';
import { Status } from '../chip/dfu-codes.ts';
import { FIRST_UDS_HALFWORD, UDS_END_HALFWORD, type PrimerRegion } from './primer-region.ts';

const HEADER_HALFWORDS = 8;

export interface PrimerReport {
  readonly region: PrimerRegion['state'];
  readonly plan: string | undefined;
  readonly check: string | undefined;
  readonly conflicts: readonly string[];
  readonly wrote: number | undefined;
  readonly uds: string | undefined;
  readonly fault: string | undefined;
  readonly result: string;
}

interface Chip {
  readonly otp: Otp;
  readonly optionBytes: OptionBytes;
}

interface Wanted {
  readonly halfword: number;
  readonly value: number;
}

const hex4 = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0');
export const hex8 = (value: number): string =>
  (value >>> 0).toString(16).toUpperCase().padStart(8, '0');

const range = (first: number, end: number): number[] =>
  Array.from({ length: end - first }, (_, index) => first + index);

const UDS_HALFWORDS = range(FIRST_UDS_HALFWORD, UDS_END_HALFWORD);

export function runPrimer(chip: Chip, region: PrimerRegion): PrimerReport {
  const nothing = { plan: undefined, check: undefined, conflicts: [], wrote: undefined };
  const silent = { ...nothing, uds: undefined, fault: undefined };
  if (region.state === 'empty') return { ...silent, region: 'empty', result: 'no-keystore' };
  if (region.state === 'damaged') return { ...silent, region: 'damaged', result: 'region-damaged' };
  return new Run(chip, region).go();
}

class Run {
  readonly #otp: Otp;
  readonly #chip: Chip;
  readonly #region: PrimerRegion;
  #wrote = 0;

  constructor(chip: Chip, region: PrimerRegion) {
    this.#chip = chip;
    this.#otp = chip.otp;
    this.#region = region;
  }

  go(): PrimerReport {
    const { halfwords } = this.#region;
    const blank = halfwords.filter((n) => this.#isBlank(n));
    const conflicts = halfwords.filter((n) => !this.#isBlank(n) && !this.#isEqual(n));
    const udsBlank = this.#region.generateUds ? UDS_HALFWORDS.filter((n) => this.#isBlank(n)) : [];
    const udsRuined = this.#region.generateUds
      ? UDS_HALFWORDS.filter((n) => !this.#isBlank(n) && this.#otp.raisesEcc(n))
      : [];
    const locked = [...blank, ...udsBlank].filter((n) => this.#otp.isLocked(n));
    const equal = halfwords.length - blank.length - conflicts.length;
    const report = (result: string, uds: string, fault?: string): PrimerReport => ({
      region: 'filled',
      plan: `uds=${this.#region.generateUds ? 'generate' : 'none'} lock=${hex8(this.#region.lockMask)} halfwords=${halfwords.length}`,
      check: `blank=${blank.length} equal=${equal} conflict=${conflicts.length + udsRuined.length} locked=${locked.length}`,
      conflicts: [...conflicts, ...udsRuined].slice(0, 8).map((n) => this.#conflict(n)),
      wrote: this.#wrote,
      uds,
      fault,
      result,
    });
    const standing = this.#region.generateUds ? 'kept' : 'not-asked';
    if (conflicts.length + udsRuined.length > 0) return report('refused-conflict', standing);
    if (locked.length > 0) return report('refused-locked', standing);

    const uds = drawUds(udsBlank);
    const keys = blank.filter((n) => n >= HEADER_HALFWORDS);
    const header = blank.filter((n) => n < HEADER_HALFWORDS);
    const order: Wanted[] = [
      ...keys.map((halfword) => ({ halfword, value: this.#region.wanted(halfword) })),
      ...uds,
      ...header.map((halfword) => ({ halfword, value: this.#region.wanted(halfword) })),
    ];
    for (const wanted of order) {
      const fault = this.#program(wanted);
      if (fault !== undefined) return report(fault.result, standing, fault.line);
    }
    const udsWord =
      udsBlank.length === 0 ? standing : udsBlank.length < 16 ? 'completed' : 'written';
    const lockedNow = this.#lock();
    return report(order.length + lockedNow > 0 ? 'done' : 'already', udsWord);
  }

  /** Halfwords behind the UDS belong to it alone, so blankness is told by the flag and the value. */
  #isBlank(halfword: number): boolean {
    return this.#otp.raisesEcc(halfword) && this.#otp.valueOf(halfword) === 0xffff;
  }

  #isEqual(halfword: number): boolean {
    return (
      !this.#otp.raisesEcc(halfword) &&
      this.#otp.valueOf(halfword) === this.#region.wanted(halfword)
    );
  }

  #conflict(halfword: number): string {
    const secret = UDS_HALFWORDS.includes(halfword);
    const found = secret ? '----' : hex4(this.#otp.valueOf(halfword));
    const wanted = secret ? '----' : hex4(this.#region.wanted(halfword));
    const ecc = this.#otp.raisesEcc(halfword) ? 1 : 0;
    return `at=${hex4(2 * halfword)} found=${found} wanted=${wanted} ecc=${ecc}`;
  }

  #program({ halfword, value }: Wanted): { result: string; line: string } | undefined {
    const status = this.#otp.programHalfword(halfword, value);
    this.#wrote += 1;
    const right = !this.#otp.raisesEcc(halfword) && this.#otp.valueOf(halfword) === value;
    if (status === Status.OK && right) return undefined;
    const secret = UDS_HALFWORDS.includes(halfword);
    const show = (number: number): string => (secret ? '----' : hex4(number));
    const ecc = this.#otp.raisesEcc(halfword) ? 1 : 0;
    return {
      result: status === Status.OK ? 'failed-verify' : 'failed-program',
      line: `at=${hex4(2 * halfword)} found=${show(this.#otp.valueOf(halfword))} wanted=${show(value)} ecc=${ecc} flags=00000000`,
    };
  }

  /** Returns how many blocks were locked by this run. */
  #lock(): number {
    const asked = this.#region.lockMask & ~this.#chip.optionBytes.otpLock;
    this.#chip.optionBytes.otpLock = this.#region.lockMask;
    return asked === 0 ? 0 : 1;
  }
}

/** No halfword is FFFF, which would look blank by its value. */
function drawUds(halfwords: readonly number[]): Wanted[] {
  return halfwords.map((halfword) => {
    let value = 0xffff;
    while (value === 0xffff) value = randomBytes(2).readUInt16LE();
    return { halfword, value };
  });
}
