/** All schemes, by id. A new algorithm is one file and one line here. */
import { ecdsaP256Scheme } from './ecdsa-p256.ts';
import { ed25519Scheme } from './ed25519.ts';
import { AppError } from '../errors.ts';
import { type AlgorithmId, type SignatureScheme } from './scheme.ts';

const byId: Readonly<Partial<Record<AlgorithmId, SignatureScheme>>> = {
  ed25519: ed25519Scheme,
  'ecdsa-p256': ecdsaP256Scheme,
};

export function scheme(id: AlgorithmId): SignatureScheme {
  const found = byId[id];
  if (!found) throw new AppError('not-supported', `${id} cannot be used here yet`);
  return found;
}

export const schemes: readonly SignatureScheme[] = Object.values(byId);
