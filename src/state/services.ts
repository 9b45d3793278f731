/** What the stores ask of the world; put together in `app/services.ts`, by fakes in tests. */
import type { Bench, Clock, Locks, Rng, Store } from '../core/ports/index.ts';
import type { BootloaderProfile, KeystoreSlot, UdsOrder } from '../core/wolfboot/index.ts';
import type { DeltaMaker } from '../workers/delta/protocol.ts';
import type { Keyring } from '../workers/keyring/protocol.ts';

export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Files {
  /** Hands a file to the person. Bytes are copied: the caller may wipe them at once. */
  save(name: string, content: Uint8Array | string): void;
  /** undefined when the person chose none. Needs a click. */
  pick(accept: string): Promise<NamedFile | undefined>;
}

/** Images that come with the program, so that a newcomer needs nothing. */
export interface Samples {
  /** Runs on the virtual board only. */
  application(): Promise<NamedFile>;
  /** Runs on the virtual board only. */
  bootloader(): Promise<NamedFile>;
  /** The primer of Keyfuse with this keystore in it; real boards run it too. Throws what `fillKeyfusePrimer` throws. */
  primer(
    slots: readonly KeystoreSlot[],
    profile: BootloaderProfile,
    uds: UdsOrder,
  ): Promise<NamedFile>;
}

export interface Benches {
  /** undefined where the browser offers neither WebUSB nor WebSerial. */
  readonly real: Bench | undefined;
  /** The same seed gives the same board. */
  openVirtual(seed: number): Promise<Bench>;
  /** A blank virtual board of its own, in simulated time, with a panel. */
  openRehearsal(): Promise<Bench>;
}

/** Ways to open the vault that the person carries. `prf`: 32 secret bytes, wiped by who takes them. */
export interface Passkeys {
  create(label: string): Promise<PasskeySecret>;
  /** Asks for one of these. */
  ask(credentialIds: readonly string[]): Promise<PasskeySecret>;
}

export interface PasskeySecret {
  readonly credentialId: string;
  readonly prf: Uint8Array;
}

/** Whether the browser keeps what is stored here when its disk runs full. Never fails. */
export interface KeptStorage {
  isKept(): Promise<boolean>;
  /** Asks for it, the person too in some browsers. */
  keep(): Promise<boolean>;
}

export type KeepAwake = <T>(work: () => Promise<T>) => Promise<T>;

/** Facts about the browser, found out once at the start. */
export interface Environment {
  readonly secureContext: boolean;
  readonly webUsb: boolean;
  readonly webSerial: boolean;
  readonly webLocks: boolean;
  readonly indexedDb: boolean;
  readonly platform: 'windows' | 'linux' | 'macos' | 'android' | 'other';
}

export interface Services {
  readonly keyring: Keyring;
  /** Patches between two versions of a firmware, made in workers. */
  readonly deltaMaker: DeltaMaker;
  readonly files: Files;
  /** Reads a file that was dropped or pasted. Rejects with `file-failed`. */
  readonly readFile: (file: File) => Promise<NamedFile>;
  readonly samples: Samples;
  readonly store: Store;
  /** Where burns are journalled. A virtual board's journal lives and dies with the board. */
  readonly journals: Readonly<Record<Bench['kind'], Store>>;
  readonly locks: Locks;
  readonly clock: Clock;
  readonly rng: Rng;
  /** Keeps the screen awake while `work` runs, where the browser can; never fails by itself. */
  readonly keepAwake: KeepAwake;
  /** undefined where the browser has no passkeys that derive secrets. */
  readonly findPasskeys: () => Promise<Passkeys | undefined>;
  /** Lets the person choose a folder to write to; missing where the browser cannot. Needs a click. */
  readonly pickFolder?: (() => Promise<FileSystemDirectoryHandle | undefined>) | undefined;
  /** Missing where the browser promises nothing. */
  readonly keptStorage?: KeptStorage | undefined;
  readonly benches: Benches;
  readonly environment: Environment;
  /** Version and build of this program, for records. */
  readonly build: { readonly version: string };
}
