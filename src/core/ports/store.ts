/** Durable small storage: journal, records, settings. Never private keys, never a UDS. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

export interface Store {
  get(key: string): Promise<JsonValue | undefined>;
  /** Resolves only when the value is durable (a committed transaction, a synced file). */
  put(key: string, value: JsonValue): Promise<void>;
  delete(key: string): Promise<void>;
  /** Keys that start with `prefix`, in ascending order. */
  keys(prefix: string): Promise<readonly string[]>;
}

/** One holder at a time across tabs; used per board. */
export interface Locks {
  /** Rejects with `board-busy` at once when another holder has it; releases when `task` settles. */
  exclusive<T>(name: string, task: () => Promise<T>): Promise<T>;
}
