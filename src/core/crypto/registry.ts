/** All schemes, by id. A new algorithm is one file and one line here. */
import { ecdsaP256Scheme, ecdsaP384Scheme, ecdsaP521Scheme } from './ecdsa.ts';
import { ed25519Scheme, ed448Scheme } from './eddsa.ts';
import { lmsScheme } from './lms/index.ts';
import { mlDsa44Scheme, mlDsa65Scheme, mlDsa87Scheme } from './ml-dsa.ts';
import { rsaSchemes } from './rsa/rsa.ts';
import type { AlgorithmId, SignatureScheme } from './scheme.ts';
import { xmssMtScheme, xmssScheme } from './xmss/index.ts';

const byId: Readonly<Record<AlgorithmId, SignatureScheme>> = {
  ed25519: ed25519Scheme,
  ed448: ed448Scheme,
  'ecdsa-p256': ecdsaP256Scheme,
  'ecdsa-p384': ecdsaP384Scheme,
  'ecdsa-p521': ecdsaP521Scheme,
  ...rsaSchemes,
  'ml-dsa-44': mlDsa44Scheme,
  'ml-dsa-65': mlDsa65Scheme,
  'ml-dsa-87': mlDsa87Scheme,
  lms: lmsScheme,
  xmss: xmssScheme,
  xmssmt: xmssMtScheme,
};

export function scheme(id: AlgorithmId): SignatureScheme {
  return byId[id];
}

export const schemes: readonly SignatureScheme[] = Object.values(byId);
