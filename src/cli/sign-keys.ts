/**
 * The keys of one run of `sign`. Those that use up an index with every signature (LMS, XMSS) are locked
 * from here to the end of the run, and their files are advanced before a signature is handed out.
 */
import { wipe } from '../core/bytes/index.ts';
import {
  algorithmIds,
  scheme,
  signDurably,
  signRsaDigestInfo,
  type AlgorithmId,
  type KeyPair,
  type PrivateKey,
} from '../core/crypto/index.ts';
import { AppError } from '../core/errors.ts';
import type { JsonValue } from '../core/ports/index.ts';
import {
  parsePrivateKeyFile,
  parsePublicKeyFile,
  type AuthKey,
  type ImageKeys,
  type ImageSigner,
} from '../core/wolfboot/index.ts';
import { fileIdentity, readInput } from './files.ts';
import type { Host } from './host.ts';
import { checkEnvironment } from './key-parameters.ts';
import { progressOf } from './progress.ts';
import type { SignRequest } from './sign-arguments.ts';
import { durableSigner, holdKeyFile, usageOf } from './state-file.ts';
import { openTreeFile } from './tree-file.ts';

export interface OpenKeys {
  readonly public: ImageKeys;
  /** None where the signature is made elsewhere. */
  readonly signers: readonly ImageSigner[];
  /** For a person: what was used up and what is left. */
  notes(): readonly string[];
  facts(): readonly JsonValue[];
  /** Wipes and unlocks. */
  close(): void;
}

interface OpenKey {
  readonly signer: ImageSigner;
  readonly note: () => string | undefined;
  readonly facts: () => JsonValue;
  readonly close: () => void;
}

/** Rejects as `parsePrivateKeyFile`, `parsePublicKeyFile` and `holdKeyFile` do; nothing is held then. */
export async function openKeys(host: Host, request: SignRequest): Promise<OpenKeys> {
  const { types, keyFiles, product, manual } = request;
  if (product === 'digest' || manual) return publicKeys(host, request);
  const open: OpenKey[] = [];
  const close = (): void => {
    for (const key of open) key.close();
  };
  try {
    for (const [index, type] of types.entries()) {
      open.push(await openKey(host, request, type, keyFiles[index] ?? '', index));
    }
  } catch (error) {
    close();
    throw error;
  }
  const signers = open.map(({ signer }) => signer);
  const [primary, secondary] = signers;
  return {
    public: {
      primary: primary?.publicKey,
      primaryAlgorithm: primary?.algorithm,
      secondary: secondary?.publicKey,
      secondaryAlgorithm: secondary?.algorithm,
    },
    signers,
    notes: () => open.map(({ note }) => note()).filter((note) => note !== undefined),
    facts: () => open.map(({ facts }) => facts()),
    close,
  };
}

/** Public keys in the place of private ones, for a signature that is made elsewhere. */
async function publicKeys(host: Host, request: SignRequest): Promise<OpenKeys> {
  const { types, keyFiles } = request;
  const keys: Uint8Array[] = [];
  for (const [index, type] of types.entries()) {
    keys.push(await publicKeyOf(host, request, type, keyFiles[index] ?? ''));
  }
  const facts = types.map(({ cName }, index) => ({ keyType: cName, file: keyFiles[index] }));
  return {
    public: { primary: keys[0], secondary: keys[1] },
    signers: [],
    notes: () => [],
    facts: () => facts,
    close: () => undefined,
  };
}

/** wolfBoot's tool takes any file for the public half of an RSA key (section 23, 21). */
async function publicKeyOf(
  host: Host,
  { upstreamCompatible }: SignRequest,
  type: AuthKey,
  path: string,
): Promise<Uint8Array> {
  const file = readInput(host, path);
  if (upstreamCompatible && type.family === 'rsa') return file;
  return (await parsePublicKeyFile(file, path, type.name)).publicKey;
}

function openKey(
  host: Host,
  request: SignRequest,
  type: AuthKey,
  path: string,
  index: number,
): Promise<OpenKey> {
  return isStateful(type)
    ? openStatefulKey(host, type, path, messages(request, index))
    : openPlainKey(host, request, type, path);
}

export function isStateful({ family }: AuthKey): boolean {
  return family === 'lms' || family === 'xmss';
}

/** What the key signs. The policy is signed with the primary key, once for all images. */
function messages({ policyFile, delta }: SignRequest, index: number): readonly string[] {
  return [
    'the image',
    ...(index === 0 && policyFile !== undefined ? ['the policy'] : []),
    ...(delta ? ['the delta image'] : []),
  ];
}

