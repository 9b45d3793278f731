/** A virtual board that runs version 1 and takes updates: by the app's own way, and by a blind sender's. */
import type { BoardBuild } from '../../src/core/ports/index.ts';
import {
  createConsole,
  sendXmodem,
  updateFirmware,
  type UpdateImage,
  type UpdateOutcome,
} from '../../src/core/serial/index.ts';
import type { BootloaderProfile, EncryptionKey } from '../../src/core/wolfboot/index.ts';
import { BOOT_PARTITION, openConsole, p256Profile, provisionedBench } from './booted-board.ts';
import type { SimBench } from './sim-bench.ts';
import type { SigningKey } from './update-images.ts';

export const HEADER_BYTES = 1024;

export interface Desk {
  readonly build?: Partial<BoardBuild>;
  readonly bootImage: Uint8Array;
  readonly keys: readonly SigningKey[];
  readonly otpProfile?: BootloaderProfile;
  readonly updateKey?: EncryptionKey;
}

/** One bank, delta updates: unless `desk` says otherwise. */
export async function boardThatRuns(desk: Desk): Promise<SimBench> {
  const bench = provisionedBench({
    keys: desk.keys.map(({ slot }) => ({ slot })),
    bootImage: desk.bootImage,
    otpProfile: desk.otpProfile ?? p256Profile,
    build: { oneBank: true, deltaUpdates: true, ...desk.build },
  });
  bench.panel.handUpdateKey(desk.updateKey);
  bench.panel.setPlug('stLink', true);
  await bench.clock.sleep(5000);
  return bench;
}

/** As the app does it: refused, or proven and confirmed. */
export async function update(
  bench: SimBench,
  image: UpdateImage,
  headerSizeBytes = HEADER_BYTES,
): Promise<UpdateOutcome> {
  bench.panel.setPlug('stLink', true);
  const console = createConsole(await openConsole(bench), bench.clock);
  try {
    return await updateFirmware(console, bench.clock, image, {
      receiverHeaderSizeBytes: headerSizeBytes,
    });
  } finally {
    await console.close();
  }
}

/** Without any check, and without confirming: what another sender would do. */
export async function sendBlindly(bench: SimBench, { bytes }: UpdateImage): Promise<string> {
  const console = createConsole(await openConsole(bench), bench.clock);
  try {
    await console.waitForPrompt({ leaveReceiver: true });
    await console.startUpdate();
    await console.withPipe((pipe) =>
      sendXmodem(pipe, bench.clock, bytes, { receiver: 'wolfboot', paddingByte: 0xff }),
    );
    return (await console.readTransferText()).says;
  } finally {
    await console.close();
  }
}

export async function restart(bench: SimBench): Promise<void> {
  bench.panel.pressReset();
  await bench.clock.sleep(10_000);
}

export function detailOf(bench: SimBench): string {
  const { running } = bench.panel.state();
  if (running.kind === 'hung') return running.reason;
  return running.kind === 'firmware' ? running.detail : running.kind;
}

export function bootHolds(bench: SimBench, image: Uint8Array): boolean {
  const cells = bench.board.flash.read(BOOT_PARTITION, image.length);
  return Buffer.compare(cells, image) === 0;
}
