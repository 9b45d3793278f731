/** The virtual board as tests and the composition root see it, besides its bench. */
import type { FlashMemory } from './flash/flash-memory.ts';
import type { OptionBytes } from './flash/option-bytes.ts';
import type { OtpArea } from './otp/otp-area.ts';
import type { PrngState } from './prng.ts';
import type { BoardBuild } from '../core/ports/index.ts';

/** Something that happened on the board. Never key material, never a UDS. */
export interface BoardEvent {
  readonly atMs: number;
  readonly what: string;
}

/** The board's memories as JSON. */
export interface BoardSnapshot {
  readonly format: 'keyfuse-virtual-board-1';
  readonly seed: number;
  readonly trng: PrngState;
  /** Physical flash sectors that are not erased; content in hex. */
  readonly flash: readonly { readonly sector: number; readonly content: string }[];
  readonly otp: {
    /** Data of the 1024 halfwords, little-endian, in hex. */
    readonly data: string;
    /** Check bits of the 1024 halfwords, a byte each, in hex. */
    readonly check: string;
    readonly lockWord: number;
  };
  readonly options: {
    readonly productState: number;
    readonly trustZone: boolean;
    readonly swapBank: boolean;
    /** FLASH_SECWM1R and 2; missing in older snapshots: the factory's. */
    readonly secureWatermarks?: readonly [number, number];
  };
  /** Missing in snapshots of a build as the OTP tells it. */
  readonly build?: Partial<BoardBuild>;
}

export interface SnapshotOptions {
  /**
   * `replace` (default): the 32 UDS bytes are replaced by others from the board's own generator, for
   * the UDS of an otp.bin that is also meant for a real board must not lie in a browser's storage.
   * `keep`: for moving a board within memory.
   */
  readonly uds?: 'replace' | 'keep';
}

export interface VirtualBoard {
  readonly seed: number;
  /** The 96-bit unique id, as three little-endian words. */
  readonly uniqueId: Uint8Array;
  /** The USB serial that the ROM derives from the unique id. */
  readonly usbSerial: string;
  readonly flash: FlashMemory;
  readonly otp: OtpArea;
  readonly optionBytes: OptionBytes;
  /** The last few thousand events, oldest first. */
  readonly events: readonly BoardEvent[];
  snapshot(options?: SnapshotOptions): BoardSnapshot;
  /** Replaces all memories and resets the board. The snapshot must come from the same seed's board or any other. */
  restore(snapshot: BoardSnapshot): void;
}
