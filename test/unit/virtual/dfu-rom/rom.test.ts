import { beforeEach, describe, expect, it } from 'vitest';
import { bytesToLatin1, filledBytes } from '../../../../src/core/bytes/index.ts';
import { simBench, type SimBench } from '../../../support/sim-bench.ts';
import { openRom, TIMEOUT, withAddress, type DfuClient } from './dfu-client.ts';

const IDLE = 2;
const DNBUSY = 4;
const DNLOAD_IDLE = 5;
const UPLOAD_IDLE = 9;
const ERROR = 10;

const FLASH = 0x08000000;
const OTP = 0x08fff000;
const OPTIONS = 0x40022050;

async function descriptor(rom: DfuClient, value: number): Promise<Uint8Array> {
  const request = { type: 'standard', recipient: 'device', request: 6, value, index: 0 } as const;
  return rom.pipe.controlIn(request, 255, TIMEOUT);
}

describe('the ROM on the bus', () => {
  it('describes itself as published for H563', async () => {
    const rom = await openRom(simBench());
    expect([...(await descriptor(rom, 0x0100))]).toEqual([
      18, 1, 0, 2, 0, 0, 0, 64, 0x83, 0x04, 0x11, 0xdf, 0x00, 0x03, 1, 2, 3, 1,
    ]);
    expect([...(await descriptor(rom, 0x0200))]).toEqual([
      ...[9, 2, 54, 0, 1, 1, 0, 0xc0, 50],
      ...[9, 4, 0, 0, 0, 0xfe, 1, 2, 4],
      ...[9, 4, 0, 1, 0, 0xfe, 1, 2, 5],
      ...[9, 4, 0, 2, 0, 0xfe, 1, 2, 6],
      ...[9, 4, 0, 3, 0, 0xfe, 1, 2, 7],
      ...[9, 0x21, 0x0b, 255, 0, 0x00, 0x04, 0x1a, 0x01],
    ]);
  });

  it('names its alternates in string descriptors', async () => {
    const rom = await openRom(simBench());
    const texts: string[] = [];
    for (const index of [2, 4, 5, 6, 7]) {
      const bytes = await descriptor(rom, 0x0300 | index);
      expect(bytes[0]).toBe(bytes.length);
      texts.push(bytesToLatin1(bytes.subarray(2).filter((_, at) => at % 2 === 0)));
    }
    expect(texts).toEqual([
      'DFU in FS Mode',
      '@Internal Flash   /0x08000000/256*08Kg',
      '@Option Bytes   /0x40022050/01*176 e',
      '@Option Bytes   /0x400221E0/01*32 e',
      '@OTP Memory   /0x08FFF000/02*01Kg',
    ]);
    await expect(descriptor(rom, 0x0308)).rejects.toMatchObject({ code: 'usb-stall' });
  });

  it('derives its serial from the unique id as the ROM does, and keeps it', async () => {
    const bench = simBench({ seed: 77 });
    const rom = await openRom(bench);
    const id = new DataView(bench.board.uniqueId.buffer);
    const sum = (id.getUint32(0, true) + id.getUint32(8, true)) >>> 0;
    const expected =
      sum.toString(16).padStart(8, '0') +
      (id.getUint32(4, true) >>> 16).toString(16).padStart(4, '0');
    expect(rom.pipe.identity).toMatchObject({
      vendorId: 0x0483,
      productId: 0xdf11,
      deviceVersionBcd: 0x0300,
      serial: expected.toUpperCase(),
    });
    const other = simBench({ seed: 78 });
    expect(other.board.usbSerial).not.toBe(bench.board.usbSerial);
    expect(simBench({ seed: 77 }).board.usbSerial).toBe(bench.board.usbSerial);
  });

  it('hangs for ever on a request for the functional descriptor alone', async () => {
    const bench = simBench();
    const rom = await openRom(bench);
    await expect(descriptor(rom, 0x2100)).rejects.toMatchObject({ code: 'deadline-exceeded' });
    await expect(rom.getStatus()).rejects.toMatchObject({ code: 'deadline-exceeded' });
    bench.panel.pressReset();
    const again = await openRom(bench);
    expect((await again.getStatus()).state).toBe(IDLE);
  });

  it('offers only the alternates that are switched on, from the next enumeration on', async () => {
    const bench = simBench();
    const rom = await openRom(bench);
    bench.panel.setAlternates({ otp: false, option: false });
    expect((await descriptor(rom, 0x0200))[2]).toBe(54);
    const again = await openRom(bench);
    expect((await descriptor(again, 0x0200))[2]).toBe(27);
    await expect(again.pipe.selectAlternate(1, TIMEOUT)).rejects.toMatchObject({
      code: 'usb-stall',
    });
  });
});

