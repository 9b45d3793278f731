// The image a board starts, and the header size that its digest proves.
import { describe, expect, it } from 'vitest';
import { readRunningImage } from '../../../../src/core/provisioning/index.ts';
import { openDfu, type DfuSession } from '../../../../src/core/stm32/index.ts';
import { BOOT_PARTITION, p256Profile, signImage, testKey } from '../../../support/booted-board.ts';
import { dfuBench, type BurnBench } from '../../../support/burning.ts';

const partitions = p256Profile.partitions!;

async function session(bench: BurnBench): Promise<DfuSession> {
  const device = await bench.bench.usb.choose();
  return openDfu(await device.open({ timeoutMs: 1000 }), bench.clock);
}

async function boardWith(image: Uint8Array): Promise<DfuSession> {
  const bench = await dfuBench();
  bench.board.flash.load(BOOT_PARTITION, image);
  return session(bench);
}

describe('the running image', () => {
  it.each([512, 1024, 2048])('proves a header of %i bytes', async (headerSizeBytes) => {
    const image = await signImage(await testKey(), { version: 7, headerSizeBytes });
    const running = await readRunningImage(await boardWith(image), partitions);
    expect(running).toMatchObject({
      kind: 'image',
      address: BOOT_PARTITION,
      headerSizeBytes,
      image: { version: 7, partitionId: 1 },
    });
    // What follows it in flash is no part of it.
    expect(running.kind === 'image' && running.bytes).toEqual(image);
  });

  it('proves nothing when a byte of the firmware was changed', async () => {
    const image = await signImage(await testKey(), { version: 7 });
    image[image.length - 1]! ^= 1;
    const running = await readRunningImage(await boardWith(image), partitions);
    expect(running).toMatchObject({ kind: 'image', headerSizeBytes: undefined });
  });

  it('proves nothing without firmware', async () => {
    const image = await signImage(await testKey(), { version: 7, payload: new Uint8Array(0) });
    const running = await readRunningImage(await boardWith(image), partitions);
    expect(running).toMatchObject({ kind: 'image', headerSizeBytes: undefined });
  });

  it('says what stands there when it is no image', async () => {
    const running = await readRunningImage(
      await boardWith(new Uint8Array(64).fill(0xa5)),
      partitions,
    );
    expect(running).toEqual({ kind: 'none', address: BOOT_PARTITION, found: 'a5a5a5a5' });
  });

  it('never reads beyond the partition, whatever the size field says', async () => {
    const image = await signImage(await testKey(), { version: 7 });
    new DataView(image.buffer).setUint32(4, 0xfffffff0, true);
    const running = await readRunningImage(await boardWith(image), partitions);
    expect(running.kind === 'image' && running.bytes.length).toBe(partitions.sizeBytes);
  });

  it('can be stopped and says how far it is', async () => {
    const image = await signImage(await testKey(), { version: 7 });
    const seen: number[] = [];
    await readRunningImage(await boardWith(image), partitions, {
      onProgress: ({ doneBytes, totalBytes }) => seen.push(doneBytes / totalBytes),
    });
    expect(seen.at(-1)).toBe(1);
    const dfu = await boardWith(image);
    const stopped = new AbortController();
    const reading = readRunningImage(dfu, partitions, {
      signal: stopped.signal,
      onProgress: () => {
        stopped.abort();
      },
    });
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  });
});
