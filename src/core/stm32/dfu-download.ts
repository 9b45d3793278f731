/**
 * DNLOAD with its two-step status (AN3156, formats/stm32-dfu.md, section 2): the request only stores,
 * the first GETSTATUS starts the work and must answer dfuDNBUSY, the work is done when dfuDNLOAD-IDLE
 * comes with status OK.
 */
import { isAppError } from '../errors.ts';
import type { CancelSignal } from '../ports/index.ts';
import { BusyWait } from './busy-wait.ts';
import { stateFailure, statusFailure, stuckFailure } from './dfu-failure.ts';
import { DFU_STATE, DFU_STATUS, type DfuStatus } from './dfu-protocol.ts';
import type { DfuTiming } from './dfu-quirks.ts';
import type { DfuRequests, Sight } from './dfu-requests.ts';

export interface Download {
  /** wValue: 0 for a command, 2 and above for a data block. */
  readonly block: number;
  readonly data: Uint8Array;
  readonly sight: Sight;
  /** Time that the work takes on a healthy device, generously; grows by what the device states. */
  readonly patienceMs: number;
  /** For devices that state too little: they are not asked before this has passed. */
  readonly atLeastMs?: number;
  readonly timing: DfuTiming;
  readonly signal?: CancelSignal | undefined;
}

/**
 * Throws `dfu-status` (or its kin) when the device reports an error, `dfu-protocol` when it is in a
 * state that it must not be in, `dfu-stuck` when it stays busy, `usb-stall` when it refuses the
 * request or goes on stalling GETSTATUS. The device is not brought back to idle here.
 */
export async function downloadAndWait(requests: DfuRequests, download: Download): Promise<void> {
  const { block, data, sight, signal } = download;
  await requests.download(block, data, sight, signal);
  await awaitDownload(requests, download);
}

/** The waiting of `downloadAndWait`, for a request that was stored before. */
export async function awaitDownload(requests: DfuRequests, download: Download): Promise<void> {
  const { signal, timing, atLeastMs = 0 } = download;
  const busyWait = new BusyWait(requests.clock, download.patienceMs, timing);
  let lastStatedMs = timing.stallPauseMs;
  let stalls = 0;
  let begun = false;
  for (;;) {
    const status = await statusUnlessStalled(requests, signal, stalls < timing.statusStalls);
    if (status === 'stalled') {
      // Some parts stall GETSTATUS while they work; whether the work has begun is unknown then,
      // so that both dfuDNBUSY and dfuDNLOAD-IDLE are fair answers afterwards.
      stalls += 1;
      begun = true;
      await busyWait.sleep(lastStatedMs, signal);
      continue;
    }
    if (isFinished(status, begun)) return;
    begun = true;
    lastStatedMs = Math.max(status.pollTimeoutMs, atLeastMs - busyWait.waitedMs);
    if (!(await busyWait.sleep(lastStatedMs, signal))) {
      throw stuckFailure(status, busyWait.waitedMs);
    }
  }
}

/** False while the device works; throws when it neither works nor has finished well. */
function isFinished(status: DfuStatus, begun: boolean): boolean {
  if (status.status !== DFU_STATUS.ok || status.state === DFU_STATE.error) {
    throw statusFailure(status);
  }
  if (status.state === DFU_STATE.downloadBusy) return false;
  if (!begun) throw stateFailure(status, 'dfuDNBUSY');
  if (status.state !== DFU_STATE.downloadIdle) throw stateFailure(status, 'dfuDNLOAD-IDLE');
  return true;
}

async function statusUnlessStalled(
  requests: DfuRequests,
  signal: CancelSignal | undefined,
  mayStall: boolean,
): Promise<DfuStatus | 'stalled'> {
  try {
    return await requests.getStatus(signal);
  } catch (error) {
    if (mayStall && isAppError(error, 'usb-stall')) return 'stalled';
    throw error;
  }
}
