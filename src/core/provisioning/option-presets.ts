/**
 * The option bytes that the walkthrough sets, and no others: TrustZone on and the secure watermarks
 * (formats/stm32h5-device.md, section 3; the bootloader reserves 384 KiB, sectors 0x00 to 0x2F of its bank).
 */
import type { OptionChange } from '../stm32/option-write.ts';

export const optionPresetIds = ['trustzone-dual-bank', 'trustzone-single-bank'] as const;

export type OptionPresetId = (typeof optionPresetIds)[number];

export interface OptionPreset {
  readonly id: OptionPresetId;
  readonly values: readonly OptionChange[];
  /** Where the values stand. */
  readonly source: string;
  /** Where a document says otherwise, and why it is not followed. */
  readonly otherwise: string;
}

const TZEN_ON = 0xb4;
const BOOTLOADER_LAST_SECTOR = 0x2f;
const BANK_LAST_SECTOR = 0x7f;

/** Two documents differ; firmware built from the config files boots with 0x2F only. */
const OTHERWISE =
  'the OTP chapter of the wolfBoot docs ends the watermark at 0x1F; the config files and the TrustZone chapter say 0x2F';

function preset(id: OptionPresetId, source: string, secondBankLastSector: number): OptionPreset {
  return {
    id,
    values: [
      { name: 'TZEN', value: TZEN_ON },
      { name: 'SECWM1_STRT', value: 0 },
      { name: 'SECWM1_END', value: BOOTLOADER_LAST_SECTOR },
      { name: 'SECWM2_STRT', value: 0 },
      { name: 'SECWM2_END', value: secondBankLastSector },
    ],
    source,
    otherwise: OTHERWISE,
  };
}

export const optionPresets: readonly OptionPreset[] = [
  preset(
    'trustzone-dual-bank',
    'stm32h5-device.md, sections 1 and 3: both banks 0x00 to 0x2F, the bootloader moves them with each swap',
    BOOTLOADER_LAST_SECTOR,
  ),
  preset(
    'trustzone-single-bank',
    'stm32h5-device.md, section 3: bank 1 0x00 to 0x2F, bank 2 0x00 to 0x7F',
    BANK_LAST_SECTOR,
  ),
];

export function optionPreset(id: OptionPresetId): OptionPreset {
  // `optionPresets` holds every id; a test keeps it so.
  return optionPresets.find((candidate) => candidate.id === id) as OptionPreset;
}
