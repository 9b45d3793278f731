/**
 * wolfBoot with its keys in OTP, as behaviour: chooses between the images of the two partitions,
 * verifies against the OTP, swaps, and starts what it believes (formats/stm32h5-device.md sections 1,
 * 3 and 5 "After reboot"; wolfboot.md sections 5.3, 12 and 20). It prints nothing.
 *
 * Chosen here because the documents are silent: an update that does not verify is erased (as
 * recorded); a boot image that does not verify stays, and the other partition is used if it verifies.
 */
import { asciiToBytes, indexOfBytes } from '../../core/bytes/index.ts';
import {
  isSampleImage,
  type BootloaderProfile,
  type KeystoreSlot,
} from '../../core/wolfboot/index.ts';
import { BANK_BYTES, FLASH_BASE, QUAD_WORD_BYTES, SECTOR_BYTES } from '../flash/flash-memory.ts';
import { ConsoleApplication } from './console-application.ts';
import type { BoardHardware, Firmware } from './firmware.ts';
import { isImageGood } from './image-check.ts';
import { profileFor, readKeystore } from './otp-keystore.ts';
import { Partitions, type PartitionName } from './partitions.ts';

/** Clocks, OTP, keystore. */
const START_MS = 50;
/** One image, ECDSA or Ed25519 in software; with START_MS the 1.2 s of the recordings. */
const VERIFY_MS = 1100;
/** Copying the bootloader to the other bank, per sector. */
const COPY_SECTOR_MS = 8;
const BOOTLOADER_BYTES = 0x60000;
/** Stands in the test application's banner, so in its image. */
const TEST_APPLICATION_MARK = asciiToBytes('wolfBoot demo Application');

export class WolfBootModel implements Firmware {
  readonly name = 'wolfBoot';
  readonly #profile: BootloaderProfile | undefined;

  constructor(profile: BootloaderProfile | undefined) {
    this.#profile = profile;
  }

  start(hardware: BoardHardware): void {
    // Nothing in it rejects; after a stop its waits never end and it is forgotten.
    void boot(hardware, this.#profile);
  }

  stop(): void {}
}

interface Boot {
  readonly hardware: BoardHardware;
  readonly profile: BootloaderProfile;
  readonly partitions: Partitions;
  readonly slots: readonly KeystoreSlot[];
}

async function boot(
  hardware: BoardHardware,
  chosenProfile: BootloaderProfile | undefined,
): Promise<void> {
  const otp = hardware.otp.read(0, hardware.otp.peek().length).bytes;
  const profile = chosenProfile ?? profileFor(otp);
  const layout = profile.partitions;
  if (layout === undefined) {
    hardware.hang(`bootloader of ${profile.id}: partitions not known`);
    return;
  }
  if (layout.trustZone !== hardware.optionBytes.trustZone) {
    hardware.hang(
      layout.trustZone
        ? 'TrustZone is off, but this bootloader was built for it: nothing runs, the console stays dead'
        : 'TrustZone is on, but this bootloader was built without it',
    );
    return;
  }
  hardware.describe('bootloader checks the image');
  const self: Boot = {
    hardware,
    profile,
    partitions: new Partitions(hardware.flash, layout, profile.headerSizeBytes),
    slots: readKeystore(otp, profile),
  };
  await wait(hardware, START_MS);
  if (layout.dualBank) {
    await copyToOtherBank(hardware);
    await bootDualBank(self);
  } else {
    await bootSingleBank(self);
  }
}

/** On the first boot the bootloader puts itself into the other bank, which a swap will start. */
async function copyToOtherBank(hardware: BoardHardware): Promise<void> {
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
async function bootDualBank(self: Boot): Promise<void> {
  const { hardware, partitions } = self;
  const bootVersion = partitions.version('boot');
  const updateVersion = partitions.version('update');
  if (updateVersion > bootVersion) {
    if (await isBelieved(self, 'update')) {
      swapBanks(hardware);
      return;
    }
    partitions.erase('update');
  }
  if (bootVersion > 0 && (await isBelieved(self, 'boot'))) {
    handOver(self);
    return;
  }
  if (partitions.version('update') > 0 && (await isBelieved(self, 'update'))) {
    swapBanks(hardware);
    return;
  }
  refuseToBoot(self);
}

function swapBanks(hardware: BoardHardware): void {
  hardware.optionBytes.swapBank = !hardware.optionBytes.swapBank;
  hardware.reset();
}

/** Without a bank swap the contents change places, and an unconfirmed update is taken back. */
async function bootSingleBank(self: Boot): Promise<void> {
  const { partitions } = self;
  const newer = partitions.version('update') > partitions.version('boot');
  if (partitions.state('boot') === 'TESTING' && (await isBelieved(self, 'update'))) {
    partitions.exchange();
    partitions.setState('boot', 'NEW');
  } else if (partitions.state('update') === 'UPDATING' && newer) {
    if (await isBelieved(self, 'update')) {
      partitions.exchange();
      partitions.setState('boot', 'UPDATING');
      partitions.setState('update', 'NEW');
    } else {
      partitions.erase('update');
    }
  }
  if (await isBelieved(self, 'boot')) handOver(self);
  else refuseToBoot(self);
}

async function isBelieved(self: Boot, name: PartitionName): Promise<boolean> {
  const image = self.partitions.image(name);
  if (image === undefined) return false;
  await wait(self.hardware, VERIFY_MS);
  const verification = isImageGood(image, self.slots, self.profile);
  return compute(self.hardware, verification);
}

function handOver(self: Boot): void {
  const { hardware, partitions } = self;
  if (partitions.state('boot') === 'UPDATING') partitions.setState('boot', 'TESTING');
  const payload = partitions.image('boot')?.subarray(self.profile.headerSizeBytes);
  if (payload !== undefined && isTestApplication(payload)) {
    new ConsoleApplication(hardware, partitions, self.slots).start();
  } else {
    const version = partitions.version('boot');
    hardware.describe(`unknown application, version ${version}, verified and started`);
  }
}

function refuseToBoot({ hardware, slots }: Boot): void {
  hardware.hang(
    slots.length === 0
      ? 'no image verifies: the OTP holds no keys for this bootloader'
      : 'no image verifies',
  );
}

function isTestApplication(payload: Uint8Array): boolean {
  return isSampleImage(payload) || indexOfBytes(payload, TEST_APPLICATION_MARK) >= 0;
}

function wait(hardware: BoardHardware, durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    hardware.after(durationMs, resolve);
  });
}

function compute<T>(hardware: BoardHardware, work: Promise<T>): Promise<T> {
  return new Promise((resolve) => {
    hardware.compute(work, resolve);
  });
}
