/**
 * Files that a person wants to understand: what they are, what a bootloader would say to them, and how
 * two images differ. Holds no secret: see `examined-file.ts`.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { wipe } from '../core/bytes/index.ts';
import { AppError } from '../core/errors.ts';
import type {
  BootExplanation,
  BootFinding,
  EncryptionKey,
  ImageCipher,
  ImageComparison,
  KeystoreSlot,
} from '../core/wolfboot/index.ts';
import { idle, perform, type Activity } from './activity.ts';
import type { BenchStore } from './bench.ts';
import { slotsOnBoard } from './board-slots.ts';
import {
  foremostPart,
  isImagePart,
  type ExaminedFile,
  type ExaminedPart,
} from './examined-part.ts';
import type { InspectStore } from './inspect.ts';
import type { KeystoreStore } from './keystore.ts';
import type { RunningImageStore } from './running-image.ts';
import type { NamedFile } from './services.ts';

/** Whose keys a file is judged by: those of the page Keystore, of a file, or of the board's OTP. */
export type Judge = 'page' | 'file' | 'board';

export interface OpenedKeystore {
  readonly name: string;
  readonly slots: readonly KeystoreSlot[];
}

export interface Examined {
  readonly file: ExaminedFile;
  /** Which part of the file is looked at. */
  readonly partIndex: number;
  /** Undefined until a key file opened it. */
  readonly decryptedWith: ImageCipher | undefined;
  /** Of firmware images; undefined while it is worked out. */
  readonly explanation: BootExplanation | undefined;
}

export interface ExamineState {
  readonly examined: Examined | undefined;
  readonly second: Examined | undefined;
  /** Undefined unless both are images that can be read. */
  readonly comparison: ImageComparison | undefined;
  readonly judge: Judge;
  readonly keystoreFile: OpenedKeystore | undefined;
  /** What runs, as the person says; undefined: what was read from the board counts, if anything. */
  readonly runningVersion: number | undefined;
  readonly activity: Activity;
  examine(file: NamedFile): Promise<void>;
  examineSecond(file: NamedFile): Promise<void>;
  choosePart(index: number): Promise<void>;
  /** With the key file that the image was encrypted with; its bytes are overwritten. */
  decrypt(cipher: ImageCipher, keyFile: NamedFile): Promise<void>;
  chooseJudge(judge: Judge): Promise<void>;
  /** And judges by it. */
  openKeystore(file: NamedFile): Promise<void>;
  setRunningVersion(version: number | undefined): Promise<void>;
  close(): void;
  closeSecond(): void;
  dismiss(): void;
}

export type ExamineStore = StoreApi<ExamineState>;

const loadExamination = () => import('./examination.ts');

interface Stores {
  readonly bench: BenchStore;
  readonly keystore: KeystoreStore;
  readonly inspect: InspectStore;
  readonly runningImage: RunningImageStore;
}

export function createExamineStore(stores: Stores): ExamineStore {
  const store = createStore<ExamineState>()((set, get) => {
    const report = (activity: Activity): void => {
      set({ activity });
    };
    let lastJudgement = 0;

    /** Judges the part in use anew; what an earlier question would have said no longer counts. */
    const judgeAgain = async (encryptionKey?: EncryptionKey): Promise<void> => {
      const turn = ++lastJudgement;
      const { examined } = get();
      if (examined === undefined) return;
      const part = partOf(examined);
      if (!isImagePart(part)) return;
      const explanation = await explain(part, examined, encryptionKey);
      const now = get().examined;
      if (turn === lastJudgement && now !== undefined) {
        set({ examined: { ...now, explanation } });
      }
    };
    const explain = async (
      part: ExaminedPart,
      { file, decryptedWith, explanation: before }: Examined,
      encryptionKey: EncryptionKey | undefined,
    ): Promise<BootExplanation> => {
      const opened = decryptedWith !== undefined && encryptionKey === undefined;
      const { whyNotBoot } = await loadExamination();
      const explanation = await whyNotBoot({
        image: opened ? part.shown : part.bytes,
        fileName: file.name,
        slots: slotsOfJudge(get(), stores),
        profile: stores.keystore.getState().view.profile,
        encryptionKey,
        ...whatRuns(get().runningVersion, stores),
        virtualBoard: stores.bench.getState().bench?.kind === 'virtual',
      });
      return opened ? asDecrypted(explanation, before) : explanation;
    };
    const compare = async (): Promise<void> => {
      const { examined, second } = get();
      const comparison = await comparisonOf(examined, second);
      const now = get();
      if (now.examined === examined && now.second === second) set({ comparison });
    };

    return {
      examined: undefined,
      second: undefined,
      comparison: undefined,
      judge: 'page',
      keystoreFile: undefined,
      runningVersion: undefined,
      activity: idle,

      async examine(file) {
        await perform(report, 'examine', async () => {
          const examined = await open(file, stores);
          set({ examined, comparison: undefined });
          await judgeAgain();
          await compare();
        });
      },
      async examineSecond(file) {
        await perform(report, 'examine-second', async () => {
          set({ second: await open(file, stores), comparison: undefined });
          await compare();
        });
      },
      async choosePart(partIndex) {
        const { examined } = get();
        if (examined?.file.parts[partIndex] === undefined) return;
        set({
          examined: { ...examined, partIndex, decryptedWith: undefined, explanation: undefined },
        });
        await perform(report, 'judge', () => judgeAgain());
        await compare();
      },
      async decrypt(cipher, keyFile) {
        await perform(report, 'decrypt', async () => {
          const { examined } = get();
          if (examined === undefined) return;
          const key = await takeKey(keyFile, cipher);
          try {
            const { decryptPart } = await loadExamination();
            const opened = await decryptPart(partOf(examined), examined.file.name, key);
            refuseWrongKey(opened, examined.file.name, cipher);
            set({ examined: withPart(examined, opened, cipher) });
            await judgeAgain(key);
          } finally {
            wipe(key.key);
          }
          await compare();
        });
      },
      async chooseJudge(judge) {
        set({ judge });
        await perform(report, 'judge', () => judgeAgain());
      },
      async openKeystore(file) {
        await perform(report, 'open-keystore', async () => {
          const { readKeystoreFile } = await loadExamination();
          const { slots } = await readKeystoreFile(file.bytes, file.name);
          set({ keystoreFile: { name: file.name, slots }, judge: 'file' });
          await judgeAgain();
        });
      },
      async setRunningVersion(runningVersion) {
        set({ runningVersion });
        await perform(report, 'judge', () => judgeAgain());
      },
      close() {
        lastJudgement++;
        set({ examined: undefined, comparison: undefined });
      },
      closeSecond() {
        set({ second: undefined, comparison: undefined });
      },
      dismiss() {
        set({ activity: idle });
      },
    };
  });

  const lookAgain = (): void => {
    if (store.getState().examined === undefined) return;
    const { judge, chooseJudge } = store.getState();
    void chooseJudge(judge);
  };
  stores.keystore.subscribe((now, before) => {
    if (now.view !== before.view) lookAgain();
  });
  stores.inspect.subscribe((now, before) => {
    if (now.job !== before.job && now.job.kind !== 'running') lookAgain();
  });
  stores.runningImage.subscribe((now, before) => {
    if (now.runningImage !== before.runningImage) lookAgain();
  });
  stores.bench.subscribe((now, before) => {
    if (now.bench !== before.bench) lookAgain();
  });
  return store;
}

