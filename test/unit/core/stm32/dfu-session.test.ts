import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/errors.ts';
import { createCanceller } from '../../../../src/core/ports/index.ts';
import { openDfu, type DfuProgress, type TransferEntry } from '../../../../src/core/stm32/index.ts';
import { pipeTo, type PipeTransfer, type Reaction } from '../../../support/usb/fake-pipe.ts';
import { simClock } from '../../../support/sim-bench.ts';
import {
  FakeRom,
  flashMemory,
  optionMemory,
  otpMemory,
  type FakeRomOptions,
} from '../../../support/usb/fake-rom.ts';

const FLASH = 0x08000000;
const OTP = 0x08fff000;

function bench(
  options: Partial<FakeRomOptions> = {},
  fault?: (transfer: PipeTransfer) => Reaction | undefined,
) {
  const clock = simClock();
  const memories = options.memories ?? [flashMemory(), optionMemory(), otpMemory()];
  const rom = new FakeRom({ ...options, memories, clock });
  const pipe = pipeTo(rom, fault);
  return { clock, rom, pipe, flash: memories[0]!.bytes };
}

async function opened(options: Partial<FakeRomOptions> = {}) {
  const made = bench(options);
  const session = await openDfu(made.pipe, made.clock);
  made.rom.log.length = 0;
  return { ...made, session };
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

function pattern(lengthBytes: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length: lengthBytes }, (_, index) => (index * 7 + seed) & 0xff);
}

describe('opening a DFU device', () => {
  it('describes it by its descriptors, names read as strings', async () => {
    const { session } = await opened();
    expect(session.description).toMatchObject({
      transferSizeBytes: 1024,
      dfuVersionBcd: 0x011a,
      attributes: {
        canDownload: true,
        canUpload: true,
        manifestationTolerant: false,
        willDetach: true,
      },
      commands: [0x00, 0x21, 0x41],
      warnings: [],
    });
    expect(session.description.alternates.map(({ number, kind }) => [number, kind])).toEqual([
      [0, 'flash'],
      [1, 'option-bytes'],
      [2, 'otp'],
    ]);
    expect(session.description.alternates[2]?.map?.regions[0]?.sizeBytes).toBe(2048);
  });

  it('finds the functional descriptor wherever it stands', async () => {
    const { session } = await opened({
      functional: 'after-first-alternate',
      transferSize: 2048,
    });
    expect(session.description.transferSizeBytes).toBe(2048);
    expect(session.description.alternates).toHaveLength(3);
  });

  it('leaves the device in dfuIDLE from whatever state it was in', async () => {
    for (const state of [2, 5, 9, 10]) {
      const { rom, pipe, clock } = bench();
      rom.state = state;
      if (state === 10) rom.status = 0x06;
      await openDfu(pipe, clock);
      expect(rom.state).toBe(2);
    }
  });

  it('sends CLRSTATUS only in dfuERROR', async () => {
    const { rom, pipe, clock } = bench();
    rom.state = 10;
    rom.status = 0x0b;
    await openDfu(pipe, clock);
    expect(rom.log.filter((line) => line.startsWith('CLRSTATUS'))).toEqual(['CLRSTATUS in 10']);
  });

  it('goes on without a command list', async () => {
    const { session } = await opened({ commands: [] });
    expect(session.description.commands).toEqual([]);
    expect(session.description.warnings).toHaveLength(1);
    expect((await session.readMemory(0, FLASH, 16)).length).toBe(16);
  });

  it('goes on without names when strings stall or hang', async () => {
    for (const reaction of ['stall', 'hang'] as const) {
      const { pipe, clock } = bench({}, ({ request }) =>
        'request' in request && request.request === 6 && request.value >> 8 === 3
          ? reaction
          : undefined,
      );
      const session = await openDfu(pipe, clock);
      expect(session.description.alternates.map((alternate) => alternate.name)).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect(session.description.warnings).toHaveLength(3);
      expect(clock.nowMs()).toBeLessThan(2_000);
    }
  });

  it.each([
    ['without a functional descriptor', { functional: 'absent' }],
    ['of plain DFU 1.1', { dfuVersion: 0x0110, memories: [flashMemory(16_384, 'Firmware')] }],
  ] as const)('refuses an interface %s before any class request', async (_what, options) => {
    const classRequests: number[] = [];
    const { pipe, clock } = bench(options, ({ request }) => {
      if ('type' in request && request.type === 'class') classRequests.push(request.request);
      return undefined;
    });
    expect((await failure(openDfu(pipe, clock))).code).toBe('dfu-not-found');
    expect(classRequests).toEqual([]);
  });

  it('says so when an application answers instead of a bootloader', async () => {
    const { rom, pipe, clock } = bench();
    rom.state = 0;
    const error = await failure(openDfu(pipe, clock));
    expect(error.code).toBe('dfu-protocol');
    expect(error.context).toMatchObject({ step: 'go to idle', state: 'appIDLE' });
  });

  it.each([6, 7, 8])('gives up on a device that is leaving (state %i)', async (state) => {
    const { rom, pipe, clock } = bench();
    rom.state = state;
    expect((await failure(openDfu(pipe, clock))).code).toBe('dfu-stuck');
  });
});

