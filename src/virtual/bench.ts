/** Puts the virtual board on a bench: its USB, its serial line, its time and its panel. */
import type { Bench, BoardBuild, BoardPanel, Clock } from '../core/ports/index.ts';
import type { BootloaderProfile } from '../core/wolfboot/index.ts';
import { BoardMachine } from './board-machine.ts';
import type { BoardSnapshot, VirtualBoard } from './board.ts';
import { FLASH_BASE } from './flash/flash-memory.ts';
import { Panel, type PaceSwitch } from './panel.ts';
import { PacedClock, type SimClock } from './sim-clock.ts';
import { restoreSnapshot, takeSnapshot } from './snapshot.ts';

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
  /** What else its bootloader was built with; the panel can change it. Default: two banks, neither delta nor encryption. */
  readonly build?: Partial<BoardBuild>;
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
export function createVirtualBench(options: VirtualBenchOptions): VirtualBench {
  const { clock, pace } = clockOf(options);
  const machine = new BoardMachine({
    seed: options.seed,
    clock,
    profile: options.profile,
    build: options.build,
    otpThroughFlashAlternate: options.otpThroughFlashAlternate ?? 'refused',
  });
  if (options.snapshot !== undefined) restoreSnapshot(machine, options.snapshot);
  else if (options.flashImage !== undefined) machine.flash.load(FLASH_BASE, options.flashImage);
  const panel = new Panel(machine, pace);
  if (options.startPowered ?? true) machine.setPlug('stLink', true);
  return {
    bench: {
      kind: 'virtual',
      usb: machine.usb,
      serial: machine.stLink,
      drives: machine.drive,
      clock,
      panel,
    },
    board: boardOf(machine),
  };
}

function clockOf(options: VirtualBenchOptions): { clock: SimClock; pace: PaceSwitch | undefined } {
  const host = options.clock;
  if (isSimClock(host)) return { clock: host, pace: undefined };
  const clock = new PacedClock({
    host,
    yieldToHost: options.yieldToHost ?? (() => host.sleep(0)),
    startWallMs: host.wallMs(),
  });
  clock.setHostPace(options.realTimePace ?? true);
  return { clock, pace: clock };
}

function isSimClock(clock: Clock): clock is SimClock {
  return 'schedule' in clock && 'hold' in clock;
}

function boardOf(machine: BoardMachine): VirtualBoard {
  return {
    seed: machine.seed,
    uniqueId: machine.uniqueId,
    usbSerial: machine.usbSerial,
    flash: machine.flash,
    otp: machine.otp,
    optionBytes: machine.optionBytes,
    events: machine.events,
    snapshot: (snapshotOptions) => takeSnapshot(machine, snapshotOptions),
    restore: (snapshot) => {
      restoreSnapshot(machine, snapshot);
      machine.reset();
    },
  };
}
