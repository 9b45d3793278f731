import { describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../../../src/core/errors.ts';
import { inspectBoard } from '../../../../src/core/provisioning/index.ts';
import { openDfu, type DfuSession } from '../../../../src/core/stm32/index.ts';
import { dfuBench, type BurnBench } from '../../../support/burning.ts';
import { expectRejects } from '../../../support/expect-error.ts';

async function session(bench: BurnBench): Promise<DfuSession> {
  const device = await bench.bench.usb.choose();
  return openDfu(await device.open({ timeoutMs: 1000 }), bench.clock);
}

/** The same session whose reads at `address` fail with `code`. */
function refusing(real: DfuSession, address: number, code: ErrorCode): DfuSession {
  return {
    ...real,
    description: real.description,
    readMemory: async (alternate, at, lengthBytes, call) => {
      if (at === address) throw new AppError(code, `refused at ${at}`);
      return real.readMemory(alternate, at, lengthBytes, call);
    },
  };
}

const OTP_ADDRESS = 0x08fff000;
const OPTION_ADDRESS = 0x40022050;

describe('inspecting', () => {
  it('says who the board is and what state it is in', async () => {
    const bench = await dfuBench();
    bench.board.otp.lock(0b100);
    const found = await inspectBoard(await session(bench), bench.clock);
    expect(found).toMatchObject({
      serial: bench.serial,
      board: { id: 'nucleo-h563zi' },
      optionBytes: { productState: { name: 'open' }, trustZone: 'off', otpLockWord: 0b100 },
      otp: { kind: 'read', via: 'otp-alternate' },
    });
  });

  it('changes nothing', async () => {
    const bench = await dfuBench();
    const cells = JSON.stringify(bench.board.otp.cells());
    await inspectBoard(await session(bench), bench.clock);
    expect(JSON.stringify(bench.board.otp.cells())).toBe(cells);
    expect(bench.board.events.some(({ what }) => /write|erase/.test(what))).toBe(false);
  });

  it('reads the OTP twice and refuses readings that differ', async () => {
    const bench = await dfuBench();
    const real = await session(bench);
    let readings = 0;
    const unstable: DfuSession = {
      ...real,
      description: real.description,
      readMemory: async (alternate, address, lengthBytes, call) => {
        const bytes = await real.readMemory(alternate, address, lengthBytes, call);
        if (address === OTP_ADDRESS && ++readings === 2) bytes[77] = 0x55;
        return bytes;
      },
    };
    await expectRejects(inspectBoard(unstable, bench.clock), 'otp-read-unstable');
    expect(readings).toBe(2);
  });

  it.each(['dfu-status', 'usb-stall', 'dfu-read-protected', 'dfu-address-refused'] as const)(
    'takes %s for a refusal and says that the OTP is unreadable',
    async (code) => {
      const bench = await dfuBench();
      const found = await inspectBoard(
        refusing(await session(bench), OTP_ADDRESS, code),
        bench.clock,
      );
      expect(found.otp.kind).toBe('unreadable');
    },
  );

  it('goes on without option bytes, with a warning', async () => {
    const bench = await dfuBench();
    const real = await session(bench);
    const found = await inspectBoard(refusing(real, OPTION_ADDRESS, 'dfu-status'), bench.clock);
    expect(found.optionBytes.productState).toBeUndefined();
    expect(found.warnings.join()).toContain('option bytes');
    expect(found.otp.kind).toBe('read');
  });

  it('does not take a lost board for a refusal', async () => {
    const bench = await dfuBench();
    const real = await session(bench);
    for (const address of [OTP_ADDRESS, OPTION_ADDRESS]) {
      const gone = refusing(real, address, 'usb-disconnected');
      await expectRejects(inspectBoard(gone, bench.clock), 'usb-disconnected');
    }
  });
});