export function partOf({ file, partIndex }: Examined): ExaminedPart {
  return file.parts[partIndex] ?? file.parts[0];
}

/** The slots that `state.judge` stands for; none while there are none. */
export function slotsOfJudge(
  { judge, keystoreFile }: Pick<ExamineState, 'judge' | 'keystoreFile'>,
  { keystore, inspect }: Pick<Stores, 'keystore' | 'inspect'>,
): readonly KeystoreSlot[] {
  switch (judge) {
    case 'page':
      return keystore.getState().view.slots;
    case 'file':
      return keystoreFile?.slots ?? [];
    case 'board':
      return slotsOnBoard(inspect.getState().job, keystore.getState().view) ?? [];
  }
}

async function open(file: NamedFile, { keystore }: Stores): Promise<Examined> {
  const { openForExamination } = await loadExamination();
  const examined = await openForExamination(file, keystore.getState().view.profile);
  return {
    file: examined,
    partIndex: foremostPart(examined),
    decryptedWith: undefined,
    explanation: undefined,
  };
}

async function takeKey(keyFile: NamedFile, cipher: ImageCipher): Promise<EncryptionKey> {
  try {
    const { parseEncryptionKeyFile } = await loadExamination();
    return parseEncryptionKeyFile(keyFile.bytes, keyFile.name, cipher);
  } finally {
    wipe(keyFile.bytes);
  }
}

function refuseWrongKey(part: ExaminedPart, name: string, cipher: ImageCipher): void {
  if (part.examination.image !== undefined) return;
  throw (
    part.examination.problem ??
    new AppError('decryption-key-wrong', `${name} does not open with this key as ${cipher}`, {
      context: { file: name, cipher },
    })
  );
}

function withPart(examined: Examined, part: ExaminedPart, cipher: ImageCipher): Examined {
  const [first, ...others] = examined.file.parts.map((other, index) =>
    index === examined.partIndex ? part : other,
  );
  return {
    ...examined,
    file: { ...examined.file, parts: [first ?? part, ...others] },
    decryptedWith: cipher,
    explanation: undefined,
  };
}

/** The key is gone by now, and what it said of the encryption stands. */
function asDecrypted(
  explanation: BootExplanation,
  before: BootExplanation | undefined,
): BootExplanation {
  const said = before?.findings.find(({ check }) => check === 'encryption');
  if (said === undefined) return explanation;
  const findings = explanation.findings.map((finding): BootFinding =>
    finding.check === 'encryption' ? said : finding,
  );
  return { ...explanation, findings };
}

function whatRuns(
  typedVersion: number | undefined,
  { runningImage }: Pick<Stores, 'runningImage'>,
): { readonly runningVersion?: number; readonly runningImage?: Uint8Array } {
  const { runningImage: facts, job } = runningImage.getState();
  if (typedVersion !== undefined && typedVersion !== facts?.version) {
    return { runningVersion: typedVersion };
  }
  if (facts === undefined || job.kind !== 'done' || job.reading.kind === 'none') return {};
  return { runningVersion: facts.version, runningImage: job.reading.bytes };
}

async function comparisonOf(
  examined: Examined | undefined,
  second: Examined | undefined,
): Promise<ImageComparison | undefined> {
  const sides = [examined, second].map((side) => {
    const part = side && partOf(side);
    return part?.examination.image === undefined
      ? undefined
      : {
          bytes: part.shown,
          fileName: side?.file.name ?? '',
          headerSizeBytes: part.examination.image.headerSizeBytes,
        };
  });
  const [a, b] = sides;
  if (a === undefined || b === undefined) return undefined;
  const { compareImages } = await loadExamination();
  return compareImages(a, b);
}
