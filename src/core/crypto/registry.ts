/** All schemes, by id. A new algorithm is one file and one line here. */
import { ecdsaP256Scheme } from './ecdsa-p256.ts';
import { ed25519Scheme } from './ed25519.ts';
import { algorithmIds, type AlgorithmId, type SignatureScheme } from './scheme.ts';

const byId: Readonly<Record<AlgorithmId, SignatureScheme>> = {
  ed25519: ed25519Scheme,
  'ecdsa-p256': ecdsaP256Scheme,
};

export function scheme(id: AlgorithmId): SignatureScheme {
  return byId[id];
}

export const schemes: readonly SignatureScheme[] = algorithmIds.map(scheme);
