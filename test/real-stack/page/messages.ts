/** Between the page and its worker. */
export interface ToWorker {
  readonly id: number;
  readonly name: string;
  readonly args: string;
}

export type FromWorker =
  | { readonly kind: 'told'; readonly what: string }
  | { readonly kind: 'answer'; readonly id: number; readonly text: string };
