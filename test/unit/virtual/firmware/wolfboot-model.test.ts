import { beforeAll, describe, expect, it } from 'vitest';
import { asciiToBytes, bytesToLatin1, equalBytes } from '../../../../src/core/bytes/index.ts';
import type { BytePipe } from '../../../../src/core/ports/index.ts';
import { bootloaderProfiles, type BootloaderProfile } from '../../../../src/core/wolfboot/index.ts';
import {
  BOOT_PARTITION,
  openConsole,
  p256Profile,
  provisionedBench,
  signImage,
  testKey,
  UPDATE_PARTITION,
  type ProvisionOptions,
  type TestKey,
} from '../../../support/booted-board.ts';
import type { SimBench } from '../../../support/sim-bench.ts';

const BOOT_MS = 5000;
const BANK_BYTES = 0x100000;

function profile(id: string): BootloaderProfile {
  const found = bootloaderProfiles.find((one) => one.id === id);
  if (!found) throw new Error(`no profile ${id}`);
  return found;
}

/** Everything the board says within a time. */
async function hear(bench: SimBench, pipe: BytePipe, durationMs = BOOT_MS): Promise<string> {
  await bench.clock.sleep(durationMs);
  return bytesToLatin1(await pipe.read({ timeoutMs: 1 }));
}

async function say(bench: SimBench, pipe: BytePipe, line: string): Promise<string> {
  await pipe.write(asciiToBytes(`${line}\r`), { timeoutMs: 1000 });
  return hear(bench, pipe);
}

/** Powers on, waits, and gives what was said. */
async function boot(options: ProvisionOptions): Promise<{ bench: SimBench; pipe: BytePipe; text: string }> {
  const bench = provisionedBench(options);
  const pipe = await openConsole(bench);
  return { bench, pipe, text: await hear(bench, pipe) };
}

