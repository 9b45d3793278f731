/** Puts the virtual board on a bench: its USB, its serial line, its time and its panel. */
import { AppError } from '../core/errors.ts';
import type { Bench, BoardPanel, Clock } from '../core/ports/index.ts';
import type { BootloaderProfile } from '../core/wolfboot/index.ts';
import type { BoardSnapshot, VirtualBoard } from './board.ts';
import type { SimClock } from './sim-clock.ts';

export interface VirtualBenchOptions {
  /** Decides the unique id, the TRNG and every jitter. */
  readonly seed: number;
  /**
   * The host's clock, for the real-time pace; or a `SimClock`: then the bench runs on that very
   * clock, simulated for good.
   */
  readonly clock: Clock;
  /** One macrotask of the host's event loop; needed to switch the real-time pace off. Default: `clock.sleep(0)`. */
  readonly yieldToHost?: () => Promise<void>;
  /** Default true. */
  readonly realTimePace?: boolean;
  /** What the bootloader on this board was built for. Default: by the key type of slot 0 in the OTP. */
  readonly profile?: BootloaderProfile;
  /** Flash content at 0x08000000 before the first power-on. */
  readonly flashImage?: Uint8Array;
  /** Memories of an earlier board; wins over `flashImage`. */
  readonly snapshot?: BoardSnapshot;
  /** Whether the ST-LINK plug is in from the start. Default true. */
  readonly startPowered?: boolean;
  /** How the ROM answers reads of the OTP through alternate 0 when it offers no OTP alternate. Default `refused`. */
  readonly otpThroughFlashAlternate?: 'refused' | 'answered';
}

export interface VirtualBench {
  readonly bench: Bench & { readonly panel: BoardPanel; readonly clock: SimClock };
  readonly board: VirtualBoard;
}

/**
 * A NUCLEO-H563ZI fresh from the factory: blank flash and OTP, TrustZone off, product state Open,
 * the ST-LINK plug in, the USER USB plug out, BOOT0 low, both extra alternates offered.
 */
export function createVirtualBench(_options: VirtualBenchOptions): VirtualBench {
  throw new AppError('not-supported', 'the virtual bench is not wired up yet');
}
