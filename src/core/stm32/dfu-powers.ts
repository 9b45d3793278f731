/**
 * What a session can do that is not in `DfuSession`: the three acts that only an approved plan may ask for.
 * `otp-write.ts`, `mass-erase.ts` and `option-write.ts` ask here, and `core/provisioning` alone may import
 * those. `openDfu` grants them to the sessions that it makes; a session whose engine runs in another thread
 * has none: there the whole act is ordered (`core/provisioning/acts.ts`).
 *
 * Nothing is judged here; the three files above check before they ask.
 */
import { AppError } from '../errors.ts';
import type { CancelSignal } from '../ports/index.ts';
import type { DfuCall, DfuSession } from './dfu-types.ts';

/**
 * How the device went on after option bytes were sent. `left`: it was gone (reset) before it told its second
 * status, which AN3156 allows; whether it took them is told by reading them again, in either case.
 */
export type OptionWriteEnd = 'finished' | 'left';

export interface DfuPowers {
  /** One DNLOAD with wValue 2 at `address`. `bytes` is not kept; it stands in no transcript. */
  writeOtp(
    alternate: number,
    address: number,
    bytes: Uint8Array,
    signal?: CancelSignal,
  ): Promise<void>;
  /** The erase command without an address: all of the user flash. Finished once it has begun. */
  eraseAll(alternate: number, call: DfuCall): Promise<void>;
  /** One DNLOAD with wValue 2 of a whole option-byte region. Finished once it has begun. */
  writeOptions(
    alternate: number,
    address: number,
    bytes: Uint8Array,
    signal?: CancelSignal,
  ): Promise<OptionWriteEnd>;
}

const granted = new WeakMap<DfuSession, DfuPowers>();

export function grantPowers(session: DfuSession, powers: DfuPowers): void {
  granted.set(session, powers);
}

/** Throws `invalid-argument` for a session that was made by nobody who may. */
export function powersOf(session: DfuSession): DfuPowers {
  const powers = granted.get(session);
  if (powers === undefined) {
    throw new AppError('invalid-argument', 'this is not a session of openDfu');
  }
  return powers;
}
