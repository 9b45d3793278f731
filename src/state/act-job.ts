/** Where an act at the board stands that cannot be undone; its result stays until another one is planned. */
import type { AppError } from '../core/errors.ts';

export type ActJob<Progress, Outcome> =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'running';
      readonly progress: Progress | undefined;
      readonly cancelling: boolean;
    }
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'stopped'; readonly error: AppError };
