/**
 * Makes what a request asks for: the signed image, a delta beside it, their encrypted copies. Each is
 * handed on as soon as it is there, so that a signature that was made is never lost.
 */
import { AppError } from '../core/errors.ts';
import type { Clock } from '../core/ports/index.ts';
import {
  buildSignedImage,
  checkPartitionFit,
  deltaOptionsFor,
  deltaPayload,
  planImageHeader,
  type DeltaPayload,
  type ImageOptions,
} from '../core/wolfboot/index.ts';
import { partitionRoom, planImage, type ImagePlan, type SigningInputs } from './image-plan.ts';
import type { LongCallHandle } from './long-calls.ts';
import type { NamedFile, Services } from './services.ts';
import type {
  DeltaRequest,
  EncryptionRequest,
  ImageEncryption,
  ImageForm,
  ImageLinks,
  SignRequest,
} from './sign-request.ts';
import type { SignedImage } from './signed-image.ts';

export type SigningStage = 'sign' | 'patch' | 'encrypt';

export interface MadeImage {
  readonly form: ImageForm;
  readonly links: ImageLinks;
  readonly encryption?: ImageEncryption | undefined;
}

export interface SigningPlace {
  readonly services: {
    readonly keyring: Pick<
      Services['keyring'],
      'signImage' | 'encryptImage' | 'listEncryptionKeys'
    >;
    readonly deltaMaker: Services['deltaMaker'];
    readonly clock: Pick<Clock, 'wallMs'>;
  };
  /** Takes the image into the list. */
  add(file: NamedFile, made: MadeImage): Promise<SignedImage>;
  onStage(stage: SigningStage): void;
}

/** Throws what `planImage` throws, before any key is used, and what the keyring rejects with. */
export async function signImages(
  place: SigningPlace,
  request: SignRequest,
  inputs: SigningInputs,
  call: LongCallHandle,
): Promise<void> {
  const { encryption, delta } = request;
  const plan = await planImage(request, inputs, place.services.clock);
  if (encryption) await requireEncryptionKey(place, encryption);
  const signer = imageSigner(place, inputs, call);
  const stem = `${withoutExtension(inputs.firmware.name)}_v${request.version}`;
  place.onStage('sign');
  const signed = await signer(inputs.firmware.bytes, plan.options);
  const whole = await addWhole(place, request, plan, signed, stem);
  if (delta) {
    await addDelta(place, request, delta, { ...inputs, plan, whole, stem, signer, call });
  } else if (encryption) {
    await addEncrypted(place, encryption, whole, `${stem}_signed_and_encrypted.bin`, `${stem}_key`);
  }
}

type Sign = (payload: Uint8Array, options: ImageOptions) => Promise<Uint8Array>;

function imageSigner(
  { services: { keyring } }: SigningPlace,
  { key, secondaryKey }: SigningInputs,
  call: LongCallHandle,
): Sign {
  if (key === undefined) return (payload, options) => buildSignedImage(payload, options);
  const ids = { primary: key.id, secondary: secondaryKey?.id };
  return (payload, options) => keyring.signImage(ids, payload, options, call);
}

function addWhole(
  place: SigningPlace,
  { headerOnly }: SignRequest,
  { layout }: ImagePlan,
  signed: Uint8Array,
  stem: string,
): Promise<SignedImage> {
  const file =
    headerOnly === true
      ? { name: `${stem}_header.bin`, bytes: signed.slice(0, layout.headerSizeBytes) }
      : { name: `${stem}_signed.bin`, bytes: signed };
  return place.add(file, { form: 'plain', links: {} });
}

interface DeltaWork extends SigningInputs {
  readonly plan: ImagePlan;
  readonly whole: SignedImage;
  readonly stem: string;
  readonly signer: Sign;
  readonly call: LongCallHandle;
}

async function addDelta(
  place: SigningPlace,
  { encryption }: SignRequest,
  { sectorSizeBytes, baseDigest }: DeltaRequest,
  { plan, whole, base, profile, stem, signer, call }: DeltaWork,
): Promise<void> {
  if (base === undefined) throw new AppError('internal', 'the base image of a delta got lost');
  place.onStage('patch');
  const { deltaMaker } = place.services;
  const patches = await deltaMaker.makePatches(base.bytes, whole.bytes, sectorSizeBytes, call);
  const made = deltaPayload(patches, encryption !== undefined);
  const options = {
    ...plan.options,
    delta: deltaOptionsFor(base.image, whole.image, made, baseDigest),
  };
  checkDelta(made, options, plan, profile);
  place.onStage('sign');
  const signed = await signer(made.payload, options);
  const links = { baseId: base.id, targetId: whole.id };
  const file = { name: `${stem}_signed_diff.bin`, bytes: signed };
  const diff = await place.add(file, { form: 'delta', links });
  if (encryption) {
    const name = `${stem}_signed_diff_encrypted.bin`;
    await addEncrypted(place, encryption, diff, name, `${stem}_diff_key`);
  }
}

/** The last that can be refused before another index is used. */
function checkDelta(
  { payload }: DeltaPayload,
  options: ImageOptions,
  { keys }: ImagePlan,
  profile: SigningInputs['profile'],
): void {
  const { headerSizeBytes } = planImageHeader(options, keys);
  const room = partitionRoom(profile);
  if (room) checkPartitionFit(headerSizeBytes, payload.length, room);
}

async function requireEncryptionKey(
  { services: { keyring } }: SigningPlace,
  { keyId }: EncryptionRequest,
): Promise<void> {
  const keys = await keyring.listEncryptionKeys();
  if (keys.some(({ id }) => id === keyId)) return;
  throw new AppError('key-unknown', `there is no encryption key ${keyId} here`, {
    context: { key: keyId },
  });
}

/** The encrypted copy of an image of the list. */
export async function addEncrypted(
  place: Pick<SigningPlace, 'add' | 'onStage'> & {
    readonly services: Pick<SigningPlace['services'], 'keyring'>;
  },
  { keyId, nonce }: EncryptionRequest,
  plain: SignedImage,
  name: string,
  keyName: string,
): Promise<void> {
  place.onStage('encrypt');
  const { bytes, key, stopsReceiverEarly } = await place.services.keyring.encryptImage(
    keyId,
    plain.bytes,
    { nonce, fileName: `${keyName}.bin`, headerSizeBytes: plain.image.headerSizeBytes },
  );
  await place.add(
    { name, bytes },
    {
      form: plain.form === 'delta' ? 'delta-encrypted' : 'encrypted',
      links: { ...plain.links, plainId: plain.id },
      encryption: { key, stopsReceiverEarly },
    },
  );
}

export function withoutExtension(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}
