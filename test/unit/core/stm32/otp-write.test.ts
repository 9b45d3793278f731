import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/errors.ts';
import { createCanceller } from '../../../../src/core/ports/index.ts';
import { openDfu, type TransferEntry } from '../../../../src/core/stm32/index.ts';
import { writeOtpUnit } from '../../../../src/core/stm32/otp-write.ts';
import { pipeTo } from '../../../support/usb/fake-pipe.ts';
import { simClock } from '../../../support/sim-bench.ts';
import { FakeRom, flashMemory, optionMemory, otpMemory } from '../../../support/usb/fake-rom.ts';

const OTP = 0x08fff000;
const SECRET = Uint8Array.of(0xde, 0xad, 0xbe, 0xef);

async function opened() {
  const clock = simClock();
  const memories = [flashMemory(), optionMemory(), otpMemory()];
  const rom = new FakeRom({ memories, clock });
  const transcript: TransferEntry[] = [];
  const session = await openDfu(pipeTo(rom), clock, {
    transcript: (entry) => transcript.push(entry),
  });
  rom.log.length = 0;
  return { clock, rom, session, transcript, otp: memories[2]!.bytes };
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

describe('writing an OTP unit', () => {
  it('sets the address and sends one block 2, every time', async () => {
    const { session, rom, otp } = await opened();
    await writeOtpUnit(session, 2, OTP, SECRET);
    await writeOtpUnit(session, 2, OTP + 64, new Uint8Array(64).fill(0x12));
    expect(otp.slice(0, 4)).toEqual(SECRET);
    expect(otp[127]).toBe(0x12);
    expect(rom.log).toEqual([
      'SET_INTERFACE 2',
      'SET_ADDRESS 8fff000',
      'WRITE 8fff000 4 block 2',
      'ABORT',
      'SET_ADDRESS 8fff040',
      'WRITE 8fff040 64 block 2',
      'ABORT',
    ]);
  });

  it('is not tried again when the device refuses it', async () => {
    const { session, rom, otp } = await opened();
    otp[0] = 0;
    const error = await failure(writeOtpUnit(session, 2, OTP, SECRET));
    expect(error.code).toBe('dfu-status');
    expect(error.context).toMatchObject({
      step: 'write block',
      address: '0x08FFF000',
      status: 'errPROG',
    });
    expect(rom.log.filter((line) => line.startsWith('WRITE'))).toHaveLength(1);
  });

  it('refuses a halfword of 0xFFFF anywhere inside', async () => {
    const { session, rom } = await opened();
    const bytes = Uint8Array.of(1, 2, 0xff, 0xff, 3, 4, 5, 6);
    const error = await failure(writeOtpUnit(session, 2, OTP, bytes));
    expect(error.code).toBe('invalid-argument');
    expect(error.context).toMatchObject({ address: '0x08FFF002' });
    expect(rom.log).toEqual([]);
    // 0xFF bytes that belong to two halfwords are content.
    await writeOtpUnit(session, 2, OTP, Uint8Array.of(1, 0xff, 0xff, 2));
  });

  it('refuses odd, empty, block-crossing and foreign ranges', async () => {
    const { session, rom } = await opened();
    const attempts: readonly (readonly [number, number, number])[] = [
      [2, OTP + 1, 4],
      [2, OTP, 3],
      [2, OTP, 0],
      [2, OTP + 60, 8],
      [2, OTP, 128],
      [2, OTP + 2046, 4],
      [0, OTP, 4],
      [0, 0x08000000, 4],
      [1, 0x40022090, 4],
      [9, OTP, 4],
    ];
    for (const [alternate, address, lengthBytes] of attempts) {
      const bytes = new Uint8Array(lengthBytes).fill(1);
      const error = await failure(
        writeOtpUnit(session, alternate, address, bytes, { unitBytes: 2 }),
      );
      expect(error.code).toBe('invalid-argument');
    }
    expect(rom.log).toEqual([]);
  });

  it('refuses a lone halfword by default and writes it when told that the device can', async () => {
    const { session, rom, otp } = await opened();
    for (const [address, bytes] of [
      [OTP + 2, Uint8Array.of(1, 2, 3, 4)],
      [OTP, Uint8Array.of(1, 2)],
    ] as const) {
      const error = await failure(writeOtpUnit(session, 2, address, bytes));
      expect(error.code).toBe('not-supported');
      expect(error.context).toMatchObject({ unitBytes: 4 });
    }
    expect((await failure(writeOtpUnit(session, 2, OTP, SECRET, { unitBytes: 16 }))).code).toBe(
      'not-supported',
    );
    expect(rom.log).toEqual([]);
    await writeOtpUnit(session, 2, OTP + 2, Uint8Array.of(1, 2), { unitBytes: 2 });
    expect([...otp.slice(0, 4)]).toEqual([0xff, 0xff, 1, 2]);
  });

  it('shows the content neither in the transcript nor in errors', async () => {
    const { session, transcript, otp } = await opened();
    await writeOtpUnit(session, 2, OTP, SECRET);
    otp[64] = 0;
    const error = await failure(writeOtpUnit(session, 2, OTP + 64, SECRET));
    const shown = JSON.stringify([transcript, error.message, error.context]);
    expect(shown).not.toMatch(/dead|beef/i);
    expect(transcript.filter((entry) => entry.request === 'DNLOAD' && entry.value === 2)).toEqual([
      expect.objectContaining({ lengthBytes: 4, outcome: 'ok' }),
      expect.objectContaining({ lengthBytes: 4, outcome: 'ok' }),
    ]);
  });

  it('that has begun is finished when it is cancelled', async () => {
    const { session, rom, clock, otp } = await opened();
    const canceller = createCanceller();
    const writing = writeOtpUnit(session, 2, OTP, SECRET, { signal: canceller.signal });
    while (!rom.log.some((line) => line.startsWith('WRITE'))) await clock.sleep(1);
    canceller.cancel();
    await writing;
    expect(otp.slice(0, 4)).toEqual(SECRET);
  });

  it('does nothing when it is cancelled before', async () => {
    const { session, rom } = await opened();
    const canceller = createCanceller();
    canceller.cancel();
    const error = await failure(
      writeOtpUnit(session, 2, OTP, SECRET, { signal: canceller.signal }),
    );
    expect(error.code).toBe('cancelled');
    expect(rom.log).toEqual([]);
  });

  it('wants a session of openDfu', async () => {
    const { session } = await opened();
    const lookalike = { ...session, description: session.description };
    expect((await failure(writeOtpUnit(lookalike, 2, OTP, SECRET))).code).toBe('invalid-argument');
  });
});