describe('reading memory', () => {
  it('sets the address, aborts, uploads, and ends with an abort', async () => {
    const { session, rom, flash } = await opened();
    flash.set(pattern(5000), 0x4000);
    expect(await session.readMemory(0, FLASH + 0x4000, 2344)).toEqual(pattern(5000).slice(0, 2344));
    expect(rom.log).toEqual([
      'SET_ADDRESS 8004000',
      'ABORT',
      'READ 8004000 1024 block 2',
      'READ 8004400 1024 block 3',
      'ABORT',
      'SET_ADDRESS 8004800',
      'ABORT',
      'READ 8004800 296 block 2',
      'ABORT',
    ]);
    expect(rom.state).toBe(2);
  });

  it('sets the pointer for every block of OTP', async () => {
    const { session, rom } = await opened();
    rom.options.memories[2]!.bytes.set(pattern(2048));
    expect(await session.readMemory(2, OTP, 2048)).toEqual(pattern(2048));
    expect(rom.log.filter((line) => line.startsWith('READ'))).toEqual([
      'READ 8fff000 1024 block 2',
      'READ 8fff400 1024 block 2',
    ]);
  });

  it('asks for whole words and returns what was asked', async () => {
    const { session, rom, flash } = await opened();
    flash.set(pattern(16), 0);
    expect(await session.readMemory(0, FLASH, 5)).toEqual(pattern(16).slice(0, 5));
    expect(rom.log).toContain('READ 8000000 8 block 2');
  });

  it('never asks beyond the end of the region', async () => {
    const odd = { ...flashMemory(8195, '@x/0x08000000/1*8195 g'), sectorBytes: 8195 };
    const { session, rom } = await opened({ memories: [odd] });
    expect(await session.readMemory(0, FLASH + 8192, 3)).toHaveLength(3);
    expect(rom.log).toContain('READ 8002000 3 block 2');
  });

  it('selects the alternate only when it changes', async () => {
    const { session, rom } = await opened();
    await session.readMemory(2, OTP, 64);
    await session.readMemory(2, OTP, 64);
    await session.readMemory(0, FLASH, 64);
    expect(rom.log.filter((line) => line.startsWith('SET_INTERFACE'))).toEqual([
      'SET_INTERFACE 2',
      'SET_INTERFACE 0',
    ]);
  });

  it('refuses what the map does not list, unless asked to try', async () => {
    const { session, rom } = await opened();
    expect((await failure(session.readMemory(0, OTP, 64))).code).toBe('invalid-argument');
    expect((await failure(session.readMemory(0, FLASH + 0x1fffff, 2))).code).toBe(
      'invalid-argument',
    );
    expect(rom.log).toEqual([]);
    const error = await failure(session.readMemory(0, OTP, 64, { allowForeignAddress: true }));
    expect(error.code).toBe('dfu-address-refused');
    expect(error.context).toMatchObject({
      step: 'set address',
      address: '0x08FFF000',
      status: 'errTARGET',
      state: 'dfuERROR',
    });
    expect(await session.readMemory(0, FLASH, 4)).toHaveLength(4);
  });

  it('calls a stall on a foreign address a refusal', async () => {
    const made = bench({}, ({ request }) =>
      'request' in request && request.request === 2 && request.value >= 2 ? 'stall' : undefined,
    );
    const session = await openDfu(made.pipe, made.clock);
    const foreign = session.readMemory(0, FLASH + 0x1ffff0, 32, { allowForeignAddress: true });
    expect((await failure(foreign)).code).toBe('dfu-address-refused');
    expect((await failure(session.readMemory(0, FLASH, 32))).code).toBe('usb-stall');
  });

  it('reports a short answer as a protocol fault', async () => {
    const made = bench({}, ({ request, lengthBytes }) =>
      'request' in request && request.request === 2 && request.value >= 2
        ? { data: new Uint8Array(lengthBytes - 4) }
        : undefined,
    );
    const session = await openDfu(made.pipe, made.clock);
    expect((await failure(session.readMemory(0, FLASH, 64))).code).toBe('dfu-protocol');
  });

  it('names read protection', async () => {
    const { session, rom } = await opened();
    rom.nextStatus = 0x0b;
    expect((await failure(session.readMemory(0, FLASH, 64))).code).toBe('dfu-read-protected');
  });

  it('needs no transfer for no bytes', async () => {
    const { session, pipe } = await opened();
    const before = pipe.transfers;
    expect(await session.readMemory(0, FLASH, 0)).toHaveLength(0);
    expect(pipe.transfers).toBe(before);
  });
});

