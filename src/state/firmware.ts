/** Firmware files, the images signed from them, and what a bootloader would say to each. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { toHex, wipe } from '../core/bytes/index.ts';
import { hash, type CryptoProgress } from '../core/crypto/index.ts';
import { AppError, toAppError } from '../core/errors.ts';
import {
  isSampleImage,
  parseImage,
  receiverWouldStopEarly,
  verifyImage,
  type ImageCipher,
  type ImageVerdict,
  type WolfBootImage,
} from '../core/wolfboot/index.ts';
import type { EncryptionKeyInfo } from '../workers/keyring/protocol.ts';
import { idle, perform, type Activity } from './activity.ts';
import type { FirmwareSource } from './firmware-files.ts';
import { planImage, type ImagePlan, type SigningInputs } from './image-plan.ts';
import type { KeysStore } from './keys.ts';
import type { KeystoreStore } from './keystore.ts';
import { createLongCalls } from './long-calls.ts';
import type { NamedFile, Services } from './services.ts';
import { addEncrypted, signImages, withoutExtension } from './sign-image.ts';
import type { MadeImage, SigningPlace, SigningStage } from './sign-image.ts';
import type { EncryptionRequest, SignRequest } from './sign-request.ts';
import type { SignedImage } from './signed-image.ts';

export type { SignedImage } from './signed-image.ts';
export type { SignRequest } from './sign-request.ts';

export interface FirmwareFile extends NamedFile {
  readonly id: string;
  /** Made for the virtual board; may not go to a real one. */
  readonly sample: boolean;
  /** What a .hex, .elf and the like said besides the bytes. */
  readonly source?: FirmwareSource | undefined;
}

export interface FirmwareState {
  readonly files: readonly FirmwareFile[];
  readonly images: readonly SignedImage[];
  /** For encrypted images; the keys themselves stay in the keyring. */
  readonly encryptionKeys: readonly EncryptionKeyInfo[];
  readonly activity: Activity;
  /** Of what takes long; undefined when nothing does or it has not said anything yet. */
  readonly progress: CryptoProgress | undefined;
  /** What is being done while `activity` is `sign`. */
  readonly stage: SigningStage | undefined;
  loadSample(): Promise<void>;
  openFirmware(file: NamedFile): Promise<void>;
  removeFirmware(id: string): void;
  /** Adds the signed image, and the delta and encrypted ones that were asked for. */
  sign(request: SignRequest): Promise<void>;
  /** What `sign` would make. Uses no key. Rejects with what is wrong with the request. */
  plan(request: SignRequest): Promise<ImagePlan>;
  /** Ends the signing that runs; what is signed already stays. */
  cancel(): void;
  openSigned(file: NamedFile): Promise<void>;
  /** An encrypted image and what it decrypts to become two of the list. */
  openEncrypted(file: NamedFile, encryptionKeyId: string): Promise<void>;
  /**
   * Takes in an image that was signed with a key that is not here, encrypted too where that is asked for.
   * Resolves with its id, undefined when that failed.
   */
  addSigned(file: NamedFile, encryption?: EncryptionRequest): Promise<string | undefined>;
  verify(id: string): Promise<void>;
  /** The same for all images, unasked: only a failure shows in `activity`. */
  judgeAll(): Promise<void>;
  removeImage(id: string): void;
  save(id: string): void;
  /** A key file of wolfBoot's form; the bytes are wiped. */
  openEncryptionKey(file: NamedFile, cipher: ImageCipher): Promise<void>;
  makeEncryptionKey(cipher: ImageCipher): Promise<void>;
  /** Hands the key file to the person. */
  saveEncryptionKey(id: string): Promise<void>;
  removeEncryptionKey(id: string): Promise<void>;
  dismiss(): void;
}

export type FirmwareStore = StoreApi<FirmwareState>;

type FirmwareServices = Pick<Services, 'keyring' | 'files' | 'samples' | 'clock' | 'deltaMaker'>;

/** Not in the first screen's bundle. */
const loadFileFormats = () => import('./firmware-files.ts');

