/**
 * Signing in three steps with a key that is not here: the digest goes out, its signature comes back and
 * is checked, then the image is built. What was prepared stays until it is finished or given up, also
 * while other pages are open.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { equalBytes } from '../core/bytes/index.ts';
import { AppError } from '../core/errors.ts';
import {
  algorithmOfSlot,
  assembleImage,
  imageDigest,
  judgeSignature,
  parsePublicKeyFile,
  readSignatureFile,
  readSignatureText,
  shellSafeName,
  signingCommands,
  type AuthKeyName,
  type ImageSignatures,
  type NoCommand,
  type OtherKey,
  type ReadSignature,
  type SignatureJudgement,
  type SignatureWanted,
  type SigningCommand,
} from '../core/wolfboot/index.ts';
import { idle, perform, type Activity } from './activity.ts';
import type { FirmwareStore } from './firmware.ts';
import { planImage, type ImagePlan, type SigningKeyFacts } from './image-plan.ts';
import type { KeystoreStore } from './keystore.ts';
import type { NamedFile, Services } from './services.ts';
import { withoutExtension } from './sign-image.ts';
import type { EncryptionRequest, HeaderRequest } from './sign-request.ts';

/** Whose signature it will be. */
export type ExternalKey =
  /** Any form of a public key; `type` tells RSA from RSA-PSS, which have the same files. */
  | { readonly from: 'file'; readonly file: NamedFile; readonly type?: AuthKeyName | undefined }
  /** By its id in the keystore. */
  | { readonly from: 'keystore'; readonly id: string };

export interface ExternalRequest extends HeaderRequest {
  readonly firmwareId: string;
  readonly key: ExternalKey;
  readonly encryption?: EncryptionRequest | undefined;
}

/** One signature that is needed: of the image, and of its policy where it has one. */
export interface ExternalPart {
  readonly id: 'image' | 'policy';
  readonly wanted: SignatureWanted;
  readonly digestFile: string;
  readonly signatureFile: string;
  readonly commands: readonly (SigningCommand | NoCommand)[];
  /** Of the last signature that was given. */
  readonly judgement: SignatureJudgement | undefined;
}

export interface ExternalJob {
  readonly firmware: { readonly name: string; readonly bytes: Uint8Array };
  readonly version: number;
  readonly keyName: string;
  readonly plan: ImagePlan;
  readonly encryption: EncryptionRequest | undefined;
  readonly imageName: string;
  readonly parts: readonly ExternalPart[];
}

export interface ExternalState {
  /** undefined while nothing waits for a signature. */
  readonly job: ExternalJob | undefined;
  /** The image that was built last. */
  readonly builtId: string | undefined;
  readonly activity: Activity;
  /** Step one: what is to be signed. Takes the place of what was prepared before. */
  prepare(request: ExternalRequest): Promise<void>;
  saveDigest(part: ExternalPart['id']): void;
  /** Step two: a signature as a file, or as text that was pasted. */
  giveFile(part: ExternalPart['id'], file: NamedFile): Promise<void>;
  giveText(part: ExternalPart['id'], text: string): Promise<void>;
  /** Step three, when all signatures are good: the image joins the firmware store's list. */
  build(): Promise<void>;
  giveUp(): void;
  dismiss(): void;
}

export type ExternalStore = StoreApi<ExternalState>;

interface ExternalStores {
  readonly firmware: FirmwareStore;
  readonly keystore: KeystoreStore;
}

export function createExternalStore(
  { files, clock }: Pick<Services, 'files' | 'clock'>,
  stores: ExternalStores,
): ExternalStore {
  return createStore<ExternalState>()((set, get) => {
    const report = (activity: Activity): void => {
      set({ activity });
    };
    const requireJob = (): ExternalJob => {
      const { job } = get();
      if (job) return job;
      throw new AppError('invalid-argument', 'nothing waits for a signature');
    };
    const give = async (
      id: ExternalPart['id'],
      read: () => readonly ReadSignature[],
    ): Promise<void> => {
      await perform(report, 'judge', async () => {
        const job = requireJob();
        const part = job.parts.find((entry) => entry.id === id);
        if (!part) throw new AppError('invalid-argument', `no signature ${id} is needed`);
        const others = otherKeys(stores.keystore, part);
        const judgement = await judgeSignature(read(), part.wanted, others);
        const now = get().job;
        if (now?.plan !== job.plan) return;
        const parts = now.parts.map((entry) => (entry.id === id ? { ...entry, judgement } : entry));
        set({ job: { ...now, parts } });
      });
    };

    return {
      job: undefined,
      builtId: undefined,
      activity: idle,

      async prepare(request) {
        await perform(report, 'prepare', async () => {
          set({ job: undefined, builtId: undefined });
          set({ job: await prepareJob(request, stores, clock) });
        });
      },
      saveDigest(id) {
        const part = get().job?.parts.find((entry) => entry.id === id);
        if (part) files.save(part.digestFile, part.wanted.digest);
      },
      giveFile: (id, file) => give(id, () => readSignatureFile(file.bytes, file.name)),
      giveText: (id, text) => give(id, () => readSignatureText(text)),
      async build() {
        await perform(report, 'build', async () => {
          const job = requireJob();
          const { firmware, plan, imageName, encryption } = job;
          const bytes = await assembleImage(
            firmware.bytes,
            plan.options,
            plan.keys,
            signaturesOf(job),
          );
          const store = stores.firmware.getState();
          const builtId = await store.addSigned({ name: imageName, bytes }, encryption);
          const { activity } = stores.firmware.getState();
          if (builtId === undefined && activity.kind === 'failed') throw activity.error;
          set({ builtId, job: undefined });
        });
      },
      giveUp() {
        set({ job: undefined });
      },
      dismiss() {
        set({ activity: idle });
      },
    };
  });
}