describe('wolfBoot on the virtual board', () => {
  let key: TestKey;
  let version1: Uint8Array;
  let version2: Uint8Array;
  beforeAll(async () => {
    key = await testKey();
    version1 = await signImage(key, { version: 1 });
    version2 = await signImage(key, { version: 2 });
  });

  it('starts an image that verifies, says nothing itself, and lights the red LED', async () => {
    const { bench, text } = await boot({ keys: [key], bootImage: version1 });
    expect(text).toMatch(/^={24}\r\nSTM32H5 wolfBoot demo Application\r\n/);
    expect(text).toContain('Version : 0x1\r\n');
    expect(text).toContain('Number of public keys: 1\r\n');
    expect(text.endsWith('\r\ncmd> ')).toBe(true);
    expect(bench.panel.state()).toMatchObject({
      leds: { red: true, yellow: false },
      running: { kind: 'firmware', name: 'wolfBoot', detail: 'application version 1, NEW' },
    });
  });

  it('takes about as long as recorded: 1.2 s', async () => {
    const bench = provisionedBench({ keys: [key], bootImage: version1 });
    const pipe = await openConsole(bench);
    // The first boot copies the bootloader, so the second is the ordinary one.
    await hear(bench, pipe);
    bench.panel.pressReset();
    const startMs = bench.clock.nowMs();
    expect((await pipe.read({ timeoutMs: 5000 })).length).toBeGreaterThan(0);
    expect(bench.clock.nowMs() - startMs).toBeGreaterThan(1000);
    expect(bench.clock.nowMs() - startMs).toBeLessThan(1400);
  });

  it('copies itself to the other bank on its first boot, and finds a second key', async () => {
    const other = await testKey({ name: 'other' });
    const { bench, text } = await boot({ keys: [other, key], bootImage: version1 });
    const { flash } = bench.board;
    const own = flash.read(0x08000000, 0x60000);
    expect(equalBytes(flash.read(0x08000000 + BANK_BYTES, 0x60000), own)).toBe(true);
    expect(text).toContain('Public Key #1: size 64, type 2, mask ffffffff');
  });

  describe('hangs without a word when', () => {
    const cases: Record<string, () => Promise<ProvisionOptions>> = {
      'there is no image': async () => ({ keys: [key] }),
      'one bit of the firmware is flipped': async () => {
        const bootImage = version1.slice();
        bootImage[3000]! ^= 1;
        return { keys: [key], bootImage };
      },
      'the key is not in the OTP': async () => ({
        keys: [await testKey({ name: 'other' })],
        bootImage: version1,
      }),
      'the key may not verify applications': async () => {
        const bootOnly = await testKey({ mask: 0x1 });
        return {
          keys: [await testKey({ name: 'other' }), bootOnly],
          bootImage: await signImage(bootOnly, { version: 1 }),
        };
      },
      'the header has another size': async () => ({
        keys: [key],
        bootImage: await signImage(key, { version: 1, headerSizeBytes: 512 }),
      }),
      'the image is of another key type': async () => ({
        keys: [key],
        bootImage: await signImage(await testKey({ type: 'ED25519' }), { version: 1 }),
      }),
      'the image is for the bootloader itself': async () => ({
        keys: [key],
        bootImage: await signImage(key, { version: 1, partitionId: 0 }),
      }),
      'the bootloader was built for other slots than the OTP holds': async () => ({
        keys: [await testKey({ name: 'other' }), key],
        bootImage: version1,
        profile: profile('stm32h5-tz-psa-otp'),
      }),
    };

    it.each(Object.keys(cases))('%s', async (name) => {
      const options = await cases[name]!();
      const { bench, text } = await boot(options);
      expect(text).toBe('');
      const { running } = bench.panel.state();
      expect(running).toMatchObject({ kind: 'hung' });
      expect(running).toHaveProperty('reason', expect.stringContaining('no image verifies'));
    });

    it('TrustZone is off', async () => {
      const bench = provisionedBench({ keys: [key], bootImage: version1 });
      const flash = bench.board.flash.usedSectors();
      bench.panel.setTrustZone(false);
      bench.board.flash.restoreSectors(flash);
      const pipe = await openConsole(bench);
      expect(await hear(bench, pipe)).toBe('');
      const { running } = bench.panel.state();
      expect(running).toHaveProperty('reason', expect.stringContaining('TrustZone is off'));
    });
  });

  describe('chooses between two images:', () => {
    it('the higher version of two; it tests it, swaps, and keeps the old one', async () => {
      const options = { keys: [key], bootImage: version1, updateImage: version2 };
      const { bench, text } = await boot(options);
      expect(text).toContain('Version : 0x2\r\n');
      expect(text).toContain('Flash banks are swapped.\r\n');
      // Nobody triggered it, so nobody has to confirm it.
      expect(text).toContain('Current firmware state: NEW\r\n');
      expect(text).toContain('Backup firmware version : 0x1\r\n');
      expect(bench.board.optionBytes.swapBank).toBe(true);
    });

    it('the running one of two equal or lower ones', async () => {
      const { text } = await boot({ keys: [key], bootImage: version2, updateImage: version1 });
      expect(text).toContain('Version : 0x2\r\n');
      expect(text).toContain('Flash banks are not swapped.\r\n');
      expect(text).toContain('Update image older than current.\r\n');
    });

    it('the running one when the update does not verify, which is erased', async () => {
      const updateImage = version2.slice();
      updateImage[2000]! ^= 1;
      const { bench, text } = await boot({ keys: [key], bootImage: version1, updateImage });
      expect(text).toContain('Version : 0x1\r\n');
      expect(text).toContain('No image in update partition.\r\n');
      expect(bench.board.flash.read(UPDATE_PARTITION, 16)).toEqual(new Uint8Array(16).fill(0xff));
    });

    it('the only one there is, wherever it is', async () => {
      const { text } = await boot({ keys: [key], updateImage: version1 });
      expect(text).toContain('Version : 0x1\r\n');
      expect(text).toContain('Flash banks are swapped.\r\n');
    });

    it('the other one when the running one is broken', async () => {
      const bootImage = version2.slice();
      bootImage[2000]! ^= 1;
      const { text } = await boot({ keys: [key], bootImage, updateImage: version1 });
      expect(text).toContain('Version : 0x1\r\n');
      expect(text).not.toContain('Version : 0x2\r\n');
    });
  });

  it('keeps the state of the image in flash, over resets and power', async () => {
    const { bench, pipe } = await boot({ keys: [key], bootImage: version1 });
    expect(await say(bench, pipe, 'success')).toContain('update success confirmed.\r\n');
    await pipe.close();
    bench.panel.setPlug('stLink', false);
    const again = await openConsole(bench);
    expect(await hear(bench, again)).toContain('Current firmware state: CONFIRMED\r\n');
    const [trailer] = bench.board.flash.usedSectors().slice(-1);
    expect(trailer).toBeDefined();
    expect(bytesToLatin1(bench.board.flash.read(BOOT_PARTITION + 0xa0000 - 4, 4))).toBe('BOOT');
  });

  it('boots with Ed25519 when slot 0 of the OTP says so', async () => {
    const edKey = await testKey({ type: 'ED25519' });
    const { text } = await boot({
      keys: [edKey, await testKey({ type: 'ED25519', name: 'second' })],
      otpProfile: profile('stm32h5-tz-dualbank-otp-ed25519'),
      bootImage: await signImage(edKey, { version: 9 }),
    });
    expect(text).toContain('Version : 0x9\r\n');
    expect(text).toContain('Number of public keys: 2\r\n');
    expect(text).toContain('Public Key #0: size 32, type 1, mask ffffffff');
  });

  it('is held to its own profile when one is given', async () => {
    const edKey = await testKey({ type: 'ED25519' });
    const { bench } = await boot({
      keys: [edKey],
      otpProfile: profile('stm32h5-tz-dualbank-otp-ed25519'),
      bootImage: await signImage(edKey, { version: 9 }),
      profile: p256Profile,
    });
    expect(bench.panel.state().running.kind).toBe('hung');
  });

  it('starts an application it knows nothing about, which stays silent', async () => {
    const payload = new Uint8Array(5000).fill(0x42);
    const bootImage = await signImage(key, { version: 3, payload });
    const { bench, text } = await boot({ keys: [key], bootImage });
    expect(text).toBe('');
    expect(bench.panel.state().running).toMatchObject({
      kind: 'firmware',
      detail: 'unknown application, version 3, verified and started',
    });
  });

  it('starts anew after a reset in the middle of a boot, once', async () => {
    const bench = provisionedBench({ keys: [key], bootImage: version1 });
    const pipe = await openConsole(bench);
    await bench.clock.sleep(900);
    bench.panel.pressReset();
    const text = await hear(bench, pipe);
    expect(text.match(/Version : 0x1/g)).toHaveLength(1);
    expect(text.match(/cmd> /g)).toHaveLength(1);
  });

  describe('of the single-bank build', () => {
    const single = profile('stm32h5-tz-psa-otp');
    const UPDATE_SINGLE = 0x08100000;

    it('exchanges the images, and takes an unconfirmed one back', async () => {
      const other = await testKey({ name: 'other' });
      const bench = provisionedBench({
        keys: [key, other],
        otpProfile: single,
        bootImage: version1,
      });
      bench.board.flash.load(UPDATE_SINGLE, version2);
      const pipe = await openConsole(bench);
      expect(await hear(bench, pipe)).toContain("'reboot' to initiate update.\r\n");
      // An image that nobody triggered is not taken by this build.
      bench.panel.pressReset();
      expect(await hear(bench, pipe)).toContain('Version : 0x1\r\n');
      await say(bench, pipe, 'update');
      for (const packet of packets(version2)) {
        await pipe.write(packet, { timeoutMs: 1000 });
        await bench.clock.sleep(20);
      }
      await pipe.write(Uint8Array.of(4), { timeoutMs: 1000 });
      const updated = await say(bench, pipe, 'reboot');
      expect(updated).toContain('Version : 0x2\r\n');
      expect(updated).toContain('Flash banks are not swapped.\r\n');
      expect(updated).toContain('Current firmware state: TESTING\r\n');
      bench.panel.pressReset();
      expect(await hear(bench, pipe)).toContain('Version : 0x1\r\n');
    });
  });
});

function packets(image: Uint8Array): Uint8Array[] {
  const result: Uint8Array[] = [];
  for (let at = 0; at < image.length; at += 128) {
    const data = new Uint8Array(128).fill(0x1a);
    data.set(image.subarray(at, at + 128));
    const number = (at / 128 + 1) & 0xff;
    const sum = data.reduce((total, byte) => total + byte, 0) & 0xff;
    result.push(Uint8Array.of(1, number, 255 - number, ...data, sum));
  }
  return result;
}
