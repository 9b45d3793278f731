import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../../src/core/bytes/index.ts';
import {
  intendPrimer,
  makePlan,
  requirePlan,
  type Consequences,
} from '../../../../src/core/provisioning/index.ts';
import { analysePrimer } from '../../../../src/core/wolfboot/index.ts';
import { buildSamplePrimer } from '../../../../src/virtual/index.ts';
import { allProven, intendedImage, otpImage, p256Profile } from '../../../support/burning.ts';
import { inspection, type InspectionWish } from '../../../support/inspections.ts';
import { slots } from '../../../support/keys.ts';

const keystore = await slots('ecdsa-p256', 2);
/** ldr r0, [pc, #0]; nop; the lock register as its literal. */
const lockCode = Uint8Array.of(0x00, 0x48, 0x00, 0xbf, 0x94, 0x20, 0x02, 0x50);

function primer(code: Uint8Array) {
  const bytes = concatBytes(buildSamplePrimer(keystore, p256Profile), code);
  return intendPrimer(analysePrimer(bytes, 'primer.bin'), bytes);
}

function locks(
  intended = intendedImage(keystore),
  board: InspectionWish = {},
): Consequences['locks'] {
  const plan = makePlan({
    inspection: inspection(board),
    benchKind: 'virtual',
    profile: p256Profile,
    keystore,
    intended,
    backups: allProven(keystore),
  });
  return requirePlan(plan).consequences.locks;
}

describe('what a plan says of locks', () => {
  it('may lock when the primer has code for the lock register', () => {
    expect(locks(primer(lockCode))).toEqual({ lockedBlocks: [], willLock: 'possible' });
    expect(locks(primer(new Uint8Array(8))).willLock).toBe('no');
  });

  it('locks nothing when no primer is to run, because all is written', () => {
    const content = otpImage(keystore);
    expect(locks(primer(lockCode), { content }).willLock).toBe('no');
  });

  it('locks nothing on the way over DFU, and names what is locked already', () => {
    const optionBytes = { otpLockWord: 0x00100000 };
    expect(locks(intendedImage(keystore), { optionBytes })).toEqual({
      lockedBlocks: [20],
      willLock: 'no',
    });
  });

  it('does not know what is locked when the lock word cannot be read', () => {
    expect(locks(undefined, { optionBytes: { otpLockWord: undefined } })).toEqual({
      lockedBlocks: undefined,
      willLock: 'no',
    });
  });
});
