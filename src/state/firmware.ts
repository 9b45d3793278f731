/** Firmware files, the images signed from them, and what a bootloader would say to each. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { toHex } from '../core/bytes/index.ts';
import { hash, type CryptoProgress } from '../core/crypto/index.ts';
import { AppError, toAppError } from '../core/errors.ts';
import {
  authKeyOfAlgorithm,
  isSampleImage,
  parseImage,
  verifyImage,
  type ImageOptions,
  type ImageVerdict,
  type WolfBootImage,
} from '../core/wolfboot/index.ts';
import { idle, perform, type Activity } from './activity.ts';
import type { KeysStore } from './keys.ts';
import type { KeystoreStore } from './keystore.ts';
import { createLongCalls } from './long-calls.ts';
import type { NamedFile, Services } from './services.ts';
import type { ImageEncryption, ImageForm, ImageLinks, SignRequest } from './sign-request.ts';

export type { SignRequest } from './sign-request.ts';

export interface FirmwareFile extends NamedFile {
  readonly id: string;
  /** Made for the virtual board; may not go to a real one. */
  readonly sample: boolean;
}

export interface SignedImage extends NamedFile {
  readonly id: string;
  readonly sample: boolean;
  readonly origin: 'signed-here' | 'opened';
  readonly form: ImageForm;
  readonly links: ImageLinks;
  /** Of the encrypted forms; those that were opened and decrypted here too. */
  readonly encryption?: ImageEncryption | undefined;
  /** Of `bytes`, as they are saved and sent. */
  readonly sha256: string;
  /** As the bootloader reads it: of an encrypted image what it decrypts to. */
  readonly image: WolfBootImage;
  /** Against the keystore as it stood when `verify` ran last. */
  readonly verdict: ImageVerdict | undefined;
}

export interface FirmwareState {
  readonly files: readonly FirmwareFile[];
  readonly images: readonly SignedImage[];
  readonly activity: Activity;
  /** Of the signature that is made; undefined when none is or it has not said anything yet. */
  readonly progress: CryptoProgress | undefined;
  loadSample(): Promise<void>;
  openFirmware(file: NamedFile): Promise<void>;
  removeFirmware(id: string): void;
  sign(request: SignRequest): Promise<void>;
  /** Ends the signing that runs; no image is made then. */
  cancel(): void;
  openSigned(file: NamedFile): Promise<void>;
  verify(id: string): Promise<void>;
  /** The same for all images, unasked: only a failure shows in `activity`. */
  judgeAll(): Promise<void>;
  removeImage(id: string): void;
  save(id: string): void;
  dismiss(): void;
}

export type FirmwareStore = StoreApi<FirmwareState>;

export function createFirmwareStore(
  { keyring, files, samples, clock }: Pick<Services, 'keyring' | 'files' | 'samples' | 'clock'>,
  keysStore: KeysStore,
  keystoreStore: KeystoreStore,
): FirmwareStore {
  return createStore<FirmwareState>()((set, get) => {
    let lastId = 0;
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
    const addImage = async (file: NamedFile, origin: SignedImage['origin']): Promise<void> => {
      const image = parseImage(file.bytes, file.name);
      const entry: SignedImage = {
        ...file,
        id: `image-${++lastId}`,
        sample: isSampleImage(file.bytes),
        origin,
        form: image.delta === undefined ? 'plain' : 'delta',
        links: {},
        sha256: toHex(hash('sha256', file.bytes)),
        image,
        verdict: await judge(file.bytes, image),
      };
      set({ images: [...get().images, entry] });
    };
    const imageById = (id: string): SignedImage => find(get().images, id, 'image');
    const judgeAgain = async ({ id, bytes, image }: SignedImage): Promise<void> => {
      const verdict = await judge(bytes, image);
      set({
        images: get().images.map((entry) => (entry.id === id ? { ...entry, verdict } : entry)),
      });
    };

    return {
      files: [],
      images: [],
      activity: idle,
      progress: undefined,

      async loadSample() {
        await perform(report, 'load-sample', async () => {
          const sample = await samples.application();
          if (!get().files.some((file) => file.name === sample.name)) addFirmware(sample);
        });
      },
      async openFirmware(file) {
        await perform(report, 'open-firmware', () => {
          addFirmware(file);
          return Promise.resolve();
        });
      },
      removeFirmware(id) {
        set({ files: get().files.filter((file) => file.id !== id) });
      },
      async sign(request) {
        await long.run('sign', async (call) => {
          const firmware = find(get().files, request.firmwareId, 'firmware file');
          const key = find(keysStore.getState().keys, request.keyId ?? '', 'key');
          const options: ImageOptions = {
            keyType: authKeyOfAlgorithm(key.algorithm).code,
            partitionId: request.partitionId,
            version: request.version,
            hash: 'sha256',
            headerSizeBytes: request.headerSizeBytes,
            timestamp: request.timestamp ? BigInt(Math.floor(clock.wallMs() / 1000)) : undefined,
          };
          const bytes = await keyring.signImage({ primary: key.id }, firmware.bytes, options, call);
          const name = `${withoutExtension(firmware.name)}_v${request.version}_signed.bin`;
          await addImage({ name, bytes }, 'signed-here');
        });
      },
      cancel() {
        long.cancel();
      },
      async openSigned(file) {
        await perform(report, 'open-image', () => addImage(file, 'opened'));
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
      dismiss() {
        set({ activity: idle });
      },
    };
  });
}

function find<T extends { readonly id: string }>(list: readonly T[], id: string, what: string): T {
  const found = list.find((entry) => entry.id === id);
  if (found === undefined) throw new AppError('invalid-argument', `there is no ${what} ${id}`);
  return found;
}

function withoutExtension(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}