describe('two-step status', () => {
  it('waits as long as the device states before it asks again', async () => {
    const { session, rom, clock } = await opened({ pollMs: 244 });
    const before = clock.nowMs();
    await session.eraseSectors(0, [FLASH]);
    expect(rom.earlyPolls).toBe(0);
    expect(clock.nowMs() - before).toBeGreaterThan(244);
    expect(clock.nowMs() - before).toBeLessThan(300);
  });

  it('sleeps a moment when the device states no wait', async () => {
    const { session, rom, clock } = await opened({ pollMs: 0, busyMs: 20 });
    const before = clock.nowMs();
    await session.eraseSectors(0, [FLASH]);
    expect(rom.earlyPolls).toBeGreaterThan(3);
    expect(rom.earlyPolls).toBeLessThan(20);
    expect(clock.nowMs() - before).toBeLessThan(60);
  });

  it('does not take slow for hung: patience grows by the stated wait', async () => {
    const { session, clock } = await opened({ pollMs: 20_000 });
    const before = clock.nowMs();
    await session.eraseSectors(0, [FLASH]);
    expect(clock.nowMs() - before).toBeGreaterThan(20_000);
  });

  it('cuts absurd waits', async () => {
    const { session, clock } = await opened({ pollMs: 0xffffff, busyMs: 1 });
    const before = clock.nowMs();
    await session.eraseSectors(0, [FLASH]);
    expect(clock.nowMs() - before).toBeLessThan(61_000);
  });

  it('takes anything but dfuDNBUSY as the first answer for a failure', async () => {
    const { session, rom } = await opened();
    rom.skipsBusy = true;
    const error = await failure(session.eraseSectors(0, [FLASH + 0x2000]));
    expect(error.code).toBe('dfu-protocol');
    expect(error.context).toMatchObject({
      step: 'erase sector',
      address: '0x08002000',
      state: 'dfuDNLOAD-IDLE',
      expected: 'dfuDNBUSY',
    });
    expect(rom.state).toBe(2);
  });

  it('names status and state of a failed operation and clears it', async () => {
    const { session, rom } = await opened();
    rom.nextStatus = 0x04;
    const error = await failure(session.eraseSectors(0, [FLASH]));
    expect(error.code).toBe('dfu-status');
    expect(error.context).toMatchObject({ status: 'errERASE', state: 'dfuERROR' });
    expect(error.message).toContain('erase sector at 0x08000000');
    expect(rom.state).toBe(2);
  });

  it('gets over a few stalled GETSTATUS while the device is busy', async () => {
    const { session, rom } = await opened();
    rom.stallWhileBusy = 3;
    await session.eraseSectors(0, [FLASH]);
    expect(rom.erased).toEqual([FLASH]);
  });

  it('gives up on a device that goes on stalling', async () => {
    const { session, rom } = await opened();
    rom.stallWhileBusy = 1000;
    expect((await failure(session.eraseSectors(0, [FLASH]))).code).toBe('usb-stall');
  });
});

