/**
 * The boot proof as the person drives it: which signed image, how far it is, and what was seen. The wrongly
 * signed image is made here and lives for one run; no key of the person's signs it.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { fingerprint, scheme } from '../core/crypto/index.ts';
import { AppError, toAppError } from '../core/errors.ts';
import { createCanceller, type CancelSignal, type Canceller } from '../core/ports/index.ts';
import {
  proveBoot,
  recordBootProved,
  recordDisproved,
  recordRefusal,
  wrongVersionFor,
  type BootProof,
  type BootProofInput,
  type BootProofProgress,
  type BurnRecord,
  type RefusalSeen,
} from '../core/provisioning/index.ts';
import {
  algorithmOfSlot,
  wronglySigned,
  type KeystoreSlot,
  type WolfBootImage,
} from '../core/wolfboot/index.ts';
import type { AppState } from './app-state.ts';
import { requireBench } from './bench.ts';
import type { SignedImage } from './firmware.ts';
import { recordProvenUpdate } from './record-keeping.ts';
import type { RecordQuestion } from './records.ts';
import { updateImageOf } from './update-conditions.ts';
import type { SentImage } from './update.ts';

type ProofResult = {
  readonly proof: BootProof;
  readonly image: SentImage;
  /** It stands in the record of this board. */
  readonly recorded: boolean;
};

export type BootProofJob =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'running';
      /** undefined while the wrongly signed image is being made. */
      readonly progress: BootProofProgress | undefined;
      readonly cancelling: boolean;
    }
  | ({ readonly kind: 'ended' } & ProofResult)
  | { readonly kind: 'failed'; readonly error: AppError };

export interface BootProofState {
  readonly imageId: string | undefined;
  readonly job: BootProofJob;
  /** Seen in this session on the board in use, and not yet followed by a boot. */
  readonly refused: RefusalSeen | undefined;
  chooseImage(id: string | undefined): void;
  /** Also goes on after a refusal that was seen. */
  start(): Promise<void>;
  cancel(): void;
  startOver(): void;
}

export type BootProofStore = StoreApi<BootProofState>;

export function createBootProofStore(app: AppState): BootProofStore {
  const { bench, keystore, firmware, records, services, consoleLink, boardJobs } = app;
  const store = createStore<BootProofState>()((set, get) => {
    let canceller: Canceller | undefined;

    const question = (): RecordQuestion | undefined => {
      const { bench: inUse, boardSerial } = bench.getState();
      const { fingerprint } = keystore.getState().view;
      if (inUse === undefined || fingerprint === undefined) return undefined;
      return { benchKind: inUse.kind, keystoreFingerprint: fingerprint, boardSerial };
    };
    const nowMs = (): number => Math.floor(services.clock.wallMs());
    const amend = async (change: (record: BurnRecord) => BurnRecord): Promise<boolean> => {
      const asked = question();
      return asked === undefined ? false : records.getState().amend(asked, change);
    };

    const inputFor = async (image: SignedImage, signal: CancelSignal): Promise<BootProofInput> => {
      const { slots, profile } = keystore.getState().view;
      const right = { image: updateImageOf(image), fileName: image.name };
      const { refused } = get();
      if (refused !== undefined) return { slots, profile, right, refused };
      const running = await runningVersion(app, signal);
      const version = wrongVersionFor(running, image.image.version);
      const algorithm = throwawayAlgorithm(image.image, slots, image);
      const bytes = await wronglySigned(image.bytes, image.name, {
        version,
        sign:
          algorithm && ((digest) => services.keyring.signAsStranger(algorithm, digest, { signal })),
      });
      const wrong = {
        image: { ...right.image, bytes, version },
        fileName: image.name,
        how: algorithm ? ('stranger-key' as const) : ('signature-of-another' as const),
      };
      return { slots, profile, right, wrong };
    };

    const run = async (image: SignedImage): Promise<void> => {
      canceller = createCanceller();
      const { signal } = canceller;
      const { clock } = requireBench(bench.getState());
      const proof = await proveBoot(consoleLink.dialogue(), clock, await inputFor(image, signal), {
        signal,
        baudRate: consoleLink.settings.baudRate,
        onProgress: (progress) => {
          const { job } = get();
          if (job.kind === 'running' && isNews(progress)) set({ job: { ...job, progress } });
        },
        onRefused: (refused) => {
          set({ refused });
          void amend((record) => recordRefusal(record, refused, nowMs()));
        },
      });
      const sent = sentImage(image, keystore.getState().view.slots);
      const recorded = await keepProof(proof, sent);
      set({ refused: undefined, job: { kind: 'ended', proof, image: sent, recorded } });
    };

    const keepProof = async (proof: BootProof, image: SentImage): Promise<boolean> => {
      if (proof.kind === 'disproved') {
        return amend((record) => recordDisproved(record, proof, nowMs()));
      }
      await recordProvenUpdate({ bench, keystore, records }, services.clock, image, proof.boot);
      return amend((record) =>
        recordBootProved(record, proof.refusal, {
          version: image.version,
          imageSha256: image.sha256,
          atWallMs: nowMs(),
        }),
      );
    };

    return {
      imageId: undefined,
      job: { kind: 'none' },
      refused: undefined,

      chooseImage(imageId) {
        set({ imageId });
      },
      async start() {
        const image = firmware.getState().images.find(({ id }) => id === get().imageId);
        if (get().job.kind === 'running' || image === undefined) return;
        set({ job: { kind: 'running', progress: undefined, cancelling: false } });
        try {
          requireOwnKind(image, bench.getState().bench?.kind);
          await boardJobs.getState().run('boot-proof', () => services.keepAwake(() => run(image)));
        } catch (thrown) {
          set({ job: { kind: 'failed', error: toAppError(thrown) } });
        } finally {
          canceller = undefined;
          app.runningImage.getState().forget();
          // What the pages show of the board is from before.
          if (consoleLink.state.kind === 'open') void app.update.getState().readInfo();
        }
      },
      cancel() {
        const { job } = get();
        if (job.kind !== 'running' || canceller === undefined) return;
        set({ job: { ...job, cancelling: true } });
        canceller.cancel();
      },
      startOver() {
        if (get().job.kind !== 'running') set({ job: { kind: 'none' } });
      },
    };
  });

  const forget = (): void => {
    if (store.getState().job.kind === 'running') return;
    store.setState({ refused: undefined, job: { kind: 'none' } });
  };
  bench.subscribe((now, before) => {
    if (now.bench !== before.bench || now.boardSerial !== before.boardSerial) forget();
  });
  keystore.subscribe((now, before) => {
    if (now.view.fingerprint !== before.view.fingerprint) forget();
  });
  return store;
}