describe('the DfuSe state machine', () => {
  let bench: SimBench;
  let rom: DfuClient;
  beforeEach(async () => {
    bench = simBench();
    rom = await openRom(bench);
  });

  it('lists the commands of H5: get, set address, erase', async () => {
    expect([...(await rom.upload(0, 64))]).toEqual([0x00, 0x21, 0x41]);
    expect((await rom.getStatus()).state).toBe(IDLE);
  });

  it('starts an operation at the first GETSTATUS and stays busy until its time is over', async () => {
    await rom.download(0, withAddress(0x41, FLASH));
    const first = await rom.getStatus();
    expect(first).toMatchObject({ status: 0, state: DNBUSY });
    expect(first.pollTimeoutMs).toBeGreaterThan(20);
    const early = await rom.getStatus();
    expect(early.state).toBe(DNBUSY);
    await bench.clock.sleep(first.pollTimeoutMs);
    expect(await rom.getStatus()).toEqual({ status: 0, pollTimeoutMs: 0, state: DNLOAD_IDLE });
  });

  it('does nothing before the first GETSTATUS', async () => {
    bench.board.flash.load(FLASH, filledBytes(16, 1));
    await rom.download(0, withAddress(0x41, FLASH));
    await bench.clock.sleep(1000);
    expect(bench.board.flash.read(FLASH, 1)).toEqual(Uint8Array.of(1));
    await rom.abort();
    expect((await rom.getStatus()).state).toBe(IDLE);
    expect(bench.board.flash.read(FLASH, 1)).toEqual(Uint8Array.of(1));
  });

  it('stalls UPLOAD out of dfuDNLOAD-IDLE and DNLOAD out of dfuUPLOAD-IDLE', async () => {
    await rom.setAddress(FLASH);
    await expect(rom.upload(2, 16)).rejects.toMatchObject({ code: 'usb-stall' });
    expect(await rom.getStatus()).toMatchObject({ status: 0x0f, state: ERROR });
    await rom.clearStatus();
    await rom.upload(2, 16);
    expect((await rom.getStatus()).state).toBe(UPLOAD_IDLE);
    await expect(rom.download(2, filledBytes(16, 0))).rejects.toMatchObject({ code: 'usb-stall' });
    expect((await rom.getStatus()).state).toBe(ERROR);
  });

  it('stalls CLRSTATUS in every state but dfuERROR and stays where it was', async () => {
    await expect(rom.clearStatus()).rejects.toMatchObject({ code: 'usb-stall' });
    expect((await rom.getStatus()).state).toBe(IDLE);
    await rom.upload(2, 16);
    await expect(rom.clearStatus()).rejects.toMatchObject({ code: 'usb-stall' });
    expect((await rom.getStatus()).state).toBe(UPLOAD_IDLE);
    await rom.abort();
    await expect(rom.upload(1, 16)).rejects.toMatchObject({ code: 'usb-stall' });
    await rom.clearStatus();
    expect(await rom.getStatus()).toMatchObject({ status: 0, state: IDLE });
  });

  it('erases, writes and reads flash, at about the measured rates', async () => {
    const content = Uint8Array.from({ length: 4096 }, (_, at) => (at * 7) & 0xff);
    bench.board.flash.load(FLASH, filledBytes(8192, 0));
    const eraseStartMs = bench.clock.nowMs();
    expect(await rom.eraseSector(FLASH)).toMatchObject({ status: 0, state: DNLOAD_IDLE });
    expect(bench.clock.nowMs() - eraseStartMs).toBeCloseTo(29, -1);
    await rom.setAddress(FLASH);
    const writeStartMs = bench.clock.nowMs();
    for (let block = 0; block < 4; block++) {
      const data = content.subarray(block * 1024, (block + 1) * 1024);
      expect((await rom.run(2 + block, data)).status).toBe(0);
    }
    expect((bench.clock.nowMs() - writeStartMs) / 4).toBeCloseTo(31, 0);
    await rom.abort();
    const readStartMs = bench.clock.nowMs();
    const parts = [];
    for (let block = 0; block < 4; block++) parts.push(...(await rom.upload(2 + block, 1024)));
    expect(Uint8Array.from(parts)).toEqual(content);
    const bytesPerSecond = (4096 * 1000) / (bench.clock.nowMs() - readStartMs);
    expect(bytesPerSecond).toBeGreaterThan(400_000);
    expect(bytesPerSecond).toBeLessThan(560_000);
  });

  it('keeps the pointer over ABORT', async () => {
    bench.board.flash.load(FLASH + 0x2000, filledBytes(32, 0x5a));
    await rom.setAddress(FLASH + 0x2000);
    await rom.abort();
    expect(await rom.upload(2, 32)).toEqual(filledBytes(32, 0x5a));
    await rom.abort();
    expect(await rom.upload(2, 32)).toEqual(filledBytes(32, 0x5a));
  });

  it.each([
    ['beyond the flash', FLASH + 0x200000],
    ['the secure alias', 0x0c000000],
    ['the OTP through the flash alternate', OTP],
  ])('refuses the address of %s with errTARGET', async (_what, address) => {
    expect(await rom.setAddress(address)).toMatchObject({ status: 0x01, state: ERROR });
  });

  it('answers the OTP through the flash alternate where it was told to', async () => {
    const generous = simBench({ otpThroughFlashAlternate: 'answered' });
    const client = await openRom(generous);
    generous.board.otp.program(0, 0x1234);
    expect([...(await client.read(OTP, 4))]).toEqual([0x34, 0x12, 0xff, 0xff]);
    await client.setAddress(OTP);
    expect(await client.run(2, filledBytes(16, 0))).toMatchObject({ status: 0x08, state: ERROR });
  });

  it('fails a misaligned flash write and all that follow until the status is cleared', async () => {
    await rom.setAddress(FLASH + 4);
    expect(await rom.run(2, filledBytes(16, 0))).toMatchObject({ status: 0x03, state: ERROR });
    await rom.clearStatus();
    await rom.setAddress(FLASH);
    expect(await rom.run(2, filledBytes(16, 0))).toMatchObject({ status: 0, state: DNLOAD_IDLE });
    expect(await rom.run(2, filledBytes(16, 0))).toMatchObject({ status: 0x06, state: ERROR });
  });

  it('refuses what H5 does not know: read-unprotect, and what this model does not do', async () => {
    await expect(rom.download(0, Uint8Array.of(0x92))).rejects.toMatchObject({ code: 'usb-stall' });
    await rom.clearStatus();
    expect(await rom.run(0, withAddress(0x01, 0x17))).toMatchObject({ status: 0x0b });
  });

  it('refuses more than wTransferSize in either direction', async () => {
    await expect(rom.upload(2, 1025)).rejects.toMatchObject({ code: 'usb-stall' });
    await rom.clearStatus();
    await expect(rom.download(2, filledBytes(1040, 0))).rejects.toMatchObject({
      code: 'usb-stall',
    });
  });

  it('erases everything on a bare erase command, slowly', async () => {
    bench.board.flash.load(FLASH, filledBytes(16, 1));
    bench.board.flash.load(FLASH + 0x1fe000, filledBytes(16, 1));
    const startMs = bench.clock.nowMs();
    expect((await rom.run(0, Uint8Array.of(0x41))).status).toBe(0);
    expect(bench.clock.nowMs() - startMs).toBeGreaterThan(1000);
    expect(bench.board.flash.usedSectors()).toEqual([]);
  });

  it('locks up the core when it is told to leave', async () => {
    await rom.setAddress(FLASH);
    await rom.download(0, new Uint8Array());
    expect((await rom.getStatus()).state).toBe(7);
    await bench.clock.sleep(5);
    await expect(rom.getStatus()).rejects.toMatchObject({ code: 'usb-disconnected' });
    expect(await bench.bench.usb.list()).toEqual([]);
    expect(bench.panel.state().running.kind).toBe('hung');
  });
});

