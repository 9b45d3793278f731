/** Which keys stand in the keystore, in which order, and for which bootloader. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { wipe } from '../core/bytes/index.ts';
import { fingerprint } from '../core/crypto/index.ts';
import { AppError } from '../core/errors.ts';
import {
  MASK_ALL,
  bootloaderProfiles,
  buildKeystoreDer,
  parsePublicKeyFile,
  writeKeystoreC,
  type BootloaderProfile,
} from '../core/wolfboot/index.ts';
import { idle, perform, type Activity } from './activity.ts';
import type { KeysStore } from './keys.ts';
import { describeKeystore, type ImportedSlot, type KeystoreView } from './keystore-view.ts';
import type { NamedFile, Services } from './services.ts';

export interface KeystoreState {
  readonly profileId: string;
  /** Ids of keys and imported slots, in slot order. */
  readonly order: readonly string[];
  readonly imported: readonly ImportedSlot[];
  readonly view: KeystoreView;
  readonly activity: Activity;
  setProfile(id: string): void;
  include(id: string, included: boolean): void;
  /** Moves a slot up (-1) or down (+1). */
  move(id: string, by: -1 | 1): void;
  importPublic(file: NamedFile): Promise<void>;
  setImportedMask(id: string, partitionMask: number): void;
  removeImported(id: string): void;
  saveC(): Promise<void>;
  saveDer(): Promise<void>;
  /** The image holds a fresh UDS and is secret from then on. */
  saveOtp(): Promise<void>;
  dismiss(): void;
}

export type KeystoreStore = StoreApi<KeystoreState>;

export function createKeystoreStore(
  { keyring, files }: Pick<Services, 'keyring' | 'files'>,
  keysStore: KeysStore,
): KeystoreStore {
  const store = createStore<KeystoreState>()((set, get) => {
    const report = (activity: Activity): void => {
      set({ activity });
    };
    const change = (
      next: Partial<Pick<KeystoreState, 'profileId' | 'order' | 'imported'>>,
    ): void => {
      const { profileId, order, imported } = { ...get(), ...next };
      const view = describeKeystore(
        profileById(profileId),
        order,
        keysStore.getState().keys,
        imported,
      );
      set({ ...next, view });
    };
    const first = profileById(undefined);
    let importCount = 0;

    keysStore.subscribe(({ keys }, previous) => {
      if (keys === previous.keys) return;
      const before = new Set(previous.keys.map((key) => key.id));
      const now = new Set(keys.map((key) => key.id));
      const arrived = keys.filter((key) => !before.has(key.id)).map((key) => key.id);
      const kept = get().order.filter((id) => now.has(id) || !before.has(id));
      change({ order: [...kept, ...arrived] });
    });

    return {
      profileId: first.id,
      order: [],
      imported: [],
      view: describeKeystore(first, [], [], []),
      activity: idle,

      setProfile(id) {
        change({ profileId: id });
      },
      include(id, included) {
        const without = get().order.filter((other) => other !== id);
        change({ order: included ? [...without, id] : without });
      },
      move(id, by) {
        const order = [...get().order];
        const from = order.indexOf(id);
        const to = from + by;
        if (from < 0 || to < 0 || to >= order.length) return;
        order.splice(from, 1);
        order.splice(to, 0, id);
        change({ order });
      },
      async importPublic(file) {
        await perform(report, 'import', async () => {
          const { keyType, publicKey } = await parsePublicKeyFile(file.bytes, file.name);
          const id = `imported-${++importCount}`;
          const slot = {
            slotId: 0,
            keyType,
            partitionMask: MASK_ALL,
            publicKey,
            publicKeySize: publicKey.length,
          };
          const entry: ImportedSlot = {
            id,
            name: file.name,
            fileName: file.name,
            fingerprint: fingerprint(publicKey),
            slot,
          };
          change({ imported: [...get().imported, entry], order: [...get().order, id] });
        });
      },
      setImportedMask(id, partitionMask) {
        change({
          imported: get().imported.map((entry) =>
            entry.id === id ? { ...entry, slot: { ...entry.slot, partitionMask } } : entry,
          ),
        });
      },
      removeImported(id) {
        change({
          imported: get().imported.filter((entry) => entry.id !== id),
          order: get().order.filter((other) => other !== id),
        });
      },
      async saveC() {
        await perform(report, 'save-c', () => {
          const { chosen } = get().view;
          const named = chosen.map(({ slot, source }) => ({
            ...slot,
            source: source.kind === 'key' ? source.key.name : source.imported.name,
          }));
          files.save('keystore.c', writeKeystoreC(named));
          return Promise.resolve();
        });
      },
      async saveDer() {
        await perform(report, 'save-der', () => {
          files.save('keystore.der', buildKeystoreDer(get().view.slots));
          return Promise.resolve();
        });
      },
      async saveOtp() {
        await perform(report, 'save-otp', async () => {
          const { profile, slots } = get().view;
          const { id } = await keyring.makeOtpImage(profile, slots);
          const image = await keyring.revealOtpImage(id);
          files.save('otp.bin', image);
          wipe(image);
        });
      },
      dismiss() {
        set({ activity: idle });
      },
    };
  });
  return store;
}

function profileById(id: string | undefined): BootloaderProfile {
  const profile =
    id === undefined
      ? bootloaderProfiles[0]
      : bootloaderProfiles.find((candidate) => candidate.id === id);
  if (profile === undefined) {
    throw new AppError('invalid-argument', `there is no bootloader profile ${id ?? ''}`);
  }
  return profile;
}
