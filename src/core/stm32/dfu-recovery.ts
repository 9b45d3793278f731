/**
 * The way back to dfuIDLE from every state (formats/stm32-dfu.md, "States and how to get back to idle").
 * Each state has its one request: V3.0 ROMs stall CLRSTATUS anywhere but in dfuERROR.
 */
import { isAppError } from '../errors.ts';
import type { CancelSignal } from '../ports/index.ts';
import { BusyWait } from './busy-wait.ts';
import { stateFailure, stuckFailure } from './dfu-failure.ts';
import { DFU_STATE, type DfuStatus } from './dfu-protocol.ts';
import type { DfuTiming } from './dfu-quirks.ts';
import type { DfuRequests } from './dfu-requests.ts';

/** Longest operation that may still be running: a sector erase or a block. */
const BUSY_PATIENCE_MS = 5_000;
/** A healthy device needs at most three; more means that it goes round in circles. */
const MAX_TURNS = 10;
/** All of it, beyond what a busy device states; for devices that answer each request slowly. */
const RECOVERY_LIMIT_MS = 20_000;

export interface Recovery {
  /** The error status that was found and cleared first. */
  readonly cleared: DfuStatus | undefined;
}

interface RecoveryOptions {
  readonly timing: DfuTiming;
  readonly signal?: CancelSignal | undefined;
  /** How long a busy device may stay busy beyond what it states itself. */
  readonly busyPatienceMs?: number;
}

/**
 * Brings the device to dfuIDLE. Throws `dfu-stuck` when it does not get there, `dfu-protocol` when an
 * application answers instead of a bootloader or the state is none of DFU's, and what the pipe throws.
 */
export async function recoverToIdle(
  requests: DfuRequests,
  options: RecoveryOptions,
): Promise<Recovery> {
  const { signal, timing } = options;
  const startedMs = requests.clock.nowMs();
  const elapsedMs = (): number => Math.round(requests.clock.nowMs() - startedMs);
  const patienceMs = options.busyPatienceMs ?? BUSY_PATIENCE_MS;
  const busyWait = new BusyWait(requests.clock, patienceMs, timing);
  let cleared: DfuStatus | undefined;
  let freed = false;
  let leaving = false;
  let status = await patientStatus(requests, timing, signal);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    switch (status.state) {
      case DFU_STATE.idle:
        return { cleared };
      case DFU_STATE.downloadSync:
      case DFU_STATE.downloadBusy:
        // Waiting for a busy device is no turn in a circle: the wait has its own end.
        if (await busyWait.sleep(status.pollTimeoutMs, signal)) turn -= 1;
        else if (freed || !timing.freeByClearStatus) throw stuckFailure(status, busyWait.waitedMs);
        else {
          // The first leads to dfuERROR, the second from there to dfuIDLE.
          freed = true;
          await unlessStalled(requests.clearStatus(signal));
        }
        break;
      case DFU_STATE.downloadIdle:
      case DFU_STATE.uploadIdle:
        await unlessStalled(requests.abort(signal));
        break;
      case DFU_STATE.manifestSync:
      case DFU_STATE.manifest:
      case DFU_STATE.manifestWaitReset:
        // It is on its way out of DFU. One more poll; a ROM vanishes then.
        if (leaving) throw stuckFailure(status, elapsedMs());
        leaving = true;
        await new BusyWait(requests.clock, 0, timing).sleep(status.pollTimeoutMs, signal);
        break;
      case DFU_STATE.error:
        cleared ??= status;
        await unlessStalled(requests.clearStatus(signal));
        break;
      case DFU_STATE.appIdle:
      case DFU_STATE.appDetach:
        throw stateFailure(status, 'a bootloader, but an application answers');
      default:
        throw stateFailure(status, 'a state of DFU');
    }
    if (elapsedMs() > RECOVERY_LIMIT_MS + busyWait.longestStatedMs) break;
    status = await patientStatus(requests, timing, signal);
  }
  throw stuckFailure(status, elapsedMs());
}

/** GETSTATUS; some parts stall it while they are busy, so it is asked a few times. */
async function patientStatus(
  requests: DfuRequests,
  { statusStalls, stallPauseMs }: DfuTiming,
  signal: CancelSignal | undefined,
): Promise<DfuStatus> {
  for (let stalls = 0; ; stalls++) {
    try {
      return await requests.getStatus(signal);
    } catch (error) {
      if (!isAppError(error, 'usb-stall') || stalls === statusStalls) throw error;
    }
    await requests.clock.sleep(stallPauseMs, signal);
  }
}

async function unlessStalled(request: Promise<void>): Promise<void> {
  try {
    await request;
  } catch (error) {
    // The next GETSTATUS says what the device made of it.
    if (!isAppError(error, 'usb-stall')) throw error;
  }
}
