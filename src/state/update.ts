/**
 * The board's console and the update over it. The one who says whether an update is done is the
 * board after its reboot: its new version, TESTING, then CONFIRMED. Never the receiver.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { fingerprint } from '../core/crypto/index.ts';
import { toAppError, type AppError } from '../core/errors.ts';
import { createCanceller, type Canceller } from '../core/ports/index.ts';
import {
  compareKeystore,
  type BootBanner,
  type ConsoleInfo,
  type ConsolePlace,
  type KeystoreComparison,
  type UpdateOutcome,
  type UpdateProgress,
} from '../core/serial/index.ts';
import { verifyImage, type ImageVerdict, type KeystoreSlot } from '../core/wolfboot/index.ts';
import { idle, perform, type Activity } from './activity.ts';
import type { BenchStore } from './bench.ts';
import { type ConsoleLink, type LinkState } from './console-link.ts';
import type { FirmwareStore, SignedImage } from './firmware.ts';
import { openSignedImage } from './open-signed-image.ts';
import type { KeystoreStore } from './keystore.ts';
import type { NamedFile, Services } from './services.ts';
import type { ImageForm } from './sign-request.ts';
import {
  conditionsOf,
  updateImageOf,
  verifiedBytes,
  type UpdateCondition,
} from './update-conditions.ts';
import { refuseUpdate, slotsOfConsole, type UpdateRefusal } from './update-refusals.ts';

export type UpdateStage = UpdateProgress['stage'];

/** What is told of an image in verdicts and records. */
export interface SentImage {
  readonly name: string;
  readonly form: ImageForm;
  readonly version: number;
  readonly partitionId: number;
  readonly sha256: string;
  /** Of the key that the board verifies it with; undefined: not known. */
  readonly keyFingerprint: string | undefined;
}

export type UpdateJob =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'running';
      readonly image: SentImage;
      readonly progress: UpdateProgress;
      readonly cancelling: boolean;
    }
  | { readonly kind: 'proven'; readonly image: SentImage; readonly outcome: UpdateOutcome }
  | { readonly kind: 'cancelled'; readonly image: SentImage; readonly stage: UpdateStage }
  | {
      readonly kind: 'failed';
      readonly image: SentImage;
      readonly stage: UpdateStage;
      readonly error: AppError;
    };

export interface BoardInfo {
  readonly info: ConsoleInfo;
  /** Against the keystore of this session; undefined while it has no slot. */
  readonly comparison: KeystoreComparison | undefined;
}

export interface SeenBoot {
  readonly banner: BootBanner;
  /** Counts up, so that two boots of the same version differ. */
  readonly number: number;
}

export interface UpdateState {
  readonly link: LinkState;
  readonly baudRate: number;
  /** Where the board was when it was last looked for; undefined: not looked yet. */
  readonly place: ConsolePlace | undefined;
  readonly boot: SeenBoot | undefined;
  readonly board: BoardInfo | undefined;
  readonly imageId: string | undefined;
  /** What the board's bootloader would say to the chosen image. */
  readonly verdict: ImageVerdict | undefined;
  readonly refusals: readonly UpdateRefusal[];
  /** Of a delta or encrypted image: what must be true on the board. */
  readonly conditions: readonly UpdateCondition[];
  readonly job: UpdateJob;
  readonly activity: Activity;
  setBaudRate(baudRate: number): void;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  readInfo(): Promise<void>;
  /** Tells the running firmware to keep itself. */
  confirm(): Promise<void>;
  reboot(): Promise<void>;
  /** Keystrokes of a person. Nothing is sent while a command or an update runs. */
  type(bytes: Uint8Array): Promise<void>;
  /** Hears what the line printed so far, then every further byte. */
  watchConsole(listener: (bytes: Uint8Array) => void): () => void;
  chooseImage(id: string | undefined): void;
  /** Opens a signed image and chooses it. */
  openImage(file: NamedFile): Promise<void>;
  start(): Promise<void>;
  cancel(): void;
  /** Puts the last result away. */
  startOver(): void;
  dismiss(): void;
}

