/** Where a rehearsal and a burn stand. */
import type { AppError } from '../core/errors.ts';
import type { BurnOutcome, BurnProgress } from '../core/provisioning/index.ts';

/** Ours, made for the keystore at hand, or a file of the person's. */
export type PrimerSource = 'built-in' | 'own';

export type RehearsalState =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly progress: BurnProgress | undefined }
  /** `outcome.plan.rehearsalHash` tells for which plans it counts. */
  | { readonly kind: 'green'; readonly outcome: BurnOutcome }
  | { readonly kind: 'red'; readonly error: AppError };

export type BurnState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'running';
      readonly progress: BurnProgress | undefined;
      readonly cancelling: boolean;
    }
  | { readonly kind: 'done'; readonly outcome: BurnOutcome }
  /** Nothing is lost: the journal and the board know what is done; burning again goes on. */
  | { readonly kind: 'stopped'; readonly error: AppError };
