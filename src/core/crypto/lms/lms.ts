/**
 * LMS and HSS (RFC 8554, NIST SP 800-208) with SHA-256 and n = 32, as wolfBoot uses them: the
 * private key is its 124-byte key file, all secrets and the randomiser are derived as it derives
 * them, so that the same state and message give the same signature there and here.
 */
import { wipe } from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import { throwIfCancelled } from '../../ports/index.ts';
import type {
  KeySpec,
  LmsParameters,
  PrivateKey,
  SignatureScheme,
  SignCall,
  Signed,
} from '../scheme.ts';
import { signHss, topPlace } from './hss.ts';
import {
  hssPublicKey,
  parametersOf,
  readHssPublicKey,
  readKey,
  withNextIndex,
  writeKey,
  type HssPublicKey,
} from './key-file.ts';
import {
  checkParameters,
  HASH_BYTES,
  HSS_PUBLIC_KEY_BYTES,
  hssSignatureBytes,
  IDENTIFIER_BYTES,
} from './parameters.ts';
import { TreeJob } from './progress.ts';
import { buildRoot } from './tree.ts';
import { verifyHss } from './verify.ts';

export const lmsScheme: SignatureScheme = {
  id: 'lms',
  label: 'LMS',
  publicKeyBytes: HSS_PUBLIC_KEY_BYTES,
  stateful: true,

  signatureBytes(publicKey) {
    const { levels, top } = readPublicKey(publicKey);
    return hssSignatureBytes(top.set, levels);
  },

  async generate(spec, call) {
    throwIfCancelled(call.signal);
    const parameters = parametersOfSpec(spec);
    const { height, winternitz } = parameters;
    const secret = call.rng.bytes(HASH_BYTES + IDENTIFIER_BYTES);
    const seed = secret.subarray(0, HASH_BYTES);
    const identifier = secret.subarray(HASH_BYTES);
    try {
      const tree = { identifier, seed, height, winternitz };
      const root = await buildRoot({ level: 0, tree, leaf: 0 }, new TreeJob(call));
      const bytes = writeKey(parameters, seed, identifier, root);
      const privateKey = { algorithm: 'lms', bytes } as const;
      return { algorithm: 'lms', publicKey: readKey(privateKey).publicKey.slice(), privateKey };
    } finally {
      wipe(secret);
    }
  },

  async derivePublicKey(privateKey, call = {}) {
    throwIfCancelled(call.signal);
    const key = readKey(privateKey);
    const root = await buildRoot(topPlace(key), new TreeJob(call));
    return hssPublicKey(key.parameters.levels, key.set, key.identifier, root);
  },

  checkPublicKey(publicKey) {
    readPublicKey(publicKey);
  },

  async sign(privateKey, message, call) {
    throwIfCancelled(call.signal);
    const { persistState } = call;
    if (!persistState) {
      throw new AppError('invalid-argument', 'LMS needs a place to store the advanced key');
    }
    // A copy: the caller may wipe the key while trees are built.
    const own: PrivateKey = { algorithm: privateKey.algorithm, bytes: privateKey.bytes.slice() };
    try {
      return await signWith(own, message, call, persistState);
    } finally {
      wipe(own.bytes);
    }
  },

  async verify(publicKey, message, signature, call) {
    throwIfCancelled(call?.signal);
    return verifyHss(publicKey, message, signature);
  },

  state: {
    usage(privateKey) {
      const key = readKey(privateKey);
      return { nextIndex: key.nextIndex, capacity: key.capacity, parameters: parametersOf(key) };
    },

    async advanceTo(privateKey, nextIndex) {
      const key = readKey(privateKey);
      if (nextIndex < key.nextIndex || nextIndex > key.capacity) {
        throw new AppError(
          'invalid-argument',
          `the next index goes from ${key.nextIndex} to ${key.capacity}, not to ${nextIndex}`,
        );
      }
      return withNextIndex(privateKey, nextIndex);
    },
  },
};

async function signWith(
  privateKey: PrivateKey,
  message: Uint8Array,
  call: SignCall,
  persistState: NonNullable<SignCall['persistState']>,
): Promise<Signed> {
  const key = readKey(privateKey);
  if (key.nextIndex >= key.capacity) {
    throw new AppError('key-exhausted', `all ${key.capacity} signatures of the key are used up`, {
      context: { algorithm: 'lms', capacity: String(key.capacity) },
    });
  }
  const consumedIndex = key.nextIndex;
  const job = new TreeJob(call);
  const signature = await signHss(key, message, job);
  // Cached trees were checked before; new ones come from a hasher that may be wrong.
  if (job.hasBuilt && !verifyHss(key.publicKey, message, signature)) {
    job.discard();
    throw new AppError('internal', 'the LMS signature does not verify: its trees were dropped');
  }
  throwIfCancelled(call.signal);
  await persistState(withNextIndex(privateKey, consumedIndex + 1n), consumedIndex);
  return { signature, consumedIndex };
}

function parametersOfSpec(spec: KeySpec): LmsParameters {
  if (spec.algorithm !== 'lms') {
    throw new AppError('invalid-argument', `${spec.algorithm} is not LMS`);
  }
  checkParameters(spec.lms);
  return spec.lms;
}

function readPublicKey(publicKey: Uint8Array): HssPublicKey {
  const key = readHssPublicKey(publicKey);
  if (key) return key;
  const problem =
    publicKey.length === HSS_PUBLIC_KEY_BYTES
      ? 'has levels or type codes that are none of SHA-256 with n = 32'
      : `is ${publicKey.length} bytes long, not ${HSS_PUBLIC_KEY_BYTES}`;
  throw new AppError('key-invalid', `the LMS public key ${problem}`, {
    context: { algorithm: 'lms', problem },
  });
}
