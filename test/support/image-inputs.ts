/** The files that a command of the image vectors was given, under the names it calls them by. */
import { scheme, type PrivateKey } from '../../src/core/crypto/index.ts';
import type { CliDirectory } from './cli-host.ts';
import { imageManifest, type ImageOutput, type ImageVector } from './image-vectors.ts';
import { vectorFile } from './wolfboot-vectors.ts';
import { isXmssKeyId, xmssKey, xmssStateBefore } from './xmss-vectors.ts';

/** What the words of a command stand for (notes of the manifest). */
const AUXILIARY: Readonly<Record<string, string>> = {
  'blob.bin': 'payloads/blob.bin',
  'chain.bin': 'payloads/certchain.bin',
  'board.dtb': 'payloads/board.dtb',
  'policy.bin': 'payloads/policy.bin',
  'pub.der': 'keys/ecc256-der/priv_pub.der',
};

/** A run of sign: one that made images, or one that failed. */
export type SignVector = Pick<ImageVector, 'id' | 'command' | 'key_file_used'> & {
  readonly payload?: string | undefined;
  readonly key?: string | null | undefined;
  readonly key2?: string | undefined;
  readonly outputs?: readonly ImageOutput[];
};

/** Puts every input of the command into the directory. Keys with a state are where they were before the run. */
export async function provideInputs(directory: CliDirectory, vector: SignVector): Promise<void> {
  const payload = imageManifest.payloads.find(({ id }) => id === vector.payload);
  for (const word of vector.command) {
    const auxiliary = AUXILIARY[word];
    const base = word === 'base.bin' ? baseOfDelta(vector) : undefined;
    if (auxiliary !== undefined) directory.write(word, vectorFile(auxiliary));
    else if (base !== undefined) directory.write(word, vectorFile(base));
    else if (word === 'enc.key') directory.write(word, vectorFile(encryptionKeyFile(vector)));
    else if (word === 'sig.bin') directory.write(word, signatureFile(vector));
    else if (word === 'fw.bin' && payload) directory.write(word, vectorFile(payload.file));
    else if (word === 'key.der') directory.write(word, await keyFile(vector, vector.key ?? ''));
    else if (word === 'key2.der') directory.write(word, await keyFile(vector, vector.key2 ?? ''));
  }
}

/** The file of `--encrypt`. */
export function encryptionKeyFile({ command }: Pick<SignVector, 'command'>): string {
  const cipher = /--(aes128|aes256)/.exec(command.join(' '))?.[1] ?? 'chacha';
  return `payloads/enc_${cipher}.key`;
}

/** The quirk was made with 256 zero bytes (note of the manifest). */
function signatureFile({ id }: SignVector): Uint8Array {
  return id.startsWith('quirk') ? new Uint8Array(256) : vectorFile(`images/${id}.sig.bin`);
}

/** The signed image that a delta vector started from; undefined where it was not kept. */
export function baseOfDelta({ outputs = [], key }: SignVector): string | undefined {
  const diff = outputs.find(({ kind }) => kind === 'diff');
  const version = fieldOf(diff, 'delta_base');
  return imageManifest.images.find(
    (vector) =>
      /^delta.*base$/.test(vector.id) &&
      vector.key === key &&
      (version === undefined || fieldOf(vector.outputs[0], 'version') === version),
  )?.outputs[0]?.file;
}

function fieldOf(output: ImageOutput | undefined, name: string): string | undefined {
  return output?.tlvs?.find((tlv) => tlv.name === name)?.value;
}

async function keyFile(vector: SignVector, id: string): Promise<Uint8Array> {
  if (vector.key_file_used === 'public') return vectorFile(`keys/${id}/priv_pub.der`);
  const index = indexBefore(vector, id);
  const key: PrivateKey = isXmssKeyId(id)
    ? xmssKey(id, xmssStateBefore(id, Number(index)).bytes)
    : { algorithm: 'lms', bytes: vectorFile(`keys/${id}/priv.der`) };
  if (index === 0n) return key.bytes;
  return (await scheme(key.algorithm).state!.advanceTo(key, index)).bytes;
}

/** The index in the first signature that the key made in this run; 0 for a key without a state, or without a signature. */
function indexBefore({ outputs, key }: SignVector, id: string): bigint {
  const signed = outputs?.find(({ kind }) => kind === 'signed');
  const name = id === key ? 'signature' : 'secondary_signature';
  const field = signed?.tlvs?.find((tlv) => tlv.name === name);
  if (!signed || !field || !/^(?:lms|xmss)/.test(id)) return 0n;
  const start = field.offset + 4;
  const signature = vectorFile(signed.file).subarray(start, start + field.len);
  if (isXmssKeyId(id)) return bigEndian(signature, 0, id === 'xmss-10' ? 4 : 3);
  return lmsIndex(signature, id);
}

/** RFC 8554: the number of signed public keys, then for each level a leaf number, a signature, and the key below. */
function lmsIndex(signature: Uint8Array, id: string): bigint {
  const [levels = 1, height = 5, width = 8] = /l(\d)h(\d+)w(\d)/.exec(id)!.slice(1).map(Number);
  const chains = { 1: 265, 2: 133, 4: 67, 8: 34 }[width]!;
  const levelBytes = 12 + 32 + 32 * chains + 32 * height + 56;
  let index = 0n;
  for (let level = 0; level < levels; level++) {
    index = (index << BigInt(height)) + bigEndian(signature, 4 + level * levelBytes, 4);
  }
  return index;
}

function bigEndian(bytes: Uint8Array, at: number, lengthBytes: number): bigint {
  return BigInt(`0x${Buffer.from(bytes.subarray(at, at + lengthBytes)).toString('hex')}`);
}