async function prepareJob(
  { key: source, firmwareId, encryption, ...header }: ExternalRequest,
  { firmware: firmwareStore, keystore }: ExternalStores,
  clock: Services['clock'],
): Promise<ExternalJob> {
  const firmware = firmwareStore.getState().files.find(({ id }) => id === firmwareId);
  if (!firmware) throw new AppError('invalid-argument', `there is no firmware ${firmwareId}`);
  const key = await findKey(source, keystore);
  const plan = await planImage(
    { ...header, firmwareId, keyId: key.id, encryption },
    {
      firmware,
      key,
      secondaryKey: undefined,
      base: undefined,
      profile: keystore.getState().view.profile,
    },
    clock,
  );
  const { options, keys } = plan;
  const stem = `${withoutExtension(firmware.name)}_v${header.version}`;
  const of = { algorithm: key.algorithm, publicKey: key.publicKey, keyType: options.keyType };
  const image = { ...of, digest: imageDigest(firmware.bytes, options, keys), hash: options.hash };
  const parts = [externalPart('image', image, stem)];
  if (options.policy) {
    // Section 15: always treated as a SHA-256.
    const policy = { ...of, digest: options.policy.digest, hash: 'sha256' } as const;
    parts.push(externalPart('policy', policy, `${stem}_policy`));
  }
  return {
    firmware,
    version: header.version,
    keyName: key.name,
    plan,
    encryption,
    imageName: `${stem}_signed.bin`,
    parts,
  };
}

function externalPart(id: ExternalPart['id'], wanted: SignatureWanted, stem: string): ExternalPart {
  const safe = shellSafeName(stem);
  const names = { digest: `${safe}_digest.bin`, signature: `${safe}.sig` };
  return {
    id,
    wanted,
    digestFile: names.digest,
    signatureFile: names.signature,
    commands: signingCommands({ ...wanted, files: names }),
    judgement: undefined,
  };
}

async function findKey(source: ExternalKey, keystore: KeystoreStore): Promise<SigningKeyFacts> {
  if (source.from === 'file') {
    const { name, bytes } = source.file;
    const { algorithm, publicKey } = await parsePublicKeyFile(bytes, name, source.type);
    return { id: 'external', name, algorithm, publicKey };
  }
  const chosen = keystore.getState().view.chosen.find(({ id }) => id === source.id);
  if (!chosen) throw new AppError('key-unknown', `slot ${source.id} is not in the keystore`);
  const { slot, source: from } = chosen;
  if (from.kind === 'key') return { ...from.key, signatures: undefined, suspended: undefined };
  const algorithm = algorithmOfSlot(slot.keyType, slot.publicKey);
  if (algorithm === undefined) {
    throw new AppError('key-invalid', `the key of slot ${slot.slotId} is not one of its type`, {
      context: { slot: slot.slotId },
    });
  }
  return { id: source.id, name: from.imported.name, algorithm, publicKey: slot.publicKey };
}

/** The other keys of the keystore: one of them may have signed by mistake. */
function otherKeys(keystore: KeystoreStore, { wanted }: ExternalPart): readonly OtherKey[] {
  return keystore
    .getState()
    .view.chosen.filter(({ slot }) => !equalBytes(slot.publicKey, wanted.publicKey))
    .map(({ slot: { keyType, publicKey }, source }) => ({
      name: source.kind === 'key' ? source.key.name : source.imported.name,
      keyType,
      publicKey,
    }));
}

function signaturesOf({ parts }: ExternalJob): ImageSignatures {
  const of = (id: ExternalPart['id']): Uint8Array | undefined => {
    const judgement = parts.find((part) => part.id === id)?.judgement;
    return judgement?.ok === true ? judgement.signature : undefined;
  };
  return { primary: of('image'), policy: of('policy') };
}
