/**
 * Factory install: puts the bootloader and the first signed image into flash over DFU.
 * It erases and writes flash only; one-time-programmable memory is out of its reach.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { toHex } from '../core/bytes/index.ts';
import { hash } from '../core/crypto/index.ts';
import { AppError, toAppError } from '../core/errors.ts';
import { createCanceller, type Canceller, type Store } from '../core/ports/index.ts';
import { readJournal } from '../core/provisioning/index.ts';
import {
  recogniseBoard,
  type DfuProgress,
  type DfuSession,
  type ProgramReport,
} from '../core/stm32/index.ts';
import { isSampleImage, type BootloaderProfile } from '../core/wolfboot/index.ts';
import { idle, perform, type Activity } from './activity.ts';
import { requireBench, type BenchStore } from './bench.ts';
import { withBoardAlone } from './board-job.ts';
import type { BoardLocks } from './board-locks.ts';
import type { FirmwareStore, SignedImage } from './firmware.ts';
import type { KeystoreStore } from './keystore.ts';
import { openSignedImage } from './open-signed-image.ts';
import type { NamedFile, Services } from './services.ts';
import type { ImageForm } from './sign-request.ts';

export type InstallPart = 'bootloader' | 'firmware';

export interface BootloaderFile extends NamedFile {
  readonly sha256: string;
  /** Made for the virtual board; may not go to a real one. */
  readonly sample: boolean;
}

export interface InstalledPart {
  readonly name: string;
  readonly sha256: string;
  readonly report: ProgramReport;
}

export type InstallJob =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'running';
      readonly part: InstallPart;
      /** undefined while the board is being opened. */
      readonly progress: DfuProgress | undefined;
      readonly cancelling: boolean;
    }
  | {
      readonly kind: 'installed';
      readonly boardSerial: string | undefined;
      readonly bootloader: InstalledPart;
      readonly firmware: InstalledPart;
      readonly version: number;
      readonly partitionId: number;
      /** Index in the keystore of the key that verifies it. */
      readonly slotIndex: number;
    }
  | { readonly kind: 'failed'; readonly part: InstallPart; readonly error: AppError };

export type InstallRefusal =
  | { readonly kind: 'no-board' }
  | { readonly kind: 'no-bootloader' }
  | { readonly kind: 'no-image' }
  | { readonly kind: 'no-partitions' }
  | { readonly kind: 'sample-on-real-board'; readonly part: InstallPart }
  | {
      readonly kind: 'too-large';
      readonly part: InstallPart;
      readonly sizeBytes: number;
      readonly mostBytes: number;
    }
  | { readonly kind: 'not-accepted'; readonly image: SignedImage }
  /** A patch or ciphertext at the place of firmware. */
  | { readonly kind: 'not-plain'; readonly form: Exclude<ImageForm, 'plain'> }
  | { readonly kind: 'primer-in-flash' };

export interface InstallState {
  readonly bootloader: BootloaderFile | undefined;
  readonly imageId: string | undefined;
  readonly refusals: readonly InstallRefusal[];
  readonly job: InstallJob;
  readonly activity: Activity;
  loadSampleBootloader(): Promise<void>;
  openBootloader(file: NamedFile): Promise<void>;
  chooseImage(id: string | undefined): void;
  /** Opens a signed image and chooses it. */
  openImage(file: NamedFile): Promise<void>;
  start(): Promise<void>;
  cancel(): void;
  startOver(): void;
  dismiss(): void;
}

export type InstallStore = StoreApi<InstallState>;

export interface InstallHooks {
  /** A primer that is still in flash would run again at the next reset and damage the UDS. */
  readonly primerInFlash: () => boolean;
  readonly onInstalled: (installed: InstallJob & { readonly kind: 'installed' }) => void;
}

const flashStart = 0x08000000;

