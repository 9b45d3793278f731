/** Which keys stand in the keystore, in which order, and for which bootloader. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { wipe } from '../core/bytes/index.ts';
import { fingerprint } from '../core/crypto/index.ts';
import { toAppError } from '../core/errors.ts';
import { buildKeystoreDer, writeKeystoreC } from '../core/wolfboot/index.ts';
import { idle, perform, type Activity } from './activity.ts';
import {
  chooseProfile,
  firstChoice,
  importConfig,
  profileOfChoice,
  type BootloaderChoice,
} from './bootloader-choice.ts';
import { keepSlots, loadKeptSlots } from './kept-slots.ts';
import type { KeysStore } from './keys.ts';
import { describeKeystore, type ImportedSlot, type KeystoreView } from './keystore-view.ts';
import type { NamedFile, Services } from './services.ts';

export interface KeystoreState {
  /** The same as `bootloader.profileId`. */
  readonly profileId: string;
  readonly bootloader: BootloaderChoice;
  /** Ids of keys and imported slots, in slot order; also of keys that are not here now. */
  readonly order: readonly string[];
  readonly imported: readonly ImportedSlot[];
  /** What was odd about the file imported last, in English. */
  readonly importWarnings: readonly string[];
  readonly view: KeystoreView;
  readonly activity: Activity;
  setProfile(id: string): void;
  /** Of another build, and whether its keystore is universal. */
  setBuild(part: Partial<Pick<BootloaderChoice, 'target' | 'buildKey' | 'universal'>>): void;
  /** The bootloader of a wolfBoot `.config`. */
  openConfig(file: NamedFile): Promise<void>;
  include(id: string, included: boolean): void;
  /** Moves a slot up (-1) or down (+1). */
  move(id: string, by: -1 | 1): void;
  /** A public key in any form, or all keys of a keystore.der, keystore.c or otp.bin. */
  importPublic(file: NamedFile): Promise<void>;
  setImportedMask(id: string, partitionMask: number): void;
  removeImported(id: string): void;
  saveC(): Promise<void>;
  saveDer(): Promise<void>;
  /** With a fresh UDS, which makes the file secret, unless the board is to draw its own. */
  saveOtp(options?: OtpOptions): Promise<void>;
  dismiss(): void;
}

export interface OtpOptions {
  readonly uds: 'random' | 'none';
  /** As wolfBoot's otp-keystore-gen lays it out, also where that is wrong. */
  readonly upstreamCompatible: boolean;
}

export type KeystoreStore = StoreApi<KeystoreState>;

export function createKeystoreStore(
  { keyring, files, store: durable }: Pick<Services, 'keyring' | 'files' | 'store'>,
  keysStore: KeysStore,
): KeystoreStore {
  const store = createStore<KeystoreState>()((set, get) => {
    const report = (activity: Activity): void => {
      set({ activity });
    };
    const change = (
      next: Partial<Pick<KeystoreState, 'bootloader' | 'order' | 'imported' | 'importWarnings'>>,
    ): void => {
      const { bootloader, order, imported } = { ...get(), ...next };
      const view = describeKeystore(
        profileOfChoice(bootloader),
        order,
        keysStore.getState().publicKeys,
        imported,
      );
      set({ ...next, profileId: bootloader.profileId, view });
      if (next.order !== undefined || next.imported !== undefined) keep();
    };
    /** Keys that have had a place or were taken out. */
    const known = new Set<string>();
    const failed = (error: unknown): void => {
      set({ activity: { kind: 'failed', what: 'keep-slots', error: toAppError(error) } });
    };
    /** What was kept before is read first; then one write after the other, the last as things are. */
    let kept = Promise.resolve();
    const keep = (): void => {
      kept = kept
        .then(() => {
          const { order, imported } = get();
          const leftOut = [...known].filter((id) => !order.includes(id));
          return keepSlots(durable, { order, leftOut, imported });
        })
        .catch(failed);
    };
    const restore = async (): Promise<void> => {
      const { order, leftOut, imported } = await loadKeptSlots(durable);
      if (order.length === 0 && leftOut.length === 0 && imported.length === 0) return;
      const placed = new Set([...order, ...leftOut]);
      for (const id of placed) known.add(id);
      const now = get();
      const early = now.imported.filter(({ id }) => imported.every((other) => other.id !== id));
      change({
        imported: [...imported, ...early],
        order: [...order, ...now.order.filter((id) => !placed.has(id))],
      });
    };
    kept = restore().catch(failed);

    keysStore.subscribe(({ publicKeys: keys }, { publicKeys: before }) => {
      if (keys === before) return;
      const now = new Set(keys.map((key) => key.id));
      const forgotten = new Set(before.map((key) => key.id).filter((id) => !now.has(id)));
      for (const id of forgotten) known.delete(id);
      const arrived = keys.map((key) => key.id).filter((id) => !known.has(id));
      for (const id of arrived) known.add(id);
      change({ order: [...get().order.filter((id) => !forgotten.has(id)), ...arrived] });
    });

    return {
      profileId: firstChoice.profileId,
      bootloader: firstChoice,
      order: [],
      imported: [],
      importWarnings: [],
      view: describeKeystore(profileOfChoice(firstChoice), [], [], []),
      activity: idle,

      setProfile(id) {
        change({ bootloader: chooseProfile(get().bootloader, id) });
      },
      setBuild(part) {
        change({ bootloader: { ...get().bootloader, ...part } });
      },
      async openConfig(file) {
        await perform(report, 'import', async () => {
          change({ bootloader: await importConfig(get().bootloader, file) });
        });
      },
      include(id, included) {
        const without = get().order.filter((other) => other !== id);
        change({ order: included ? [...without, id] : without });
      },
      move(id, by) {
        const { order, view } = get();
        // Past the neighbour that is shown: a locked vault's keys keep their places in between.
        const shown = view.chosen.map((chosen) => chosen.id);
        const neighbour = shown[shown.indexOf(id) + by];
        if (!shown.includes(id) || neighbour === undefined) return;
        const without = order.filter((other) => other !== id);
        const at = without.indexOf(neighbour) + (by === 1 ? 1 : 0);
        change({ order: [...without.slice(0, at), id, ...without.slice(at)] });
      },
      async importPublic(file) {
        await perform(report, 'import', async () => {
          const { readKeystoreFile } = await import('../core/wolfboot/keystore-file.ts');
          const { slots, warnings, from } = await readKeystoreFile(file.bytes, file.name);
          const taken = new Set(get().imported.map(({ id }) => id));
          const entries = slots.map((slot, index): ImportedSlot => {
            const of = fingerprint(slot.publicKey);
            const id = freeId(`imported-${of.slice(0, 16)}`, taken);
            taken.add(id);
            return {
              id,
              name: from === 'public-key' ? file.name : `${file.name} #${index}`,
              fileName: file.name,
              fingerprint: of,
              slot,
            };
          });
          change({
            imported: [...get().imported, ...entries],
            order: [...get().order, ...entries.map(({ id }) => id)],
            importWarnings: warnings,
          });
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
        known.delete(id);
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
      async saveOtp(options) {
        await perform(report, 'save-otp', async () => {
          const { profile, slots } = get().view;
          const { id } = await keyring.makeOtpImage(profile, slots, options);
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

/** The same key again gets a number. */
function freeId(wanted: string, taken: ReadonlySet<string>): string {
  let id = wanted;
  for (let number = 2; taken.has(id); number++) id = `${wanted}-${number}`;
  return id;
}