async function openPlainKey(
  host: Host,
  request: SignRequest,
  type: AuthKey,
  path: string,
): Promise<OpenKey> {
  const file = readInput(host, path);
  try {
    const { algorithm, publicKey, privateKey } = await parsePrivateKeyFile(
      file,
      path,
      acceptedAlgorithms(request, type),
    );
    checkEnvironment({ algorithm, publicKey, privateKey }, host.environment, path);
    return {
      signer: {
        publicKey,
        algorithm,
        sign: plainSigner(host, request, type, privateKey),
      },
      note: () => undefined,
      facts: () => ({ file: path, keyType: type.cName, algorithm }),
      close: () => {
        wipe(privateKey.bytes);
      },
    };
  } finally {
    wipe(file);
  }
}

/** wolfBoot's tool signs with an RSA key of any size (section 23, 18). */
function acceptedAlgorithms(
  { upstreamCompatible, types }: SignRequest,
  type: AuthKey,
): readonly AlgorithmId[] {
  const padding = /^rsa-(?:pss-)?/.exec(type.algorithms[0] ?? '')?.[0];
  if (!upstreamCompatible || padding === undefined || type !== types[0]) return type.algorithms;
  return algorithmIds.filter(
    (id) => id.startsWith(padding) && /^\d+$/.test(id.slice(padding.length)),
  );
}

/** DigestInfo names the image's hash; a policy's 32 bytes are always taken for a SHA-256. */
function plainSigner(
  { rng }: Host,
  { digestInfoTypes, hash }: SignRequest,
  type: AuthKey,
  privateKey: PrivateKey,
): ImageSigner['sign'] {
  if (digestInfoTypes.has(type)) {
    return (digest) =>
      signRsaDigestInfo(privateKey, digest, digest.length === 32 ? 'sha256' : hash, { rng });
  }
  const using = scheme(privateKey.algorithm);
  return async (digest) => (await signDurably(using, privateKey, digest, { rng })).signature;
}

async function openStatefulKey(
  host: Host,
  type: AuthKey,
  path: string,
  messages: readonly string[],
): Promise<OpenKey> {
  const held = await holdKeyFile(host, path);
  try {
    const pair = await parsePrivateKeyFile(held.bytes, path, type.algorithms, {
      publicHalf: 'stored',
    });
    checkEnvironment(pair, host.environment, path);
    checkLeft(pair, path, messages);
    const consumed: bigint[] = [];
    const usage = usageOf(pair.privateKey);
    // XMSS key files carry the nodes they need themselves.
    const treeFile =
      type.family === 'lms' ? openTreeFile(fileIdentity(host, path), pair.privateKey) : undefined;
    const sign = durableSigner(host, held, pair.privateKey, {
      hasher: host.treeHasher(),
      trees: treeFile?.trees,
      onProgress: progressOf(host, path),
    });
    const left = (): bigint => usage.capacity - usage.nextIndex - BigInt(consumed.length);
    return {
      signer: {
        publicKey: pair.publicKey,
        algorithm: pair.algorithm,
        sign: async (digest) => {
          try {
            const { signature, consumedIndex } = await sign(digest);
            if (consumedIndex !== undefined) consumed.push(consumedIndex);
            return signature;
          } finally {
            host.progress(undefined);
          }
        },
      },
      note: () => leftNote(path, consumed, left(), usage.capacity),
      facts: () => ({
        file: path,
        keyType: type.cName,
        algorithm: pair.algorithm,
        parameters: usage.parameters,
        consumedIndices: consumed.map(String),
        signaturesLeft: left().toString(),
      }),
      close: () => {
        const problem = treeFile?.save();
        if (problem !== undefined) {
          host.note(
            `note: ${path}.trees was not written, the next signature takes longer: ${problem}`,
          );
        }
        wipe(pair.privateKey.bytes);
        held.release();
      },
    };
  } catch (error) {
    held.release();
    throw error;
  }
}

/** Before the first signature: half of what is needed would be used up for nothing. */
function checkLeft({ privateKey }: KeyPair, path: string, messages: readonly string[]): void {
  const { nextIndex, capacity } = usageOf(privateKey);
  const left = capacity - nextIndex;
  if (left >= BigInt(messages.length)) return;
  throw new AppError(
    'key-exhausted',
    left === 0n
      ? `${path} has made all its ${capacity} signatures: it can sign nothing more`
      : `${path} has ${left} signature${left === 1n ? '' : 's'} left, but this run takes ${messages.length}: for ${messages.join(', ')}`,
    { context: { file: path } },
  );
}

function leftNote(
  path: string,
  consumed: readonly bigint[],
  left: bigint,
  capacity: bigint,
): string | undefined {
  if (consumed.length === 0) return undefined;
  const indices = `${path}: used ${consumed.length === 1 ? 'index' : 'indices'} ${consumed.join(' and ')}`;
  if (left === 0n) return `warning: ${indices}; that was the last signature of this key`;
  const few = left * 10n <= capacity;
  return `${few ? 'warning: ' : ''}${indices}; ${left} of ${capacity} signatures left`;
}