describe('the OTP alternate', () => {
  let bench: SimBench;
  let rom: DfuClient;
  beforeEach(async () => {
    bench = simBench();
    rom = await openRom(bench);
    await rom.pipe.selectAlternate(3, TIMEOUT);
  });

  it('writes halfwords, 0xFFFF included, which consumes them', async () => {
    await rom.setAddress(OTP + 0x40);
    const data = Uint8Array.of(1, 2, 3, 4, 0xff, 0xff, 0xff, 0xff);
    expect((await rom.run(2, data)).status).toBe(0);
    await rom.abort();
    expect(await rom.read(OTP + 0x40, 8)).toEqual(data);
    const states = [31, 32, 33, 34, 35, 36].map((at) => bench.board.otp.stateOf(at));
    expect(states).toEqual(['blank', 'written', 'written', 'written', 'written', 'blank']);
  });

  it('does not protect a written halfword from a second write', async () => {
    await rom.setAddress(OTP);
    await rom.run(2, Uint8Array.of(0xf0, 0xf0, 0, 0));
    expect((await rom.run(2, Uint8Array.of(0x0f, 0x0f, 0, 0))).status).toBe(0);
    expect(bench.board.otp.stateOf(0)).toBe('damaged');
  });

  it('refuses a locked block and an unaligned length with errWRITE', async () => {
    bench.board.optionBytes.lockOtpBlocks(1);
    await rom.setAddress(OTP);
    expect(await rom.run(2, filledBytes(16, 0))).toMatchObject({ status: 0x03, state: ERROR });
    expect(bench.board.otp.stateOf(0)).toBe('blank');
    await rom.clearStatus();
    await rom.setAddress(OTP + 0x40);
    expect(await rom.run(2, filledBytes(6, 0))).toMatchObject({ status: 0x03, state: ERROR });
    expect(bench.board.otp.stateOf(32)).toBe('blank');
  });

  it('cannot be erased, and ends at 2048 bytes', async () => {
    expect(await rom.eraseSector(OTP)).toMatchObject({ status: 0x01, state: ERROR });
    await rom.clearStatus();
    expect(await rom.run(0, Uint8Array.of(0x41))).toMatchObject({ status: 0x01 });
    await rom.clearStatus();
    expect((await rom.setAddress(OTP + 0x7ff)).status).toBe(0);
    await rom.abort();
    await expect(rom.upload(2, 2)).rejects.toMatchObject({ code: 'usb-stall' });
    expect(await rom.getStatus()).toMatchObject({ status: 0x08, state: ERROR });
  });
});

