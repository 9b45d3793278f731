/**
 * wolfBoot's own private key files (formats/wolfboot.md, sections 7, 9 and 10): secret and public half
 * one behind the other, without any mark. Their length tells the type; whether it is one at all, the
 * halves tell.
 */
import { concatBytes, equalBytes } from '../bytes/index.ts';
import { mlDsaSecretBytes, scheme, type AlgorithmId } from '../crypto/index.ts';
import { xmssSetOfKeyFile } from '../crypto/xmss/index.ts';
import { isAppError } from '../errors.ts';

export interface RawPrivateKey {
  readonly algorithm: AlgorithmId;
  /** A copy, as the scheme wants it; the caller wipes it. */
  readonly secret: Uint8Array;
  readonly publicKey: Uint8Array;
}

/**
 * How a file is put together. `whole`: the scheme's private key is the file itself, with the public
 * key at its end.
 */
type Order = 'secret-public' | 'public-secret' | 'whole';

interface RawForm {
  readonly algorithm: AlgorithmId;
  readonly order: Order;
  readonly fileBytes: number;
  readonly publicBytes: number;
}

function form(algorithm: AlgorithmId, order: Order, secretBytes: number, publicBytes: number) {
  return { algorithm, order, fileBytes: secretBytes + publicBytes, publicBytes };
}

const LMS_STATE_BYTES = 64;
const LMS_PUBLIC_BYTES = 60;
const XMSS_PUBLIC_BYTES = 68;

const rawForms: readonly RawForm[] = [
  form('ed25519', 'secret-public', 32, 32),
  form('ed448', 'secret-public', 57, 57),
  form('ecdsa-p256', 'public-secret', 32, 64),
  form('ecdsa-p384', 'public-secret', 48, 96),
  form('ecdsa-p521', 'public-secret', 66, 132),
  form('ml-dsa-44', 'secret-public', mlDsaSecretBytes('ml-dsa-44'), 1312),
  form('ml-dsa-65', 'secret-public', mlDsaSecretBytes('ml-dsa-65'), 1952),
  form('ml-dsa-87', 'secret-public', mlDsaSecretBytes('ml-dsa-87'), 2592),
  form('lms', 'whole', LMS_STATE_BYTES, LMS_PUBLIC_BYTES),
];

function rawFormOfLength(lengthBytes: number): RawForm | undefined {
  const set = xmssSetOfKeyFile(lengthBytes);
  return set
    ? form(set.algorithm, 'whole', lengthBytes - XMSS_PUBLIC_BYTES, XMSS_PUBLIC_BYTES)
    : rawForms.find(({ fileBytes }) => fileBytes === lengthBytes);
}

/** Cuts a raw private key file by its length alone. */
export function splitRawPrivateKey(bytes: Uint8Array): RawPrivateKey | undefined {
  const found = rawFormOfLength(bytes.length);
  if (!found) return undefined;
  const { algorithm, order, fileBytes, publicBytes } = found;
  const secretBytes = fileBytes - publicBytes;
  switch (order) {
    case 'secret-public':
      return {
        algorithm,
        secret: bytes.slice(0, secretBytes),
        publicKey: bytes.slice(secretBytes),
      };
    case 'public-secret':
      return {
        algorithm,
        secret: bytes.slice(publicBytes),
        publicKey: bytes.slice(0, publicBytes),
      };
    case 'whole':
      return { algorithm, secret: bytes.slice(), publicKey: bytes.slice(secretBytes) };
  }
}

/** Joins what `splitRawPrivateKey` cuts. RSA has no raw form: its file is the secret in DER. */
export function joinRawPrivateKey({ algorithm, secret, publicKey }: RawPrivateKey): Uint8Array {
  const order = rawForms.find((each) => each.algorithm === algorithm)?.order ?? 'whole';
  switch (order) {
    case 'secret-public':
      return concatBytes(secret, publicKey);
    case 'public-secret':
      return concatBytes(publicKey, secret);
    case 'whole':
      return secret.slice();
  }
}

/**
 * Whether the halves belong together. Only for types without state: their public half costs no more
 * than milliseconds.
 */
export async function halvesBelongTogether(key: RawPrivateKey): Promise<boolean> {
  const { algorithm, secret, publicKey } = key;
  try {
    const derived = await scheme(algorithm).derivePublicKey({ algorithm, bytes: secret });
    return equalBytes(derived, publicKey);
  } catch (error) {
    if (isAppError(error, 'key-invalid')) return false;
    throw error;
  }
}