describe('a device that stays busy', () => {
  it('that cannot be freed is reported as stuck within the deadline', async () => {
    const { session, rom, clock } = await opened();
    rom.stuckOnErase = true;
    const before = clock.nowMs();
    const error = await failure(session.eraseSectors(0, [FLASH]));
    expect(error.code).toBe('dfu-stuck');
    expect(error.context).toMatchObject({ step: 'erase sector', state: 'dfuDNBUSY' });
    expect(clock.nowMs() - before).toBeLessThan(7_000);
    expect((await failure(session.toIdle())).code).toBe('dfu-stuck');
    // V3.0 ROMs stall it in every state but dfuERROR.
    expect(rom.log.filter((line) => line.startsWith('CLRSTATUS'))).toEqual([]);
  });
});

describe('erasing and writing flash', () => {
  it('writes full blocks numbered from 2 and a short one by its own pointer', async () => {
    const { session, rom, flash } = await opened();
    const data = pattern(2048 + 48);
    const progress: DfuProgress[] = [];
    await session.writeFlash(0, FLASH + 0x2000, data, { onProgress: (at) => progress.push(at) });
    expect(flash.slice(0x2000, 0x2000 + data.length)).toEqual(data);
    expect(rom.log).toEqual([
      'SET_ADDRESS 8002000',
      'WRITE 8002000 1024 block 2',
      'WRITE 8002400 1024 block 3',
      'SET_ADDRESS 8002800',
      'WRITE 8002800 48 block 2',
      'ABORT',
    ]);
    expect(progress.at(-1)).toMatchObject({
      stage: 'writing',
      doneBytes: data.length,
      totalBytes: data.length,
    });
  });

  it.each([
    [FLASH + 8, 16],
    [FLASH, 24],
  ])('refuses 0x%s with %i bytes: not in units of 16', async (address, lengthBytes) => {
    const { session, rom } = await opened();
    const error = await failure(session.writeFlash(0, address, pattern(lengthBytes)));
    expect(error.code).toBe('invalid-argument');
    expect(rom.log).toEqual([]);
  });

  it('stops at the block that failed', async () => {
    const { session, flash } = await opened();
    flash[0x400] = 0;
    const error = await failure(session.writeFlash(0, FLASH, pattern(4096)));
    expect(error.code).toBe('dfu-status');
    expect(error.context).toMatchObject({
      step: 'write block',
      address: '0x08000400',
      status: 'errPROG',
    });
    expect(flash[0x800]).toBe(0xff);
  });

  it('refuses to erase anything but the start of a flash sector', async () => {
    const { session, rom } = await opened();
    for (const address of [FLASH + 16, FLASH + 0x200000, FLASH - 8192, 0]) {
      expect((await failure(session.eraseSectors(0, [FLASH, address]))).code).toBe(
        'invalid-argument',
      );
    }
    expect(rom.log).toEqual([]);
  });

  it('never erases or writes OTP and option bytes, whatever letters and numbers say', async () => {
    const lying = [
      { ...otpMemory(), name: '@Internal Flash /0x08FFF000/02*01Kg' },
      { ...optionMemory(), name: '@Internal Flash /0x40022050/01*176 g' },
      flashMemory(16 * 1024 * 1024, '@Internal Flash /0x08000000/2048*08Kg'),
    ];
    const { session, rom } = await opened({ memories: lying });
    const attempts = [
      session.eraseSectors(0, [OTP]),
      session.eraseSectors(1, [0x40022050]),
      session.eraseSectors(2, [0x08ffe000]),
      session.writeFlash(0, OTP, pattern(16)),
      session.writeFlash(1, 0x40022050, pattern(16)),
      session.writeFlash(2, OTP, pattern(16)),
      session.writeFlash(2, 0x08ffdff0, pattern(32)),
      session.programFlash(OTP, pattern(16)),
      session.programFlash(0x40022050, pattern(16)),
    ];
    for (const attempt of attempts) {
      expect((await failure(attempt)).code).toBe('invalid-argument');
    }
    expect(rom.log).toEqual([]);
  });

  it('knows its alternates', async () => {
    const { session } = await opened();
    expect((await failure(session.readMemory(7, FLASH, 4))).code).toBe('invalid-argument');
  });
});

