/**
 * The build in which the two banks exchange their addresses (formats/stm32h5-device.md sections 3 and 5).
 * It has no code for delta and encrypted updates: an encrypted image is no image to it, and a delta
 * image is one like any other.
 *
 * Chosen here because the documents are silent: an update that does not verify is erased (as
 * recorded); a boot image that does not verify stays, and the other partition is used if it verifies.
 */
import { BANK_BYTES, FLASH_BASE, QUAD_WORD_BYTES, SECTOR_BYTES } from '../flash/flash-memory.ts';
import { isBelieved, wait, type BootOutcome, type BootRun } from './boot-run.ts';
import type { BoardHardware } from './firmware.ts';

/** Copying the bootloader to the other bank, per sector. */
const COPY_SECTOR_MS = 8;
const BOOTLOADER_BYTES = 0x60000;

/** On the first boot the bootloader puts itself into the other bank, which a swap will start. */
export async function copyToOtherBank(hardware: BoardHardware): Promise<void> {
  const { flash } = hardware;
  for (let at = FLASH_BASE; at < FLASH_BASE + BOOTLOADER_BYTES; at += SECTOR_BYTES) {
    const own = flash.read(at, SECTOR_BYTES);
    const other = flash.read(at + BANK_BYTES, SECTOR_BYTES);
    if (own.every((byte, index) => byte === other[index])) continue;
    await wait(hardware, COPY_SECTOR_MS);
    flash.eraseSector(at + BANK_BYTES);
    for (let unit = 0; unit < SECTOR_BYTES; unit += QUAD_WORD_BYTES) {
      const quadWord = own.subarray(unit, unit + QUAD_WORD_BYTES);
      if (quadWord.some((byte) => byte !== 0xff)) {
        flash.program(at + BANK_BYTES + unit, quadWord);
      }
    }
  }
}

/** The higher version wins; an image that is not believed leaves the other one. */
export async function chooseBank(run: BootRun): Promise<BootOutcome> {
  const { hardware, partitions } = run;
  const bootVersion = partitions.version('boot');
  const updateVersion = partitions.version('update');
  let updateRefused: string | undefined;
  if (updateVersion > bootVersion) {
    if (await isBelieved(run, 'update')) return swapBanks(hardware);
    partitions.erase('update');
    updateRefused = `version ${updateVersion} does not verify`;
  }
  if (bootVersion > 0 && (await isBelieved(run, 'boot'))) {
    return { boots: 'image-in-boot', updateRefused };
  }
  if (partitions.version('update') > 0 && (await isBelieved(run, 'update'))) {
    return swapBanks(hardware);
  }
  return { boots: 'nothing', updateRefused };
}

function swapBanks(hardware: BoardHardware): BootOutcome {
  hardware.optionBytes.swapBank = !hardware.optionBytes.swapBank;
  hardware.reset();
  return { boots: 'after-reset' };
}
