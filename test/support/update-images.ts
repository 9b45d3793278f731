/** Two versions of a firmware in every form in which an update can be sent. */
import { ecb } from '@noble/ciphers/aes.js';
import {
  scheme,
  type AlgorithmId,
  type HashId,
  type KeySpec,
} from '../../src/core/crypto/index.ts';
import type { UpdateImage } from '../../src/core/serial/index.ts';
import {
  authKeyOfAlgorithm,
  buildSignedImage,
  deltaOptionsFor,
  deltaPayload,
  encryptImage,
  makeDeltaPatches,
  makeEncryptionKey,
  MASK_ALL,
  parseImage,
  type EncryptionKey,
  type ImageCipher,
  type ImageOptions,
  type ImageSigner,
  type KeystoreSlot,
} from '../../src/core/wolfboot/index.ts';
import { buildSampleApplication } from '../../src/virtual/index.ts';
import { seededRng } from './bytes-rng.ts';

export interface SigningKey {
  readonly keyType: number;
  readonly signer: ImageSigner;
  readonly slot: KeystoreSlot;
}

/** Stateful keys go on by themselves. */
export async function signingKey(
  algorithm: AlgorithmId,
  parameters: object = {},
  seed = 'update',
): Promise<SigningKey> {
  const rng = seededRng(`${seed} ${algorithm}`);
  const chosen = scheme(algorithm);
  const pair = await chosen.generate({ algorithm, ...parameters } as KeySpec, { rng });
  const { publicKey } = pair;
  let { privateKey } = pair;
  const keyType = authKeyOfAlgorithm(algorithm).code;
  return {
    keyType,
    signer: {
      publicKey,
      sign: async (digest) => {
        const persistState = (advanced: typeof privateKey): Promise<void> => {
          privateKey = { ...advanced, bytes: advanced.bytes.slice() };
          return Promise.resolve();
        };
        return (await chosen.sign(privateKey, digest, { rng, persistState })).signature;
      },
    },
    slot: {
      slotId: 0,
      keyType,
      partitionMask: MASK_ALL,
      publicKey,
      publicKeySize: publicKey.length,
    },
  };
}

/** `build` differs for two firmwares of one version; later versions are longer and moved along. */
export function applicationOf(version: number, build = 0): Uint8Array {
  const sample = buildSampleApplication('update');
  const insertAt = 0x1234;
  const moved = new Uint8Array(sample.length + 300 * version);
  moved.set(sample.subarray(0, insertAt));
  moved.fill(version, insertAt, insertAt + 300 * version);
  moved.set(sample.subarray(insertAt), insertAt + 300 * version);
  moved[0x2000] = version;
  moved[0x3100 + 300 * version]! ^= build;
  return moved;
}

export interface ImageWish {
  readonly version: number;
  readonly build?: number;
  readonly headerSizeBytes?: number;
  readonly secondary?: SigningKey;
  readonly hash?: HashId;
}

const optionsOf = (key: SigningKey, wish: ImageWish): ImageOptions => ({
  keyType: key.keyType,
  secondaryKeyType: wish.secondary?.keyType,
  partitionId: 1,
  version: wish.version,
  hash: wish.hash ?? 'sha256',
  headerSizeBytes: wish.headerSizeBytes ?? 1024,
  deltaRun: true,
});

export function wholeImage(key: SigningKey, wish: ImageWish): Promise<Uint8Array> {
  const payload = applicationOf(wish.version, wish.build);
  return buildSignedImage(payload, optionsOf(key, wish), key.signer, wish.secondary?.signer);
}

export interface DeltaWish extends ImageWish {
  readonly sectorSizeBytes?: number;
  readonly baseDigest?: boolean;
  readonly forEncryption?: boolean;
}

/** The delta from `base` to `target`; `wish.version` is that of `target`. */
export async function deltaImage(
  key: SigningKey,
  base: Uint8Array,
  target: Uint8Array,
  wish: DeltaWish,
): Promise<Uint8Array> {
  const patches = await makeDeltaPatches(base, target, wish.sectorSizeBytes ?? 0x2000);
  const made = deltaPayload(patches, wish.forEncryption ?? false);
  const [from, to] = [parseImage(base, 'base'), parseImage(target, 'target')];
  const delta = deltaOptionsFor(from, to, made, wish.baseDigest);
  const options = { ...optionsOf(key, wish), delta };
  return buildSignedImage(made.payload, options, key.signer, wish.secondary?.signer);
}

export function cipherKey(cipher: ImageCipher, seed = 'key'): EncryptionKey {
  return makeEncryptionKey(cipher, seededRng(`${cipher} ${seed}`));
}

/** An AES key whose nonce makes bytes 4 to 7 of the ciphertext what they should not be. */
export function keyWithSizeField(image: Uint8Array, sizeBytes: number): EncryptionKey {
  const { key } = cipherKey('aes256-ctr');
  const keystream = new Uint8Array(16);
  new DataView(keystream.buffer).setUint32(4, sizeBytes, true);
  for (let at = 4; at < 8; at++) keystream[at]! ^= image[at]!;
  const nonce = ecb(key, { disablePadding: true }).decrypt(keystream);
  return { cipher: 'aes256-ctr', key, nonce };
}

/** As the update page hands it to the update; `plain` is what `sent` decrypts to. */
export function updateOf(plain: Uint8Array, sent = plain): UpdateImage {
  const image = parseImage(plain, 'update');
  return {
    bytes: sent,
    version: image.version,
    headerSizeBytes: image.headerSizeBytes,
    payloadSizeBytes: image.payloadSizeBytes,
    encrypted: sent !== plain,
    baseVersion: image.delta?.baseVersion,
  };
}

export function encryptedUpdate(plain: Uint8Array, key: EncryptionKey): UpdateImage {
  return updateOf(plain, encryptImage(plain, key));
}