/** Packets go by faster than anybody reads. */
const packetsBetweenNews = 16;

function isNews(progress: BootProofProgress): boolean {
  if (progress.stage !== 'sending') return true;
  const { packets, totalPackets } = progress;
  return packets % packetsBetweenNews === 0 || packets === totalPackets;
}

async function runningVersion({ consoleLink }: AppState, signal: CancelSignal): Promise<number> {
  const dialogue = consoleLink.dialogue();
  await dialogue.waitForPrompt({ signal, leaveReceiver: true });
  const { firmwareVersion } = await dialogue.info({ signal });
  if (firmwareVersion !== undefined) return firmwareVersion;
  throw new AppError('console-unexpected', 'info names no firmware version', {
    context: { step: 'info' },
  });
}

/**
 * The algorithm of the throwaway key; undefined where none is made: a tree is too dear to be thrown away, and a
 * hybrid image has two signatures of which both must be wrong.
 */
function throwawayAlgorithm(
  { signature, secondary }: WolfBootImage,
  slots: readonly KeystoreSlot[],
  { verdict }: SignedImage,
): ReturnType<typeof algorithmOfSlot> {
  const slot = verdict?.ok === true ? slots[verdict.slotIndex] : undefined;
  if (slot === undefined || secondary !== undefined) return undefined;
  const algorithm = algorithmOfSlot(slot.keyType, slot.publicKey, signature?.length);
  return algorithm !== undefined && !scheme(algorithm).stateful ? algorithm : undefined;
}

function requireOwnKind({ sample, name }: SignedImage, kind: 'real' | 'virtual' | undefined): void {
  if (!sample || kind !== 'real') return;
  throw new AppError('sample-on-real-board', `${name} was made for the virtual board`);
}

function sentImage(
  { name, form, image, sha256, verdict }: SignedImage,
  slots: readonly KeystoreSlot[],
): SentImage {
  const slot = verdict?.ok === true ? slots[verdict.slotIndex] : undefined;
  return {
    name,
    form,
    version: image.version,
    partitionId: image.partitionId,
    sha256,
    keyFingerprint: slot && fingerprint(slot.publicKey),
  };
}
