/**
 * The build with one bank and a swap partition: an update that was triggered changes places with what
 * runs, or is patched into it, and an unconfirmed one is taken back at the next boot (formats/wolfboot.md
 * sections 16, 17 and 20). A refused update stays in UPDATE and is looked at again at every boot.
 *
 * On a real board encrypted updates lie in an external memory; here the same partition serves.
 */
import { asciiToBytes, equalBytes } from '../../core/bytes/index.ts';
import type { UpdateCipher } from '../../core/ports/index.ts';
import { isBelieved, type BootOutcome, type BootRun } from './boot-run.ts';
import {
  applyDelta,
  canTakeBack,
  interruptedDirection,
  refuseBase,
  type Direction,
} from './delta-update.ts';
import type { EncryptKeyMemory } from './encrypt-key.ts';
import { isDelta } from './image-fields.ts';
import type { OpenUpdate } from './partitions.ts';
import { applyKeystream, fitsCipher } from './update-cipher.ts';

const IMAGE_MAGIC = asciiToBytes('WOLF');
/** The old image is kept under keystream that no update has used: from here on. */
const BACKUP_START_BYTES = 0x1000000;

export async function updateInOneBank(run: BootRun): Promise<BootOutcome> {
  const updateRefused = await update(run);
  return { boots: (await isBelieved(run, 'boot')) ? 'image-in-boot' : 'nothing', updateRefused };
}

/** What UPDATE holds to a bootloader with this cipher. Without a usable key: nothing. */
export function openUpdateOf(
  cipher: UpdateCipher | undefined,
  memory: EncryptKeyMemory,
): OpenUpdate {
  if (cipher === undefined) return (stored) => stored;
  return (stored) => {
    const key = memory.set;
    if (key === undefined || !fitsCipher(cipher, key)) return new Uint8Array(stored.length);
    const opened = applyKeystream(cipher, key, stored);
    const isImage = equalBytes(opened.subarray(0, IMAGE_MAGIC.length), IMAGE_MAGIC);
    return isImage ? opened : applyKeystream(cipher, key, stored, BACKUP_START_BYTES);
  };
}

/** Resolves to why an update was not taken; undefined when there was none or all went well. */
async function update(run: BootRun): Promise<string | undefined> {
  const { partitions } = run;
  const interrupted = run.deltaUpdates ? interruptedDirection(run) : undefined;
  if (interrupted !== undefined) return patch(run, interrupted);
  const newer = partitions.version('update') > partitions.version('boot');
  if (partitions.state('boot') === 'TESTING' && !newer) return takeBack(run);
  return partitions.state('update') === 'UPDATING' ? takeUpdate(run) : undefined;
}

async function takeUpdate(run: BootRun): Promise<string | undefined> {
  const { partitions } = run;
  if (partitions.image('update') === undefined) return noImageWords(run);
  if (!(await isBelieved(run, 'update'))) return 'it does not verify';
  const [offered, running] = [partitions.version('update'), partitions.version('boot')];
  if (offered <= running) return `version ${offered} is not newer than version ${running}`;
  if (run.deltaUpdates && isDelta(partitions, 'update')) {
    return refuseBase(run) ?? patch(run, 'forward');
  }
  exchange(run);
  partitions.setState('boot', 'UPDATING');
  return undefined;
}

function noImageWords({ cipher, hardware }: BootRun): string {
  if (cipher === undefined) return 'UPDATE holds no image';
  return hardware.encryptKey.set === undefined
    ? 'no key was set to decrypt it with'
    : `decrypted with ${cipher} and the key that was set, it is no image`;
}

/** Nobody confirmed what runs. Without an image to go back to it keeps running. */
async function takeBack(run: BootRun): Promise<undefined> {
  const { partitions } = run;
  if (!(await isBelieved(run, 'update'))) return;
  if (run.deltaUpdates && isDelta(partitions, 'update')) {
    if (canTakeBack(run)) await patch(run, 'inverse');
    return;
  }
  exchange(run);
  partitions.setState('boot', 'NEW');
}

async function patch(run: BootRun, direction: Direction): Promise<string | undefined> {
  const failed = await applyDelta(run, direction);
  if (failed !== undefined) return failed;
  run.partitions.setState('boot', direction === 'forward' ? 'UPDATING' : 'NEW');
  run.partitions.eraseTrailer('update');
  return undefined;
}

function exchange({ partitions, cipher, hardware }: BootRun): void {
  const key = hardware.encryptKey.set;
  if (cipher === undefined || key === undefined) partitions.exchange();
  else {
    partitions.exchange((image) => applyKeystream(cipher, key, image, BACKUP_START_BYTES));
  }
}