describe('the option alternates', () => {
  const OPTIONS2 = 0x400221e0;

  it('show product state, TZEN, OTP locks and watermarks at their places', async () => {
    const bench = simBench();
    bench.board.optionBytes.lockOtpBlocks(0x80000001);
    const rom = await openRom(bench);
    await rom.pipe.selectAlternate(1, TIMEOUT);
    const bytes = await rom.read(OPTIONS, 176);
    const view = new DataView(bytes.buffer);
    expect((view.getUint32(0, true) >>> 8) & 0xff).toBe(0xed);
    expect(view.getUint32(0, true) >>> 31).toBe(0);
    expect(view.getUint32(0x20, true) >>> 24).toBe(0xc3);
    expect(view.getUint32(0x40, true)).toBe(0x80000001);
    expect(view.getUint32(0x94, true)).toBe(0x007f0000);
    await rom.pipe.selectAlternate(2, TIMEOUT);
    const second = await rom.read(OPTIONS2, 32);
    expect(new DataView(second.buffer).getUint32(0, true)).toBe(0x007f0000);
  });

  it('take the words to be programmed of a whole region and reset before the second status', async () => {
    const bench = simBench();
    const rom = await openRom(bench);
    await rom.pipe.selectAlternate(2, TIMEOUT);
    const bytes = await rom.read(OPTIONS2, 32);
    new DataView(bytes.buffer).setUint32(4, 0x002f0000, true);
    await rom.setAddress(OPTIONS2);
    await expect(rom.run(2, bytes)).rejects.toMatchObject({ code: 'usb-disconnected' });
    await bench.clock.sleep(1000);
    expect(bench.board.optionBytes.secureWatermarks).toEqual([0x007f0000, 0x002f0000]);
    expect(await bench.bench.usb.list()).toHaveLength(1);
  });

  it('ignore a part of a region, and another start, without a word', async () => {
    for (const [address, lengthBytes] of [
      [OPTIONS, 16],
      [OPTIONS + 0x20, 16],
    ] as const) {
      const bench = simBench();
      const rom = await openRom(bench);
      const before = JSON.stringify(bench.board.snapshot().options);
      await rom.pipe.selectAlternate(1, TIMEOUT);
      await rom.setAddress(address);
      await rom.run(2, filledBytes(lengthBytes, 0)).catch(() => undefined);
      await bench.clock.sleep(1000);
      expect(JSON.stringify(bench.board.snapshot().options)).toBe(before);
    }
  });

  it('tell in the event log when somebody changes the product state', async () => {
    const bench = simBench();
    const rom = await openRom(bench);
    await rom.pipe.selectAlternate(1, TIMEOUT);
    const bytes = await rom.read(OPTIONS, 176);
    bytes[5] = 0x17;
    await rom.setAddress(OPTIONS);
    await rom.run(2, bytes).catch(() => undefined);
    await bench.clock.sleep(1000);
    expect(bench.board.events.some(({ what }) => what.includes('PRODUCT_STATE 0x17'))).toBe(true);
  });
});