export function createFirmwareStore(
  services: FirmwareServices,
  keysStore: KeysStore,
  keystoreStore: KeystoreStore,
): FirmwareStore {
  const { keyring, files, samples, clock } = services;
  return createStore<FirmwareState>()((set, get) => {
    let lastId = 0;
    /** What an encrypted image of the list decrypts to. */
    const decrypted = new WeakMap<Uint8Array, Uint8Array>();
    const report = (activity: Activity): void => {
      set({ activity });
    };
    const long = createLongCalls(report, (progress) => {
      set({ progress });
    });
    const judge = async (bytes: Uint8Array, image: WolfBootImage): Promise<ImageVerdict> => {
      const { slots, profile } = keystoreStore.getState().view;
      return verifyImage(bytes, slots, { headerSizeBytes: image.headerSizeBytes, profile });
    };
    const addFirmware = (file: NamedFile): void => {
      const entry = { ...file, id: `firmware-${++lastId}`, sample: isSampleImage(file.bytes) };
      set({ files: [...get().files, entry] });
    };
    const addImage = async (
      file: NamedFile,
      origin: SignedImage['origin'],
      made?: MadeImage,
    ): Promise<SignedImage> => {
      const { plainId, baseId } = made?.links ?? {};
      const plain = plainId === undefined ? undefined : imageById(plainId);
      const base = baseId === undefined ? undefined : imageById(baseId);
      const readable = plain?.bytes ?? file.bytes;
      const image = plain?.image ?? parseImage(file.bytes, file.name);
      if (plain) decrypted.set(file.bytes, plain.bytes);
      const entry: SignedImage = {
        form: image.delta === undefined ? 'plain' : 'delta',
        links: {},
        ...made,
        ...file,
        id: `image-${++lastId}`,
        sample: isSampleImage(readable) || plain?.sample === true || base?.sample === true,
        origin,
        sha256: toHex(hash('sha256', file.bytes)),
        image,
        verdict: await judge(readable, image),
      };
      set({ images: [...get().images, entry] });
      return entry;
    };
    const imageById = (id: string): SignedImage => find(get().images, id, 'image');
    const judgeAgain = async ({ id, bytes, image }: SignedImage): Promise<void> => {
      const verdict = await judge(decrypted.get(bytes) ?? bytes, image);
      set({
        images: get().images.map((entry) => (entry.id === id ? { ...entry, verdict } : entry)),
      });
    };
    const place: SigningPlace = {
      services,
      add: (file, made) => addImage(file, 'signed-here', made),
      onStage: (stage) => {
        set({ stage, progress: undefined });
      },
    };
    const inputsOf = (request: SignRequest): SigningInputs => {
      const { keys } = keysStore.getState();
      const { keyId, secondaryKeyId, unsigned, delta } = request;
      return {
        firmware: find(get().files, request.firmwareId, 'firmware file'),
        key: unsigned === true ? undefined : find(keys, keyId ?? '', 'key'),
        secondaryKey: secondaryKeyId === undefined ? undefined : find(keys, secondaryKeyId, 'key'),
        base: delta && imageById(delta.baseImageId),
        profile: keystoreStore.getState().view.profile,
      };
    };
    const refreshEncryptionKeys = async (): Promise<void> => {
      set({ encryptionKeys: await keyring.listEncryptionKeys() });
    };
    const onEncryptionKeys = async (what: string, work: () => Promise<unknown>): Promise<void> => {
      await perform(report, what, async () => {
        await work();
        await refreshEncryptionKeys();
      });
    };
    // A lock wipes them.
    keyring.watch((event) => {
      if (event.kind === 'vault') void refreshEncryptionKeys().catch(() => undefined);
    });

    return {
      files: [],
      images: [],
      encryptionKeys: [],
      activity: idle,
      progress: undefined,
      stage: undefined,

      async loadSample() {
        await perform(report, 'load-sample', async () => {
          const sample = await samples.application();
          if (!get().files.some((file) => file.name === sample.name)) addFirmware(sample);
        });
      },
      async openFirmware(file) {
        await perform(report, 'open-firmware', async () => {
          const { openFirmwareFile } = await loadFileFormats();
          addFirmware(openFirmwareFile(file));
        });
      },
      removeFirmware(id) {
        set({ files: get().files.filter((file) => file.id !== id) });
      },
      async sign(request) {
        await long.run('sign', async (call) => {
          try {
            await signImages(place, request, inputsOf(request), call);
          } finally {
            set({ stage: undefined });
            if (request.encryption) await refreshEncryptionKeys();
          }
        });
      },
      plan: async (request) => planImage(request, inputsOf(request), clock),
      cancel() {
        long.cancel();
      },
      async openSigned(file) {
        await perform(report, 'open-image', async () => {
          const { openImageFile } = await loadFileFormats();
          await addImage(openImageFile(file, keystoreStore.getState().view.profile), 'opened');
        });
      },
      async openEncrypted(file, encryptionKeyId) {
        await perform(report, 'open-image', async () => {
          const bytes = await keyring.decryptImage(encryptionKeyId, file.bytes);
          const key = find(get().encryptionKeys, encryptionKeyId, 'encryption key');
          const name = `${withoutExtension(file.name)}_decrypted.bin`;
          const plain = await addImage({ name, bytes }, 'opened');
          await addImage(file, 'opened', {
            form: plain.form === 'delta' ? 'delta-encrypted' : 'encrypted',
            links: { plainId: plain.id },
            encryption: {
              key,
              stopsReceiverEarly: receiverWouldStopEarly(file.bytes, plain.image.headerSizeBytes),
            },
          });
        });
      },
      async addSigned(file, encryption) {
        return perform(report, 'add-image', async () => {
          const plain = await addImage(file, 'signed-here');
          if (encryption) {
            const stem = withoutExtension(file.name).replace(/_signed$/, '');
            const name = `${stem}_signed_and_encrypted.bin`;
            await addEncrypted(place, encryption, plain, name, `${stem}_key`);
            set({ stage: undefined });
            await refreshEncryptionKeys();
          }
          return plain.id;
        });
      },
      async verify(id) {
        await perform(report, 'verify', () => judgeAgain(imageById(id)));
      },
      async judgeAll() {
        try {
          for (const image of get().images) await judgeAgain(image);
        } catch (error) {
          set({ activity: { kind: 'failed', what: 'verify', error: toAppError(error) } });
        }
      },
      removeImage(id) {
        set({ images: get().images.filter((image) => image.id !== id) });
      },
      save(id) {
        const { name, bytes } = imageById(id);
        files.save(name, bytes);
      },
      openEncryptionKey: (file, cipher) =>
        onEncryptionKeys('open-encryption-key', async () => {
          try {
            await keyring.openEncryptionKey(file, cipher);
          } finally {
            wipe(file.bytes);
          }
        }),
      makeEncryptionKey: (cipher) =>
        onEncryptionKeys('make-encryption-key', () =>
          keyring.makeEncryptionKey(cipher, freeName(get().encryptionKeys)),
        ),
      saveEncryptionKey: (id) =>
        onEncryptionKeys('save-encryption-key', async () => {
          const { name, bytes } = await keyring.saveEncryptionKey(id);
          files.save(name, bytes);
          wipe(bytes);
        }),
      removeEncryptionKey: (id) =>
        onEncryptionKeys('remove-encryption-key', () => keyring.forgetEncryptionKey(id)),
      dismiss() {
        set({ activity: idle });
      },
    };
  });
}

/** `enc_key.bin`, `enc_key-2.bin` and so on. */
function freeName(keys: readonly EncryptionKeyInfo[]): string {
  const taken = new Set(keys.map(({ name }) => name));
  let name = 'enc_key.bin';
  for (let number = 2; taken.has(name); number++) name = `enc_key-${number}.bin`;
  return name;
}

function find<T extends { readonly id: string }>(list: readonly T[], id: string, what: string): T {
  const found = list.find((entry) => entry.id === id);
  if (found === undefined) throw new AppError('invalid-argument', `there is no ${what} ${id}`);
  return found;
}
