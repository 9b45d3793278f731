/** Inspections without a board, for the parts of provisioning that never ask one. */
import type { Inspection } from '../../src/core/provisioning/index.ts';
import { OtpContent } from '../../src/core/provisioning/index.ts';
import { boardById, type OptionBytes } from '../../src/core/stm32/index.ts';
import type { OtpTarget } from '../../src/core/wolfboot/index.ts';

export const SERIAL = '3F989C14485E';

export interface InspectionWish {
  readonly content?: Uint8Array;
  readonly target?: OtpTarget;
  readonly optionBytes?: Partial<OptionBytes>;
  readonly changes?: Partial<Inspection>;
}

const OPEN: OptionBytes = {
  productState: { code: 0xed, name: 'open' },
  trustZone: 'off',
  swapBank: false,
  otpLockWord: 0,
  fields: [],
};

export function inspection(wish: InspectionWish = {}): Inspection {
  const target = wish.target ?? 'stm32h5';
  const board = boardById(target === 'stm32h5' ? 'nucleo-h563zi' : 'stm32h7a3');
  const bytes = wish.content ?? new Uint8Array(board.otp.sizeBytes).fill(0xff);
  return {
    identity: {
      vendorId: 0x0483,
      productId: 0xdf11,
      deviceVersionBcd: 0x0300,
      manufacturer: undefined,
      product: undefined,
      serial: SERIAL,
    },
    serial: SERIAL,
    board,
    optionBytes: { ...OPEN, ...wish.optionBytes },
    otp: {
      kind: 'read',
      via: 'otp-alternate',
      alternate: 2,
      content: new OtpContent(bytes, target),
    },
    warnings: [],
    atWallMs: 0,
    ...wish.changes,
  };
}