export function createInstallStore(
  { samples, journals, keepAwake }: Pick<Services, 'samples' | 'journals' | 'keepAwake'>,
  locks: BoardLocks,
  stores: {
    readonly bench: BenchStore;
    readonly keystore: KeystoreStore;
    readonly firmware: FirmwareStore;
  },
  hooks: InstallHooks,
): InstallStore {
  const store = createStore<InstallState>()((set, get) => {
    let canceller: Canceller | undefined;
    const report = (activity: Activity): void => {
      set({ activity });
    };
    const profile = (): BootloaderProfile => stores.keystore.getState().view.profile;
    const image = (): SignedImage | undefined =>
      stores.firmware.getState().images.find((candidate) => candidate.id === get().imageId);

    const refuse = (): readonly InstallRefusal[] =>
      refuseInstall({
        benchKind: stores.bench.getState().bench?.kind,
        boardPresent: stores.bench.getState().usb.length > 0,
        bootloader: get().bootloader,
        image: image(),
        profile: profile(),
        primerInFlash: hooks.primerInFlash(),
      });
    const adopt = (file: NamedFile): void => {
      const bootloader = {
        ...file,
        sha256: toHex(hash('sha256', file.bytes)),
        sample: isSampleImage(file.bytes),
      };
      set({ bootloader });
      set({ refusals: refuse() });
    };

    const install = async (
      bootloader: BootloaderFile,
      first: SignedImage,
      bootAddress: number,
    ): Promise<InstallJob & { readonly kind: 'installed' }> => {
      const signal = canceller?.signal;
      const begin = (part: InstallPart): void => {
        set({ job: { kind: 'running', part, progress: undefined, cancelling: false } });
      };
      const onProgress = (progress: DfuProgress): void => {
        const { job } = get();
        if (job.kind === 'running') set({ job: { ...job, progress } });
      };
      const bench = requireBench(stores.bench.getState());
      return withBoardAlone(
        locks,
        bench,
        async (session) => {
          await refusePrimerInFlash(journals[bench.kind], session);
          if (recogniseBoard(session.description)?.otp.target !== profile().target) {
            throw new AppError('board-wrong', `no ${profile().target} board is in DFU mode`);
          }
          stores.bench.getState().sawBoard(session.description.identity.serial);
          // The bootloader first: it takes the place from which the chip starts.
          const call = { signal, onProgress };
          const boot = await session.programFlash(flashStart, bootloader.bytes, call);
          begin('firmware');
          const app = await session.programFlash(bootAddress, first.bytes, call);
          return {
            kind: 'installed',
            boardSerial: session.description.identity.serial,
            bootloader: { name: bootloader.name, sha256: bootloader.sha256, report: boot },
            firmware: { name: first.name, sha256: first.sha256, report: app },
            version: first.image.version,
            partitionId: first.image.partitionId,
            slotIndex: first.verdict?.ok === true ? first.verdict.slotIndex : 0,
          };
        },
        { signal, chosen: stores.bench.getState().chosenUsb },
      );
    };

    const run = async (first: SignedImage, bootloader: BootloaderFile, at: number) => {
      canceller = createCanceller();
      set({
        job: { kind: 'running', part: 'bootloader', progress: undefined, cancelling: false },
      });
      try {
        const installed = await install(bootloader, first, at);
        set({ job: installed });
        hooks.onInstalled(installed);
      } catch (thrown) {
        const { job } = get();
        const part = job.kind === 'running' ? job.part : 'bootloader';
        const error = toAppError(thrown);
        set({
          job: error.code === 'cancelled' ? { kind: 'none' } : { kind: 'failed', part, error },
        });
      } finally {
        canceller = undefined;
      }
    };

    return {
      bootloader: undefined,
      imageId: undefined,
      refusals: [{ kind: 'no-board' }, { kind: 'no-bootloader' }, { kind: 'no-image' }],
      job: { kind: 'none' },
      activity: idle,

      async loadSampleBootloader() {
        await perform(report, 'load-sample', async () => {
          adopt(await samples.bootloader());
        });
      },
      async openBootloader(file) {
        await perform(report, 'open-bootloader', async () => {
          const { openBootloaderFile } = await import('./factory-image.ts');
          adopt(openBootloaderFile(file));
        });
      },
      chooseImage(id) {
        set({ imageId: id });
        set({ refusals: refuse() });
      },
      async openImage(file) {
        const id = await openSignedImage(stores.firmware, file);
        if (id !== undefined) get().chooseImage(id);
      },
      async start() {
        const { bootloader, job } = get();
        const refusals = refuse();
        set({ refusals });
        const first = image();
        const at = profile().partitions?.bootAddress;
        if (job.kind === 'running' || refusals.length > 0) return;
        if (first === undefined || bootloader === undefined || at === undefined) return;
        await keepAwake(() => run(first, bootloader, at));
      },
      cancel() {
        const { job } = get();
        if (job.kind !== 'running' || canceller === undefined) return;
        set({ job: { ...job, cancelling: true } });
        canceller.cancel();
      },
      startOver() {
        if (get().job.kind !== 'running') set({ job: { kind: 'none' }, refusals: refuse() });
      },
      dismiss() {
        set({ activity: idle });
      },
    };
  });

  const lookAgain = (): void => {
    store.getState().chooseImage(store.getState().imageId);
  };
  stores.bench.subscribe((now, before) => {
    if (now.bench !== before.bench || now.usb !== before.usb) lookAgain();
  });
  stores.firmware.subscribe((now, before) => {
    if (now.images !== before.images) lookAgain();
  });
  stores.keystore.subscribe((now, before) => {
    if (now.view !== before.view) lookAgain();
  });
  return store;
}

