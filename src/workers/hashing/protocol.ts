/**
 * What passes between the pool and a hashing worker. Messages are answered in their order; `end` and
 * `begin` have no answer.
 */
import type { SubtreePart } from '../../core/ports/index.ts';
import type { HashTree } from './hash-tree.ts';

/** A part of the work on the tree that was begun. Its result is nodes of 32 bytes. */
export type HashTask =
  | { readonly kind: 'subtree'; readonly part: SubtreePart }
  /** All nodes above these neighbours of one level; `first` is the index of the first. */
  | {
      readonly kind: 'climb';
      readonly level: number;
      readonly first: number;
      readonly nodes: Uint8Array;
    };

export type ToHashWorker =
  /** First of all. Without a module the worker hashes in plain JavaScript. */
  | { readonly type: 'start'; readonly module: WebAssembly.Module | undefined }
  /** A little work on a key of zeros, so that the engine's code is optimised before it is needed. */
  | { readonly type: 'warm' }
  /** The tree that the following tasks are about. The worker wipes its copy of the message. */
  | { readonly type: 'begin'; readonly job: HashTree }
  | { readonly type: 'task'; readonly id: number; readonly task: HashTask }
  /** Wipe what was begun. */
  | { readonly type: 'end' };

export type FromHashWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'warmed'; readonly compressions: number; readonly milliseconds: number }
  /** Plain JavaScript only, where one task takes long. */
  | { readonly type: 'progress'; readonly id: number; readonly done: number }
  | {
      readonly type: 'done';
      readonly id: number;
      readonly nodes: Uint8Array<ArrayBuffer>;
      readonly compressions: number;
    }
  | { readonly type: 'failed'; readonly message: string };

/** The part of a `Worker` that the pool needs; Node's threads and tests have others. */
export interface HashWorkerPort {
  postMessage(message: ToHashWorker): void;
  onMessage(listener: (message: FromHashWorker) => void): void;
  /** The worker cannot go on. */
  onError(listener: (reason: string) => void): void;
  terminate(): void;
}
