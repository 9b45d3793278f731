/** What passes between the page and a worker that makes one delta patch, and is then ended. */
import type { ErrorCode, ErrorContext } from '../../core/errors.ts';
import type { DeltaPatches, PatchCall, PatchProgress } from '../../core/wolfboot/index.ts';

export interface DeltaMaker {
  /**
   * Patches in both directions between two whole signed images, made at the same time; progress counts
   * both. Files are kept by nobody. Throws what `makePatch` throws, `internal` when a worker fails.
   */
  makePatches(
    base: Uint8Array,
    target: Uint8Array,
    sectorSizeBytes: number,
    call?: PatchCall,
  ): Promise<DeltaPatches>;
}

/** The only message to a worker. */
export interface PatchJob {
  readonly base: Uint8Array;
  readonly target: Uint8Array;
  readonly sectorSizeBytes: number;
}

export type PatchReply =
  | { readonly progress: PatchProgress }
  | { readonly patch: Uint8Array<ArrayBuffer> }
  | {
      readonly failure: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly context: ErrorContext;
      };
    };

/** The part of a `Worker` that the client needs; tests have others. */
export interface PatchWorkerPort {
  postMessage(job: PatchJob): void;
  onMessage(listener: (reply: PatchReply) => void): void;
  /** The worker cannot go on. */
  onError(listener: (reason: string) => void): void;
  terminate(): void;
}
