/** What the keyring is made of; put together in `worker.ts`, by fakes in tests. */
import type {
  AgeFiles,
  Clock,
  Locks,
  Rng,
  RsaKeyMaker,
  Store,
  TreeHasher,
} from '../../core/ports/index.ts';
import type { VaultCiphers } from '../../core/vault/index.ts';

/** Runs tasks of one name one after the other, in all tabs of this browser. */
export type InTurn = <T>(name: string, task: () => Promise<T>) => Promise<T>;

/** The same program in other tabs. */
export interface OtherTabs {
  tell(message: TabMessage): void;
  listen(onMessage: (message: TabMessage) => void): void;
}

/** `lock`: the person locked. `vault`: its head changed. `keys`: its keys changed. */
export type TabMessage = 'lock' | 'vault' | 'keys';

export interface VaultHost {
  /** Sealed records; nothing else has access. */
  readonly store: Store;
  readonly ciphers: Omit<VaultCiphers, 'rng'>;
}

export interface KeyringHasher extends TreeHasher {
  /** Makes the next job start at once. Never rejects; then the rate is known. */
  warm?(): Promise<void>;
  /** Undefined until something was measured. */
  compressionsPerSecond?(): number | undefined;
}

export interface KeyringParts {
  /** Of cryptographic quality: keys, challenges and the UDS come from it. */
  readonly rng: Rng;
  readonly clock: Clock;
  /** Without it keys live in memory only. */
  readonly vault?: VaultHost | undefined;
  /** How far stateful keys were used, apart from the vault: restoring one does not restore the other. */
  readonly counters: Store;
  /** A second witness beside the counters: files in a folder that the person chose. */
  readonly openStateFolder?: ((folder: FileSystemDirectoryHandle) => Store) | undefined;
  readonly locks: Locks;
  readonly inTurn: InTurn;
  readonly otherTabs?: OtherTabs | undefined;
  readonly age?: AgeFiles | undefined;
  readonly hasher?: KeyringHasher | undefined;
  readonly rsa?: RsaKeyMaker | undefined;
}
