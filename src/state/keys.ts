/**
 * The keys that are here and the vault they are sealed in: public facts and handles. The private halves
 * are the keyring's. Passphrases pass through and are not kept.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { wipe } from '../core/bytes/index.ts';
import type { CryptoProgress, KeySpec } from '../core/crypto/index.ts';
import { toAppError } from '../core/errors.ts';
import type {
  BackupForm,
  BackupSheet,
  DamagedKey,
  KeyEstimate,
  KeyInfo,
  SealedKeyFacts,
  UnlockWay,
  VaultSecret,
  VaultStatus,
} from '../workers/keyring/protocol.ts';
import { idle, perform, type Activity } from './activity.ts';
import { createLongCalls } from './long-calls.ts';
import type { NamedFile, Services } from './services.ts';

export type KeyEntry = KeyInfo;
export type {
  BackupForm,
  BackupSheet,
  DamagedKey,
  SealedKeyFacts,
  UnlockWay,
  VaultSecret,
  VaultStatus,
};

export interface KeysState {
  readonly keys: readonly KeyEntry[];
  /**
   * The same, and while the vault is locked the keys that were open here before: keystore, plan and
   * record need their public halves only, and a lock must not take the slots from under a burn.
   */
  readonly publicKeys: readonly KeyEntry[];
  readonly vault: VaultStatus;
  /** Whether the browser has promised to keep the vault; undefined while it was not asked. */
  readonly storageKept: boolean | undefined;
  readonly activity: Activity;
  /** Of the long call that runs; undefined when none does or it has not said anything yet. */
  readonly progress: CryptoProgress | undefined;
  /** Whether this browser can keep state files in a folder. */
  readonly canUseStateFolder: boolean;
  /** Name of the folder in which indices are set aside too, until the page is left. */
  readonly stateFolder: string | undefined;
  /** Lets the person choose that folder: a second witness of how far stateful keys are. Needs a click. */
  useStateFolder(): Promise<void>;
  /** Ends the long call that runs; nothing is made or signed then. */
  cancel(): void;
  /** Resolves with true when the vault is as wanted; otherwise the failure stands in `activity`. */
  createVault(
    secret: VaultSecret,
    options?: { readonly autoLockMinutes?: number; readonly label?: string },
  ): Promise<boolean>;
  unlock(secret: VaultSecret): Promise<boolean>;
  lock(): Promise<boolean>;
  addUnlockWay(secret: VaultSecret, label: string): Promise<boolean>;
  removeUnlockWay(way: UnlockWay): Promise<boolean>;
  setAutoLock(minutes: number): Promise<boolean>;
  /** `evenUnproven`: the person knows that keys without a proven backup are lost. */
  deleteVault(evenUnproven: boolean): Promise<boolean>;
  /** What making such a key costs here. Rejects with an AppError. */
  estimate(spec: KeySpec): Promise<KeyEstimate>;
  /** Makes `count` keys; their names are `name`, `name-2`, … and avoid those in use. */
  generate(name: string, spec: KeySpec, count?: number): Promise<void>;
  /** `agePassphrase` is for age files. */
  open(file: NamedFile, agePassphrase?: string): Promise<void>;
  savePrivate(id: string, form: BackupForm): Promise<void>;
  saveAge(id: string, passphrase: string): Promise<void>;
  savePublic(id: string, form: 'raw' | 'der'): Promise<void>;
  /** undefined when it failed. */
  sheet(id: string): Promise<BackupSheet | undefined>;
  prove(id: string, file: NamedFile, agePassphrase?: string): Promise<void>;
  rename(id: string, name: string): Promise<void>;
  setMask(id: string, partitionMask: number): void;
  /**
   * A sealed key without a proven backup goes only with `typedName`, its name typed by the person. So
   * do damaged keys, and all keys of a locked vault.
   */
  forget(id: string, typedName?: string): Promise<void>;
  /** The way out of `suspended`. */
  advanceState(id: string, nextIndex: bigint): Promise<void>;
  dismiss(): void;
}

export type KeysStore = StoreApi<KeysState>;