describe('calls in order, cancelled and closed', () => {
  it('are done one after the other', async () => {
    const { session, pipe } = await opened();
    const results = await Promise.all([
      session.readMemory(0, FLASH, 4096),
      session.readMemory(2, OTP, 2048),
      session.toIdle(),
      session.readMemory(0, FLASH + 4096, 100),
    ]);
    expect(results.map((result) => result?.length)).toEqual([4096, 2048, undefined, 100]);
    expect(pipe.overlaps).toBe(0);
  });

  it('that fail do not stop the next', async () => {
    const { session, rom } = await opened();
    rom.nextStatus = 0x04;
    const failing = failure(session.eraseSectors(0, [FLASH]));
    const reading = session.readMemory(0, FLASH, 4);
    expect((await failing).code).toBe('dfu-status');
    expect(await reading).toHaveLength(4);
  });

  it('that are cancelled leave the device in dfuIDLE', async () => {
    for (const afterMs of [0, 3, 10, 50, 200]) {
      const { session, rom, clock } = await opened({ pollMs: 20 });
      const canceller = createCanceller();
      const work = session.programFlash(FLASH, pattern(40_000), { signal: canceller.signal });
      const [error] = await Promise.all([
        failure(work),
        clock.sleep(afterMs).then(() => {
          canceller.cancel();
        }),
      ]);
      expect(error.code).toBe('cancelled');
      expect(rom.state).toBe(2);
      expect(await session.readMemory(0, FLASH, 4)).toHaveLength(4);
    }
  });

  it('that were cancelled before they began do nothing', async () => {
    const { session, pipe } = await opened();
    const canceller = createCanceller();
    canceller.cancel();
    const before = pipe.transfers;
    const error = await failure(session.readMemory(0, FLASH, 4, { signal: canceller.signal }));
    expect(error.code).toBe('cancelled');
    expect(pipe.transfers).toBe(before);
  });

  it('come to their end when the device is unplugged, and try nothing more', async () => {
    let unplugged = false;
    const made = bench({}, () => (unplugged ? 'gone' : undefined));
    const session = await openDfu(made.pipe, made.clock);
    unplugged = true;
    const before = made.pipe.transfers;
    const error = await failure(session.eraseSectors(0, [FLASH]));
    expect(error.code).toBe('usb-disconnected');
    expect(made.pipe.transfers).toBe(before + 1);
  });

  it('close the pipe after the running call; later ones are refused', async () => {
    const { session, pipe } = await opened();
    const reading = session.readMemory(0, FLASH, 4096);
    await session.close();
    expect(await reading).toHaveLength(4096);
    expect(pipe.closed).toBe(1);
    expect((await failure(session.readMemory(0, FLASH, 4))).code).toBe('usb-no-device');
  });
});

describe('the transcript', () => {
  it('shows requests, answers and outcomes, but no OTP content', async () => {
    const { rom, pipe, clock } = bench();
    rom.options.memories[2]!.bytes.fill(0xa5);
    const entries: TransferEntry[] = [];
    const session = await openDfu(pipe, clock, { transcript: (entry) => entries.push(entry) });
    await session.readMemory(2, OTP, 64);
    const uploads = entries.filter((entry) => entry.request === 'UPLOAD' && entry.value === 2);
    expect(uploads).toEqual([
      {
        atMs: uploads[0]?.atMs,
        durationMs: 1,
        request: 'UPLOAD',
        value: 2,
        lengthBytes: 64,
        outcome: 'ok',
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain('a5a5');
    expect(entries.find((entry) => entry.request === 'GETSTATUS')?.answer).toBe('OK dfuIDLE 0 ms');
    await failure(session.readMemory(0, OTP, 4, { allowForeignAddress: true }));
    expect(entries.map((entry) => entry.answer)).toContain('errTARGET dfuERROR 0 ms');
  });
});
