/** The keys of this session: public facts and handles. The private halves are the keyring's. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { AlgorithmId } from '../core/crypto/index.ts';
import { MASK_ALL } from '../core/wolfboot/index.ts';
import type { KeyInfo } from '../workers/keyring/protocol.ts';
import { idle, perform, type Activity } from './activity.ts';
import type { NamedFile, Services } from './services.ts';

export interface KeyEntry extends KeyInfo {
  /** Bit n set: the key may verify images of partition id n. */
  readonly partitionMask: number;
}

export interface KeysState {
  readonly keys: readonly KeyEntry[];
  readonly activity: Activity;
  /** Makes `count` keys; their names are `name`, `name-2`, … and avoid those in use. */
  generate(name: string, algorithm: AlgorithmId, count?: number): Promise<void>;
  open(file: NamedFile): Promise<void>;
  savePrivate(id: string, form: 'raw' | 'der'): Promise<void>;
  savePublic(id: string, form: 'raw' | 'der'): Promise<void>;
  prove(id: string, file: NamedFile): Promise<void>;
  rename(id: string, name: string): Promise<void>;
  setMask(id: string, partitionMask: number): void;
  forget(id: string): Promise<void>;
  dismiss(): void;
}

export type KeysStore = StoreApi<KeysState>;

export function createKeysStore({
  keyring,
  files,
}: Pick<Services, 'keyring' | 'files'>): KeysStore {
  return createStore<KeysState>()((set, get) => {
    const report = (activity: Activity): void => {
      set({ activity });
    };
    const add = (info: KeyInfo): void => {
      set({ keys: [...get().keys, { ...info, partitionMask: MASK_ALL }] });
    };
    const change = (info: KeyInfo): void => {
      set({ keys: get().keys.map((key) => (key.id === info.id ? { ...key, ...info } : key)) });
    };
    return {
      keys: [],
      activity: idle,

      async generate(name, algorithm, count = 1) {
        await perform(report, 'generate', async () => {
          for (let made = 0; made < count; made++) {
            const taken = new Set(get().keys.map((key) => key.name));
            add(await keyring.generate({ name: freeName(name, taken), algorithm }));
          }
        });
      },

      async open(file) {
        await perform(report, 'open', async () => {
          add(await keyring.open(file));
        });
      },

      async savePrivate(id, form) {
        await perform(report, 'save', async () => {
          const file = await keyring.exportPrivate(id, form);
          files.save(file.name, file.bytes);
          set({ keys: get().keys.map((key) => (key.id === id ? { ...key, saved: true } : key)) });
        });
      },

      async savePublic(id, form) {
        await perform(report, 'save-public', async () => {
          const file = await keyring.exportPublic(id, form);
          files.save(file.name, file.bytes);
        });
      },

      async prove(id, file) {
        await perform(report, 'prove', async () => {
          change(await keyring.proveBackup(id, file));
        });
      },

      async rename(id, name) {
        await perform(report, 'rename', async () => {
          change(await keyring.rename(id, name));
        });
      },

      setMask(id, partitionMask) {
        set({ keys: get().keys.map((key) => (key.id === id ? { ...key, partitionMask } : key)) });
      },

      async forget(id) {
        await perform(report, 'forget', async () => {
          await keyring.forget(id);
          set({ keys: get().keys.filter((key) => key.id !== id) });
        });
      },

      dismiss() {
        set({ activity: idle });
      },
    };
  });
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted}-${number}`)) number++;
  return `${wanted}-${number}`;
}