export type UpdateStore = StoreApi<UpdateState>;

export interface UpdateHooks {
  /** Another job has the console for longer than one command. */
  readonly busyElsewhere?: () => boolean;
  readonly onProven: (image: SentImage, outcome: UpdateOutcome) => void;
}

export function createUpdateStore(
  { clock, keepAwake }: Pick<Services, 'clock' | 'keepAwake'>,
  stores: {
    readonly bench: BenchStore;
    readonly keystore: KeystoreStore;
    readonly firmware: FirmwareStore;
    readonly link: ConsoleLink;
  },
  hooks: UpdateHooks,
): UpdateStore {
  const store = createStore<UpdateState>()((set, get) => {
    const report = (activity: Activity): void => {
      set({ activity });
    };
    let bootsSeen = 0;
    let canceller: Canceller | undefined;
    /** A line that another page opened is left alone until it is asked for something. */
    let attending = false;

    const { link } = stores;
    link.observe({
      onSettings: ({ baudRate }) => {
        set({ baudRate });
      },
      onState: (state) => {
        if (state.kind === 'closed') attending = false;
        set(
          state.kind === 'open'
            ? { link: state }
            : { link: state, board: undefined, place: undefined },
        );
        judgeAgain();
      },
      onBoot: (banner) => {
        set({ boot: { banner, number: ++bootsSeen }, board: undefined });
        // A reset that nobody here asked for: look at what runs now.
        const { job, activity } = get();
        if (!attending || hooks.busyElsewhere?.() === true) return;
        if (job.kind !== 'running' && activity.kind !== 'busy') void get().readInfo();
      },
      onResumed: () => {
        if (attending) void perform(report, 'connect', look);
      },
    });

    const look = async (): Promise<void> => {
      // The ROM listens to this very line while it waits for its host: stay silent then
      // (stm32-dfu.md, section 4).
      if (stores.bench.getState().usb.length > 0) return;
      const place = await link.dialogue().probe();
      set({ place });
      if (place === 'prompt') learn(await link.dialogue().info());
    };

    const chosenImage = (): SignedImage | undefined =>
      stores.firmware.getState().images.find((image) => image.id === get().imageId);

    /** The board's own keys where they are known. */
    const judgingSlots = (): readonly KeystoreSlot[] => {
      const { board } = get();
      return (board && slotsOfConsole(board.info)) ?? stores.keystore.getState().view.slots;
    };

    const judge = async (): Promise<void> => {
      const image = chosenImage();
      const { board } = get();
      const { view } = stores.keystore.getState();
      const slots = (board && slotsOfConsole(board.info)) ?? view.slots;
      const bytes = image && verifiedBytes(image, stores.firmware.getState().images);
      const verdict =
        bytes === undefined
          ? image?.verdict
          : await verifyImage(bytes, slots, { profile: view.profile });
      if (chosenImage() !== image || get().board !== board) return;
      set({
        verdict,
        conditions: image ? conditionsOf(image, board?.info, view.profile) : [],
        refusals: refuseUpdate({
          benchKind: stores.bench.getState().bench?.kind,
          connected: link.state.kind === 'open',
          image,
          verdict,
          info: board?.info,
          profile: view.profile,
        }),
      });
    };
    const judgeAgain = (): void => {
      void judge();
    };

    const learn = (info: ConsoleInfo): void => {
      const { slots } = stores.keystore.getState().view;
      set({
        place: 'prompt',
        board: {
          info,
          comparison: slots.length === 0 ? undefined : compareKeystore(info.keys, slots),
        },
      });
      judgeAgain();
    };

    const describe = (image: SignedImage): SentImage => {
      const { verdict } = get();
      const slot = verdict?.ok === true ? judgingSlots()[verdict.slotIndex] : undefined;
      return {
        name: image.name,
        form: image.form,
        version: image.image.version,
        partitionId: image.image.partitionId,
        sha256: image.sha256,
        keyFingerprint: slot && fingerprint(slot.publicKey),
      };
    };

    const run = async (image: SignedImage): Promise<void> => {
      const sent = describe(image);
      const { profile } = stores.keystore.getState().view;
      const { partitions } = profile;
      canceller = createCanceller();
      let stage: UpdateStage = 'checking';
      set({
        job: { kind: 'running', image: sent, progress: { stage }, cancelling: false },
      });
      try {
        const { updateFirmware } = await import('../core/serial/update.ts');
        const outcome = await updateFirmware(
          link.dialogue(),
          stores.bench.getState().bench?.clock ?? clock,
          updateImageOf(image),
          {
            receiverHeaderSizeBytes: profile.headerSizeBytes,
            ...(partitions && { partitionSizeBytes: partitions.sizeBytes }),
            baudRate: get().baudRate,
            onAbandon: 'leave',
            signal: canceller.signal,
            onProgress: (progress) => {
              stage = progress.stage;
              const { job } = get();
              if (job.kind === 'running') set({ job: { ...job, progress } });
            },
          },
        );
        set({ job: { kind: 'proven', image: sent, outcome } });
        learn(outcome.confirmed);
        hooks.onProven(sent, outcome);
      } catch (thrown) {
        const error = toAppError(thrown);
        set({
          job:
            error.code === 'cancelled'
              ? { kind: 'cancelled', image: sent, stage }
              : { kind: 'failed', image: sent, stage, error },
        });
      } finally {
        canceller = undefined;
      }
    };

    return {
      link: link.state,
      baudRate: link.settings.baudRate,
      place: undefined,
      boot: undefined,
      board: undefined,
      imageId: undefined,
      verdict: undefined,
      refusals: [{ kind: 'no-console' }, { kind: 'no-image' }],
      conditions: [],
      job: { kind: 'none' },
      activity: idle,

      setBaudRate(baudRate) {
        link.configure({ baudRate });
      },
      async connect() {
        await perform(report, 'connect', async () => {
          await link.connect();
          attending = true;
          await look();
        });
      },
      async disconnect() {
        await link.disconnect();
      },
      async readInfo() {
        await perform(report, 'info', async () => {
          await link.dialogue().waitForPrompt({ leaveReceiver: true });
          learn(await link.dialogue().info());
        });
      },
      async confirm() {
        await perform(report, 'confirm', async () => {
          await link.dialogue().success();
          learn(await link.dialogue().info());
        });
      },
      async reboot() {
        await perform(report, 'reboot', async () => {
          const boot = await link.dialogue().reboot();
          learn(boot.info);
        });
      },
      async type(bytes) {
        if (link.state.kind !== 'open') return;
        try {
          await link.dialogue().type(bytes);
        } catch (thrown) {
          report({ kind: 'failed', what: 'type', error: toAppError(thrown) });
        }
      },
      watchConsole: (listener) =>
        link.watch(({ bytes }) => {
          listener(bytes);
        }),
      chooseImage(id) {
        set({ imageId: id });
        judgeAgain();
      },
      async openImage(file) {
        const id = await openSignedImage(stores.firmware, file);
        if (id !== undefined) get().chooseImage(id);
      },
      async start() {
        if (get().job.kind === 'running') return;
        await judge();
        const image = chosenImage();
        if (image === undefined || get().refusals.length > 0) return;
        await keepAwake(() => run(image));
      },
      cancel() {
        const { job } = get();
        if (job.kind !== 'running' || canceller === undefined) return;
        set({ job: { ...job, cancelling: true } });
        canceller.cancel();
      },
      startOver() {
        if (get().job.kind !== 'running') set({ job: { kind: 'none' } });
        judgeAgain();
      },
      dismiss() {
        set({ activity: idle });
      },
    };
  });

  const judgeAgain = (): void => {
    store.getState().chooseImage(store.getState().imageId);
  };
  stores.firmware.subscribe((now, before) => {
    if (now.images !== before.images) judgeAgain();
  });
  stores.keystore.subscribe((now, before) => {
    if (now.view !== before.view) judgeAgain();
  });
  return store;
}