interface InstallQuestion {
  readonly benchKind: 'real' | 'virtual' | undefined;
  readonly boardPresent: boolean;
  readonly bootloader: BootloaderFile | undefined;
  readonly image: SignedImage | undefined;
  readonly profile: BootloaderProfile;
  readonly primerInFlash: boolean;
}

/** Empty: the install may start. */
export function refuseInstall(question: InstallQuestion): readonly InstallRefusal[] {
  const { bootloader, image, profile } = question;
  const refusals: InstallRefusal[] = [];
  const { partitions } = profile;
  if (!question.boardPresent) refusals.push({ kind: 'no-board' });
  if (question.primerInFlash) refusals.push({ kind: 'primer-in-flash' });
  if (partitions === undefined) refusals.push({ kind: 'no-partitions' });
  if (bootloader === undefined) refusals.push({ kind: 'no-bootloader' });
  if (image === undefined) refusals.push({ kind: 'no-image' });
  const parts = [
    { part: 'bootloader', file: bootloader, mostBytes: roomForBootloader(profile) },
    { part: 'firmware', file: image, mostBytes: partitions?.sizeBytes },
  ] as const;
  for (const { part, file, mostBytes } of parts) {
    if (file === undefined) continue;
    if (file.sample && question.benchKind === 'real') {
      refusals.push({ kind: 'sample-on-real-board', part });
    }
    if (mostBytes !== undefined && file.bytes.length > mostBytes) {
      refusals.push({ kind: 'too-large', part, sizeBytes: file.bytes.length, mostBytes });
    }
  }
  if (image !== undefined && image.form !== 'plain') {
    refusals.push({ kind: 'not-plain', form: image.form });
  }
  if (image !== undefined && image.verdict?.ok !== true)
    refusals.push({ kind: 'not-accepted', image });
  return refusals;
}

function roomForBootloader({ partitions }: BootloaderProfile): number | undefined {
  return partitions && partitions.bootAddress - flashStart;
}

/** The journal knows it even when nobody has looked at the board since. Throws `journal-conflict`. */
async function refusePrimerInFlash(journal: Store, { description }: DfuSession): Promise<void> {
  const { serial } = description.identity;
  if (serial === undefined) return;
  if ((await readJournal(journal, serial))?.phase !== 'primer-in-flash') return;
  throw new AppError('journal-conflict', 'a primer may be in flash: erase it on the page Burn', {
    context: { serial },
  });
}
