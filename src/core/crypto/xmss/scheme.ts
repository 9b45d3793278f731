/**
 * XMSS and XMSS^MT (RFC 8391, SP 800-208) with SHA-256 and n = 32. Stateful: the private key is
 * wolfBoot's whole key file, and every signature moves it on.
 */
import { wipe } from '../../bytes/index.ts';
import { AppError } from '../../errors.ts';
import { throwIfCancelled } from '../../ports/index.ts';
import type { PrivateKey, SignatureScheme } from '../scheme.ts';
import { XmssHash } from './hash-functions.ts';
import { buildKeyFile, parseKeyFile, publicKeyOf, readOid, type XmssKeyFile } from './key-file.ts';
import { advanceKey, computeRoot, createKey, SEEDS_BYTES } from './key-state.ts';
import {
  allXmssSets,
  capacityOf,
  parametersByName,
  parametersByOid,
  PUBLIC_KEY_BYTES,
  signatureBytesOf,
  type XmssParameters,
} from './parameters.ts';
import { composeSignature, verifySignature } from './signature.ts';

const ROOT_AT = 4;
const SEED_AT = 36;

/** XMSS or XMSS^MT over the given parameter sets; tests bring small ones. */
export function createXmssScheme(
  algorithm: XmssParameters['algorithm'],
  label: string,
  sets: readonly XmssParameters[] = allXmssSets,
): SignatureScheme {
  const parse = (privateKey: PrivateKey): XmssKeyFile => parseKeyFile(privateKey, algorithm, sets);
  const keyOf = (bytes: Uint8Array): PrivateKey => ({ algorithm, bytes });

  const parametersOf = (publicKey: Uint8Array): XmssParameters => {
    if (publicKey.length !== PUBLIC_KEY_BYTES) {
      const problem = `is ${publicKey.length} bytes long, not ${PUBLIC_KEY_BYTES}`;
      throw new AppError('key-invalid', `the ${label} public key ${problem}`, {
        context: { algorithm, problem },
      });
    }
    return parametersByOid(algorithm, readOid(publicKey), sets);
  };

  const isGood = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
    verifySignature(
      parametersOf(publicKey),
      publicKey.subarray(ROOT_AT, SEED_AT),
      message,
      signature,
      new XmssHash(publicKey.subarray(SEED_AT)),
    );

  return {
    id: algorithm,
    label,
    publicKeyBytes: PUBLIC_KEY_BYTES,
    signatureBytes: (publicKey) => signatureBytesOf(parametersOf(publicKey)),
    stateful: true,

    async generate(spec, call) {
      if (spec.algorithm !== algorithm) {
        throw new AppError(
          'invalid-argument',
          `parameters of ${spec.algorithm} make no ${label} key`,
        );
      }
      const parameters = parametersByName(algorithm, spec.set, sets);
      throwIfCancelled(call.signal);
      const seeds = call.rng.bytes(SEEDS_BYTES);
      try {
        const file = await createKey(parameters, seeds, call);
        return { algorithm, publicKey: file.publicKey, privateKey: keyOf(buildKeyFile(file)) };
      } finally {
        wipe(seeds);
      }
    },

    async derivePublicKey(privateKey, call = {}) {
      throwIfCancelled(call.signal);
      const file = parse(privateKey);
      const root = await computeRoot(file, call);
      return publicKeyOf(file.parameters.oid, root, file.publicSeed);
    },

    checkPublicKey: (publicKey) => {
      parametersOf(publicKey);
    },

    async sign(privateKey, message, call) {
      throwIfCancelled(call.signal);
      const file = parse(privateKey);
      const { index } = file;
      if (index >= capacityOf(file.parameters)) {
        throw new AppError('key-exhausted', `all ${index} signatures of this key are used`, {
          context: { algorithm, parameters: file.parameters.name },
        });
      }
      const signature = compose(file, message);
      if (!isGood(file.publicKey, message, signature)) {
        const problem = `has a state that does not fit index ${index}`;
        throw new AppError('key-invalid', `the ${label} private key ${problem}`, {
          context: { algorithm, problem },
        });
      }
      const advanced = await advanceKey(file, index + 1n, call);
      await call.persistState?.(keyOf(buildKeyFile(advanced)), index);
      return { signature, consumedIndex: index };
    },

    async verify(publicKey, message, signature, call) {
      throwIfCancelled(call?.signal);
      try {
        return isGood(publicKey, message, signature);
      } catch {
        return false;
      }
    },

    state: {
      usage: (privateKey) => {
        const { parameters, index } = parse(privateKey);
        return { nextIndex: index, capacity: capacityOf(parameters), parameters: parameters.name };
      },

      async advanceTo(privateKey, nextIndex, call = {}) {
        throwIfCancelled(call.signal);
        const file = parse(privateKey);
        const capacity = capacityOf(file.parameters);
        if (nextIndex < file.index || nextIndex > capacity) {
          throw new AppError(
            'invalid-argument',
            `index ${nextIndex} is not between ${file.index} and ${capacity}`,
            { context: { algorithm } },
          );
        }
        return keyOf(buildKeyFile(await advanceKey(file, nextIndex, call)));
      },
    },
  };
}

function compose(file: XmssKeyFile, message: Uint8Array): Uint8Array {
  const hash = new XmssHash(file.publicSeed, file.secretSeed);
  try {
    return composeSignature(file, message, hash);
  } finally {
    hash.wipe();
  }
}

export const xmssScheme = createXmssScheme('xmss', 'XMSS');
export const xmssMtScheme = createXmssScheme('xmssmt', 'XMSS^MT');
