import { describe, expect, it } from 'vitest';
import { bytesToLatin1 } from '../../../../src/core/bytes/index.ts';
import { createCanceller, looksLikeProbeDrive } from '../../../../src/core/ports/index.ts';
import { writeIntelHex } from '../../../../src/core/stm32/index.ts';
import { builtInPrimer } from '../../../../src/core/wolfboot/built-in-primer.ts';
import { buildSampleBootloader } from '../../../../src/virtual/index.ts';
import { expectRejects } from '../../../support/expect-error.ts';
import { simBench, type SimBench } from '../../../support/sim-bench.ts';

const FLASH = 0x08000000;
const OTP = 0x08fff000;
const REMOUNT_MS = 1000;

async function driveOf(bench: SimBench) {
  const { drives } = bench.bench;
  if (drives === undefined) throw new Error('the virtual bench has a drive');
  return drives.choose();
}

async function failText(bench: SimBench): Promise<string | undefined> {
  const drive = await driveOf(bench);
  return (await drive.list()).includes('FAIL.TXT')
    ? bytesToLatin1(await drive.read('FAIL.TXT'))
    : undefined;
}

function running({ panel }: SimBench): string {
  const { running: now } = panel.state();
  return now.kind === 'firmware' ? now.name : now.kind;
}

const counted = (lengthBytes: number) =>
  Uint8Array.from({ length: lengthBytes }, (_, at) => (at * 7) & 0xff);

