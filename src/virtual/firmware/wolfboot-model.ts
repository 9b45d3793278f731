/**
 * wolfBoot with its keys in OTP, as behaviour: chooses between the images of the two partitions,
 * verifies against the OTP, swaps, and starts what it believes (formats/stm32h5-device.md sections 1,
 * 3 and 5 "After reboot"; wolfboot.md sections 5.3, 12 and 20). It prints nothing.
 */
import { asciiToBytes, indexOfBytes } from '../../core/bytes/index.ts';
import type { BoardBuild } from '../../core/ports/index.ts';
import { isSampleImage, type BootloaderProfile } from '../../core/wolfboot/index.ts';
import { wait, type BootRun } from './boot-run.ts';
import { bootloaderBuildOf } from './bootloader-build.ts';
import { ConsoleApplication } from './console-application.ts';
import { chooseBank, copyToOtherBank } from './dual-bank.ts';
import type { BoardHardware, Firmware } from './firmware.ts';
import { isDelta } from './image-fields.ts';
import { readKeystore } from './otp-keystore.ts';
import { Partitions } from './partitions.ts';
import { openUpdateOf, updateInOneBank } from './single-bank.ts';

/** Clocks, OTP, keystore. */
const START_MS = 50;
/** Stands in the test application's banner, so in its image. */
const TEST_APPLICATION_MARK = asciiToBytes('wolfBoot demo Application');

export interface BootloaderChoice {
  /** Holds whatever the OTP says. */
  readonly profile: BootloaderProfile | undefined;
  readonly build: BoardBuild;
}

export class WolfBootModel implements Firmware {
  readonly name = 'wolfBoot';
  readonly #choice: BootloaderChoice;

  constructor(choice: BootloaderChoice) {
    this.#choice = choice;
  }

  start(hardware: BoardHardware): void {
    // Nothing in it rejects; after a stop its waits never end and it is forgotten.
    void boot(hardware, this.#choice);
  }

  stop(): void {}
}

async function boot(hardware: BoardHardware, choice: BootloaderChoice): Promise<void> {
  const otp = hardware.otp.read(0, hardware.otp.peek().length).bytes;
  const build = bootloaderBuildOf(otp, choice.build, choice.profile);
  const { profile } = build;
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
  const open = openUpdateOf(build.cipher, hardware.encryptKey);
  const run: BootRun = {
    ...build,
    hardware,
    partitions: new Partitions(hardware.flash, layout, profile.headerSizeBytes, open),
    slots: readKeystore(otp, profile),
  };
  await wait(hardware, START_MS);
  if (layout.dualBank) await copyToOtherBank(hardware);
  const outcome = layout.dualBank ? await chooseBank(run) : await updateInOneBank(run);
  if (outcome.boots === 'image-in-boot') handOver(run, outcome.updateRefused);
  if (outcome.boots === 'nothing') refuseToBoot(run, outcome.updateRefused);
}

function handOver(run: BootRun, updateRefused: string | undefined): void {
  const { hardware, partitions, profile, slots } = run;
  if (partitions.state('boot') === 'UPDATING') partitions.setState('boot', 'TESTING');
  if (isDelta(partitions, 'boot')) {
    hardware.hang(
      'this bootloader knows no delta updates and started a delta image as if it were firmware: the core faults',
    );
    return;
  }
  const payload = partitions.image('boot')?.subarray(profile.headerSizeBytes);
  if (payload !== undefined && isTestApplication(payload)) {
    const cells = new Partitions(hardware.flash, partitions.layout, profile.headerSizeBytes);
    const encryptedUpdates = run.cipher !== undefined;
    new ConsoleApplication(hardware, cells, slots, { encryptedUpdates, updateRefused }).start();
  } else {
    const version = partitions.version('boot');
    hardware.describe(`unknown application, version ${version}, verified and started`);
  }
}

function refuseToBoot({ hardware, slots }: BootRun, updateRefused: string | undefined): void {
  const why =
    slots.length === 0
      ? 'no image verifies: the OTP holds no keys for this bootloader'
      : 'no image verifies';
  hardware.hang(updateRefused === undefined ? why : `${why} (${updateRefused})`);
}

function isTestApplication(payload: Uint8Array): boolean {
  return isSampleImage(payload) || indexOfBytes(payload, TEST_APPLICATION_MARK) >= 0;
}
