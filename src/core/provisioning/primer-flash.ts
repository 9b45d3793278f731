/**
 * Putting the primer into flash and taking it out again.
 *
 * A primer in flash is a loaded gun: it runs at the next reset with BOOT0 low, and its second run damages
 * the UDS for ever (formats/stm32h5-device.md, section 2). So its vector table is written last, when all the
 * rest has been read back: whatever is interrupted before, the board cannot start it, and a primer with
 * half of its keys missing can never run. It is erased in the opposite order.
 */
import { equalBytes, fromHex, isFilledWith, padTo, toHex } from '../bytes/index.ts';
import { hash } from '../crypto/index.ts';
import { AppError } from '../errors.ts';
import type { CancelSignal } from '../ports/index.ts';
import type { DfuSession } from '../stm32/index.ts';
import type { BurnCall } from './burn-types.ts';
import type { IntendedPrimer } from './intended-otp.ts';
import type { JournalPrimer } from './journal.ts';

/** The first write unit: stack pointer and reset vector are in it. */
const HEAD_BYTES = 16;

/** What the journal must know to find this primer again. */
export function describePrimer(primer: IntendedPrimer, sectorBytes: number): JournalPrimer {
  return {
    sha256: primer.image.sha256,
    loadAddress: primer.image.loadAddress,
    sizeBytes: primer.bytes.length,
    sectorBytes,
    head: toHex(padTo(primer.bytes.subarray(0, HEAD_BYTES), HEAD_BYTES, 0xff)),
  };
}

/**
 * Erases the sectors, writes and proves everything but the head, then the head. May be cancelled at any
 * time. Throws `dfu-verify-failed` when flash does not hold what was written; the head is erased then.
 */
export async function flashPrimer(
  session: DfuSession,
  primer: IntendedPrimer,
  where: JournalPrimer,
  call: BurnCall,
): Promise<void> {
  const alternate = flashAlternate(session);
  const { signal } = call;
  const bytes = padTo(primer.bytes, HEAD_BYTES, 0xff);
  const body = bytes.subarray(HEAD_BYTES);
  const report = (doneBytes: number): void => {
    call.onProgress?.({
      stage: 'flashing-primer',
      cancelling: 'at-once',
      doneBytes,
      totalBytes: bytes.length,
    });
  };
  report(0);
  await eraseSectorsHeadFirst(session, alternate, where, signal);
  const bodyAddress = where.loadAddress + HEAD_BYTES;
  await session.writeFlash(alternate, bodyAddress, body, {
    signal,
    onProgress: ({ doneBytes }) => {
      report(doneBytes);
    },
  });
  await proveFlash(session, alternate, bodyAddress, body, signal);
  const head = bytes.subarray(0, HEAD_BYTES);
  await session.writeFlash(alternate, where.loadAddress, head, {});
  try {
    await proveFlash(session, alternate, where.loadAddress, head, undefined);
  } catch (error) {
    // Better no primer than one whose first instructions are not what was reviewed.
    await session.eraseSectors(alternate, [where.loadAddress], {});
    throw error;
  }
  report(bytes.length);
}

/**
 * Erases the primer, if it (or an unfinished part of it) is there. Another program in its place was put
 * there by somebody else since and is left alone. Not cancellable. Throws `dfu-verify-failed` when the
 * sectors do not read blank afterwards.
 */
export async function erasePrimerFlash(session: DfuSession, where: JournalPrimer): Promise<void> {
  const alternate = flashAlternate(session);
  const head = await readAgreed(session, alternate, where.loadAddress, HEAD_BYTES);
  const isOurs =
    equalBytes(head, fromHex(where.head)) ||
    isFilledWith(head, 0xff) ||
    (await holdsBodyOf(session, alternate, where));
  if (!isOurs) return;
  await eraseSectorsHeadFirst(session, alternate, where, undefined);
}

/** A head that was garbled on its way may still start the primer behind it: the body tells whose it is. */
async function holdsBodyOf(
  session: DfuSession,
  alternate: number,
  where: JournalPrimer,
): Promise<boolean> {
  const bodyBytes = where.sizeBytes - HEAD_BYTES;
  if (bodyBytes <= 0) return false;
  const body = await readAgreed(session, alternate, where.loadAddress + HEAD_BYTES, bodyBytes);
  return toHex(hash('sha256', fromHex(where.head), body)) === where.sha256;
}

async function eraseSectorsHeadFirst(
  session: DfuSession,
  alternate: number,
  where: JournalPrimer,
  signal: CancelSignal | undefined,
): Promise<void> {
  const count = Math.ceil(where.sizeBytes / where.sectorBytes);
  const addresses = Array.from(
    { length: count },
    (_, index) => where.loadAddress + index * where.sectorBytes,
  );
  await session.eraseSectors(alternate, addresses.slice(0, 1), { signal });
  await proveBlank(session, alternate, where.loadAddress, where.sectorBytes, signal);
  const rest = addresses.slice(1);
  if (rest.length === 0) return;
  await session.eraseSectors(alternate, rest, { signal });
  const restAddress = where.loadAddress + where.sectorBytes;
  await proveBlank(session, alternate, restAddress, rest.length * where.sectorBytes, signal);
}

async function proveBlank(
  session: DfuSession,
  alternate: number,
  address: number,
  lengthBytes: number,
  signal: CancelSignal | undefined,
): Promise<void> {
  await proveFlash(session, alternate, address, new Uint8Array(lengthBytes).fill(0xff), signal);
}

/**
 * Erase and write on protected sectors answer OK and do nothing (formats/stm32-dfu.md, section 2), so only
 * reading proves anything. A difference is read once more: the line may have garbled the reading.
 */
async function proveFlash(
  session: DfuSession,
  alternate: number,
  address: number,
  expected: Uint8Array,
  signal: CancelSignal | undefined,
): Promise<void> {
  for (const _attempt of [1, 2]) {
    const found = await session.readMemory(alternate, address, expected.length, { signal });
    if (equalBytes(found, expected)) return;
  }
  throw new AppError('dfu-verify-failed', 'the flash does not hold what was written', {
    context: { address, lengthBytes: expected.length },
  });
}

const AGREEING_ATTEMPTS = 3;

/** A piece of flash, read until two readings in a row agree. */
async function readAgreed(
  session: DfuSession,
  alternate: number,
  address: number,
  lengthBytes: number,
): Promise<Uint8Array> {
  let last = await session.readMemory(alternate, address, lengthBytes);
  for (let attempt = 0; attempt < AGREEING_ATTEMPTS; attempt++) {
    const next = await session.readMemory(alternate, address, lengthBytes);
    if (equalBytes(last, next)) return next;
    last = next;
  }
  throw new AppError('dfu-verify-failed', 'the flash reads differently each time', {
    context: { address, lengthBytes },
  });
}

function flashAlternate(session: DfuSession): number {
  const flash = session.description.alternates.find((alternate) => alternate.kind === 'flash');
  if (flash === undefined) throw new AppError('board-wrong', 'the board offers no flash alternate');
  return flash.number;
}