describe('the drive of the virtual ST-LINK', () => {
  it('looks like one, names the probe, and is chosen once', async () => {
    const bench = simBench();
    expect(await bench.bench.drives?.remembered()).toBeUndefined();
    const drive = await driveOf(bench);
    expect(looksLikeProbeDrive(await drive.list(), drive.label)).toBe(true);
    expect(bytesToLatin1(await drive.read('details.txt'))).toContain('Version');
    expect(await bench.bench.drives?.remembered()).toBe(drive);
    const other = await driveOf(simBench({ seed: 2 }));
    expect(await other.read('MBED.HTM')).not.toEqual(await drive.read('MBED.HTM'));
    await bench.bench.drives?.forget();
    expect(await bench.bench.drives?.remembered()).toBeUndefined();
    await expectRejects(drive.read('NOTHING.TXT'), 'file-failed');
  });

  it('programs a binary from the start of the flash, resets the chip, leaves and comes back', async () => {
    const bench = simBench();
    const drive = await driveOf(bench);
    const seen: number[] = [];
    const image = builtInPrimer();
    await drive.write('primer.bin', image, {
      onProgress: ({ doneBytes }) => seen.push(doneBytes),
    });
    expect(seen.at(-1)).toBe(image.length);
    await expectRejects(drive.list(), 'drive-gone');
    await bench.clock.sleep(REMOUNT_MS);
    expect(await drive.list()).not.toContain('FAIL.TXT');
    expect(bench.board.flash.read(FLASH, image.length)).toEqual(image);
    expect(running(bench)).toBe('Keyfuse primer');
  });

  it('programs the parts of a hex file at their addresses, also two in one sector', async () => {
    const bench = simBench();
    const drive = await driveOf(bench);
    const parts = [
      { address: FLASH, bytes: buildSampleBootloader() },
      { address: FLASH + 0x60000, bytes: counted(100) },
      { address: FLASH + 0x60400, bytes: counted(64) },
    ];
    await drive.write('factory.hex', writeIntelHex(parts));
    for (const { address, bytes } of parts) {
      expect(bench.board.flash.read(address, bytes.length)).toEqual(bytes);
    }
  });

  it.each([
    ['of another format', 'notes.txt', counted(20), 'format'],
    ['that is empty', 'a.bin', new Uint8Array(), 'format'],
    ['of hex that is none', 'a.hex', counted(40), 'format'],
    ['larger than the flash', 'a.bin', new Uint8Array(0x200001), 'outside'],
    [
      'that names OTP',
      'otp.hex',
      writeIntelHex([
        { address: FLASH, bytes: counted(16) },
        { address: OTP, bytes: counted(16) },
      ]),
      'outside',
    ],
  ])(
    'leaves flash and OTP alone and FAIL.TXT behind for a file %s',
    async (_, name, bytes, words) => {
      const bench = simBench({ flashImage: builtInPrimer() });
      const drive = await driveOf(bench);
      const before = [
        JSON.stringify(bench.board.otp.cells()),
        bench.board.flash.read(FLASH, 16384),
      ];
      await drive.write(name, bytes);
      await bench.clock.sleep(REMOUNT_MS);
      expect(await failText(bench)).toContain(words);
      expect([
        JSON.stringify(bench.board.otp.cells()),
        bench.board.flash.read(FLASH, 16384),
      ]).toEqual(before);
      expect(running(bench)).toBe('Keyfuse primer');
    },
  );

  it.each([
    ['target', 'FAILED to reset/halt'],
    ['timeout', 'timed out'],
    ['flash', 'FAILED to program'],
  ] as const)('fails once for the fault "%s", then works', async (reason, words) => {
    const bench = simBench();
    const drive = await driveOf(bench);
    bench.panel.armFault({ kind: 'drive-fails', reason });
    await drive.write('primer.bin', builtInPrimer());
    await bench.clock.sleep(REMOUNT_MS);
    expect(await failText(bench)).toContain(words);
    expect(running(bench)).toBe('nothing');
    await drive.write('primer.bin', builtInPrimer());
    await bench.clock.sleep(REMOUNT_MS);
    expect(await failText(bench)).toBeUndefined();
    expect(running(bench)).toBe('Keyfuse primer');
  });

  it('cannot reach a chip that is not open', async () => {
    const bench = simBench();
    bench.board.optionBytes.productState = 0x17;
    const drive = await driveOf(bench);
    await drive.write('primer.bin', builtInPrimer());
    await bench.clock.sleep(REMOUNT_MS);
    expect(await failText(bench)).toContain('reset/halt');
  });

  it('refuses renames until the faults are cleared; a hand can copy all the same', async () => {
    const bench = simBench();
    const drive = await driveOf(bench);
    bench.panel.armFault({ kind: 'drive-refuses-rename' });
    for (const _ of [1, 2]) {
      await expectRejects(drive.write('primer.bin', builtInPrimer()), 'drive-write-refused');
    }
    expect(running(bench)).toBe('nothing');
    await bench.panel.dropOnDrive('primer.bin', builtInPrimer());
    expect(running(bench)).toBe('Keyfuse primer');
  });

  it('keeps what had arrived when the cable falls out', async () => {
    const bench = simBench();
    const drive = await driveOf(bench);
    bench.panel.armFault({ kind: 'unplug-at-byte', plug: 'st-link', atByte: 20_000 });
    const image = counted(64 * 1024);
    await expectRejects(drive.write('image.bin', image), 'drive-gone');
    expect(bench.panel.state().plugs.stLink).toBe(false);
    expect(bench.board.flash.read(FLASH, 16384)).toEqual(image.slice(0, 16384));
    expect(bench.board.flash.read(FLASH + 24576, 16)).toEqual(new Uint8Array(16).fill(0xff));
    await expectRejects(drive.list(), 'drive-gone');
    await expect(bench.bench.drives?.choose()).rejects.toMatchObject({ code: 'drive-unavailable' });
    bench.panel.setPlug('stLink', true);
    expect(await drive.list()).toContain('DETAILS.TXT');
  });

  it('begins nothing when it was cancelled before', async () => {
    const bench = simBench();
    const drive = await driveOf(bench);
    const canceller = createCanceller();
    canceller.cancel();
    const call = { signal: canceller.signal };
    await expectRejects(drive.write('primer.bin', builtInPrimer(), call), 'cancelled');
    expect(running(bench)).toBe('nothing');
  });
});