export function createKeysStore({
  keyring,
  files,
  pickFolder,
  keptStorage,
}: Pick<Services, 'keyring' | 'files' | 'pickFolder' | 'keptStorage'>): KeysStore {
  const store = createStore<KeysState>()((set, get) => {
    const report = (activity: Activity): void => {
      set({ activity });
    };
    const setKeys = (keys: readonly KeyEntry[]): void => {
      // What comes after a lock is of before.
      if (get().vault.kind !== 'locked') set({ keys, publicKeys: keys });
    };
    const add = (info: KeyInfo): void => {
      // Another tab's news may have brought it already.
      setKeys([...get().keys.filter((key) => key.id !== info.id), info]);
    };
    const alter = (id: string, part: Partial<KeyEntry>): void => {
      setKeys(get().keys.map((key) => (key.id === id ? { ...key, ...part } : key)));
    };
    const change = (info: KeyInfo): void => {
      setKeys(get().keys.map((key) => (key.id === info.id ? info : key)));
    };
    const long = createLongCalls(report, (progress) => {
      set({ progress });
    });
    const vaultCall = async (what: string, work: () => Promise<unknown>): Promise<boolean> => {
      const done = await perform(report, what, async () => {
        await work();
        await refresh();
        return true;
      });
      return done ?? false;
    };
    let begun = 0;
    let shown = 0;
    /** Takes over what the keyring holds: at the start, after a lock, after another tab's change. */
    const refresh = async (): Promise<void> => {
      const own = ++begun;
      const vault = await keyring.vaultStatus();
      const keys = vault.kind === 'locked' ? undefined : await keyring.list();
      if (own < shown) return; // a later one knew better
      shown = own;
      set(keys === undefined ? { vault, keys: [] } : { vault, keys, publicKeys: keys });
      if (vault.kind !== 'none') void askStorage('isKept');
    };
    /** `keep` may be a question to the person: nothing waits for its answer. */
    const askStorage = async (what: 'isKept' | 'keep'): Promise<void> => {
      const storageKept = (await keptStorage?.[what]()) ?? false;
      if (what === 'keep' || get().storageKept === undefined) set({ storageKept });
    };
    /** A file with a private key in it: handed to the person, then wiped. */
    const savePrivateFile = ({ name, bytes }: NamedFile): void => {
      try {
        files.save(name, bytes);
      } finally {
        wipe(bytes);
      }
    };
    const refreshUnasked = (): void => {
      refresh().catch((error: unknown) => {
        set({ activity: { kind: 'failed', what: 'list', error: toAppError(error) } });
      });
    };
    keyring.watch(refreshUnasked);
    refreshUnasked();

    return {
      keys: [],
      publicKeys: [],
      vault: { kind: 'none' },
      storageKept: undefined,
      activity: idle,
      progress: undefined,
      canUseStateFolder: pickFolder !== undefined,
      stateFolder: undefined,

      async useStateFolder() {
        await perform(report, 'state-folder', async () => {
          const folder = await pickFolder?.();
          if (folder === undefined) return;
          await keyring.useStateFolder(folder);
          await refresh();
          set({ stateFolder: folder.name });
        });
      },

      cancel() {
        long.cancel();
      },

      async createVault(secret, options) {
        const done = await vaultCall('create-vault', () => keyring.createVault(secret, options));
        if (done) void askStorage('keep');
        return done;
      },
      unlock: (secret) => vaultCall('unlock', () => keyring.unlockVault(secret)),
      lock: () => vaultCall('lock', () => keyring.lockVault()),
      addUnlockWay: (secret, label) =>
        vaultCall('add-way', () => keyring.addUnlockWay(secret, label)),
      removeUnlockWay: (way) => vaultCall('remove-way', () => keyring.removeUnlockWay(way)),
      setAutoLock: (minutes) => vaultCall('auto-lock', () => keyring.setAutoLock(minutes)),
      deleteVault: (evenUnproven) =>
        vaultCall('delete-vault', () =>
          keyring.deleteVault(evenUnproven ? { evenUnproven } : undefined),
        ),

      estimate: (spec) => keyring.estimate(spec),

      async generate(name, spec, count = 1) {
        await long.run('generate', async (call) => {
          for (let made = 0; made < count; made++) {
            const taken = new Set(get().keys.map((key) => key.name));
            add(await keyring.generate({ name: freeName(name, taken), spec }, call));
          }
        });
      },

      async open(file, agePassphrase) {
        await long.run('open', async (call) => {
          add(await keyring.open(file, withPassphrase(agePassphrase), call));
        });
      },

      async savePrivate(id, form) {
        await perform(report, 'save', async () => {
          savePrivateFile(await keyring.exportPrivate(id, form));
          alter(id, { saved: true });
        });
      },

      async saveAge(id, passphrase) {
        await perform(report, 'save', async () => {
          savePrivateFile(await keyring.exportAge(id, passphrase));
          alter(id, { saved: true });
        });
      },

      async savePublic(id, form) {
        await perform(report, 'save-public', async () => {
          const file = await keyring.exportPublic(id, form);
          files.save(file.name, file.bytes);
        });
      },

      sheet: (id) => perform(report, 'sheet', () => keyring.backupSheet(id)),

      async prove(id, file, agePassphrase) {
        await long.run('prove', async (call) => {
          change(await keyring.proveBackup(id, file, withPassphrase(agePassphrase), call));
        });
      },

      async rename(id, name) {
        await perform(report, 'rename', async () => {
          change(await keyring.rename(id, name));
        });
      },

      setMask(id, partitionMask) {
        alter(id, { partitionMask });
        keyring.setMask(id, partitionMask).catch((error: unknown) => {
          set({ activity: { kind: 'failed', what: 'mask', error: toAppError(error) } });
          refreshUnasked();
        });
      },

      async forget(id, typedName) {
        await perform(report, 'forget', async () => {
          await keyring.forget(
            id,
            typedName === undefined ? undefined : { evenUnproven: true, typedName },
          );
          set({ publicKeys: get().publicKeys.filter((key) => key.id !== id) });
          await refresh();
        });
      },

      async advanceState(id, nextIndex) {
        await long.run('advance', async (call) => {
          change(await keyring.advanceState(id, nextIndex, call));
        });
      },

      dismiss() {
        set({ activity: idle });
      },
    };
  });
  return store;
}

function withPassphrase(
  agePassphrase: string | undefined,
): { readonly agePassphrase: string } | undefined {
  return agePassphrase === undefined ? undefined : { agePassphrase };
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted}-${number}`)) number++;
  return `${wanted}-${number}`;
}
