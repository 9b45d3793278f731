/** The keys of one run of `keygen`: imported from files of any kind, or made. */
import type { KeyPair } from '../core/crypto/index.ts';
import { scheme } from '../core/crypto/index.ts';
import { AppError, isAppError } from '../core/errors.ts';
import {
  checkKeystoreKey,
  MASK_ALL,
  readKeystoreFile,
  type AuthKey,
  type KeystoreSlot,
  type SourcedSlot,
} from '../core/wolfboot/index.ts';
import { readInput } from './files.ts';
import type { Host } from './host.ts';
import { chooseSpec, type ChosenSpec } from './key-parameters.ts';
import type { KeyRequest } from './keygen-arguments.ts';
import { progressOf } from './progress.ts';
import { usageOf } from './state-file.ts';

export interface MadeKey {
  /** The file it came from or goes to. */
  readonly path: string;
  readonly type: AuthKey;
  readonly slot: SourcedSlot;
  /** Undefined for an import. */
  readonly pair: KeyPair | undefined;
  /** `L2-H5-W8`; undefined for an import and for algorithms without any. */
  readonly parameters: string | undefined;
}

export interface PreparedKeys {
  readonly keys: readonly (KeyRequest & ChosenSpec)[];
  /** Of all keys, each once. */
  readonly notices: readonly string[];
}

/** Settles the parameters of the keys to be made. Throws `invalid-argument`. */
export function prepareKeys({ environment }: Host, requests: readonly KeyRequest[]): PreparedKeys {
  const keys = requests
    .filter((request) => request.do === 'generate')
    .map((request) => ({
      ...request,
      ...chooseSpec(request.type, request.parameters, environment),
    }));
  return { keys, notices: [...new Set(keys.flatMap(({ notices }) => notices))] };
}

/** `made` grows key by key, so that its owner can wipe them whatever happens. */
export async function makeKeys(host: Host, { keys }: PreparedKeys, made: MadeKey[]): Promise<void> {
  const hasher = keys.some(({ type }) => isTree(type)) ? host.treeHasher() : undefined;
  try {
    for (const { path, type, spec, partitionMask } of keys) {
      const pair = await scheme(spec.algorithm).generate(spec, {
        rng: host.rng,
        rsa: host.rsa,
        hasher,
        onProgress: progressOf(host, path),
      });
      host.progress(undefined);
      const slot = slotOf(type, pair.publicKey, path, partitionMask ?? MASK_ALL);
      const parameters = isTree(type) ? usageOf(pair.privateKey).parameters : undefined;
      made.push({ path, type, slot, pair, parameters });
    }
  } finally {
    host.progress(undefined);
  }
}

function isTree({ family }: AuthKey): boolean {
  return family === 'lms' || family === 'xmss';
}

/** A public key, a certificate, a JWK; of a keystore or otp.bin every key of the algorithm that was named. */
export async function importKeys(
  host: Host,
  requests: readonly KeyRequest[],
): Promise<readonly MadeKey[]> {
  const imported: MadeKey[] = [];
  for (const request of requests.filter((each) => each.do === 'import')) {
    imported.push(...(await importFile(host, request)));
  }
  return imported;
}

async function importFile(host: Host, request: KeyRequest): Promise<readonly MadeKey[]> {
  const { path, type, partitionMask } = request;
  const file = await readKeystoreFile(readInput(host, path), path, { expected: type.name });
  for (const warning of file.warnings) host.note(`warning: ${path}: ${warning}`);
  const fitting = file.slots.filter(({ keyType }) => keyType === type.code);
  if (fitting.length === 0) {
    throw new AppError('key-invalid', `${path} holds no key of ${type.label}`, {
      context: { file: path },
    });
  }
  if (fitting.length < file.slots.length) {
    const others = file.slots.length - fitting.length;
    host.note(
      `note: ${path}: ${others} ${others === 1 ? 'key' : 'keys'} of other algorithms left out; name them with an option of their own and -i once more`,
    );
  }
  for (const { publicKey } of fitting) checkImported(type, publicKey, path);
  return fitting.map((slot) => ({
    path,
    type,
    slot: slotOf(type, slot.publicKey, path, partitionMask ?? maskOf(file.from, slot)),
    pair: undefined,
    parameters: undefined,
  }));
}

/** keygen --nolocalkeys leaves zeros in keystore.c, and P-521 slots without a key in keystore.der. */
function checkImported(type: AuthKey, publicKey: Uint8Array, path: string): void {
  try {
    checkKeystoreKey(type, publicKey);
  } catch (error) {
    if (!isAppError(error, 'key-invalid')) throw error;
    throw new AppError('key-invalid', `${path} cannot be imported: ${error.message}`, {
      context: { file: path },
    });
  }
}

/** A lone key has no mask of its own. */
function maskOf(from: string, { partitionMask }: KeystoreSlot): number {
  return from === 'public-key' ? MASK_ALL : partitionMask;
}

function slotOf(
  type: AuthKey,
  publicKey: Uint8Array,
  source: string,
  partitionMask: number,
): SourcedSlot {
  const publicKeySize = publicKey.length;
  return { slotId: 0, keyType: type.code, partitionMask, publicKey, publicKeySize, source };
}
