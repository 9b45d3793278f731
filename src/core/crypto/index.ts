/** Keys and signatures: one registry of schemes, and the hashes they go with. */
export * from './der.ts';
export { decodeEcPoint } from './ecdsa.ts';
export * from './hash.ts';
export * from './key-proof.ts';
export {
  ML_DSA_SEED_BYTES,
  mlDsaSecretBytes,
  mlDsaSecretFromSeed,
  type MlDsaId,
} from './ml-dsa.ts';
export * from './registry.ts';
export {
  encodeRsaSpki,
  openRsaSignature,
  parseRsaSpki,
  readRsaPublicKey,
  MOST_RSA_NUMBER_BYTES,
  rsaPrivateToPkcs8,
  type RsaPublicKey,
} from './rsa/rsa-keys.ts';
export { signRsaDigestInfo, verifyRsaDigestInfo, type RsaBits, type RsaId } from './rsa/rsa.ts';
export * from './scheme.ts';
export * from './sign-durably.ts';
