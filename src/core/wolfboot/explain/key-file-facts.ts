/** What stands in key files, keystores, OTP images, primers and policies, as facts without secrets. */
import { hexNumber, toHex } from '../../bytes/index.ts';
import {
  fingerprint,
  scheme,
  type AlgorithmId,
  type KeyPair,
  type KeyUsage,
} from '../../crypto/index.ts';
import { authKeyByCode, authKeyOfAlgorithm } from '../auth-keys.ts';
import { canBuildLms, canBuildXmss, type XmssName } from '../bootloader-sets.ts';
import type { ImagePolicy } from '../image/image-options.ts';
import { lmsKeyParameters } from '../key-check.ts';
import type { KeystoreFile } from '../keystore-file.ts';
import type { KeystoreSlot } from '../keystore-slot.ts';
import { keystoreFingerprint } from '../keystore.ts';
import type { OtpImage } from '../otp.ts';
import type { PrimerImage } from '../primer-types.ts';
import type { ExaminationWarning, Fact } from './examine-types.ts';
import { factsOf, type FactValues } from './image-facts.ts';

export function keystoreFileFacts({ from, layout, slots }: KeystoreFile): readonly Fact[] {
  if (from === 'public-key') {
    const [slot] = slots;
    return slot ? factsOf(publicHalfFacts(slot)) : [];
  }
  return factsOf({
    layout: from === 'keystore.der' ? layout : undefined,
    slotCount: slots.length,
    keystoreFingerprint: keystoreFingerprint(slots),
  });
}

/** The UDS is a secret: whether it is there is all that is said. */
export function otpFileFacts(otp: OtpImage): readonly Fact[] {
  return factsOf({
    target: otp.target ?? 'none',
    itemCount: otp.itemCount,
    flags: otp.flags,
    versionWord: hexNumber(otp.versionWord),
    strideBytes: otp.strideBytes,
    uds: otp.uds,
    keystoreFingerprint: keystoreFingerprint(otp.slots),
  });
}

export function primerFileFacts(primer: PrimerImage): readonly Fact[] {
  const { keyfuse } = primer;
  return factsOf({
    madeBy: keyfuse ? 'keyfuse' : 'wolfboot',
    loadAddress: hexNumber(primer.loadAddress),
    slotArrayOffsetBytes: primer.slotArrayOffsetBytes,
    magicOffsetBytes: primer.magicOffsetBytes,
    strideBytes: primer.strideBytes,
    complete: primer.complete,
    locking: primer.locking,
    sample: primer.sample,
    trustZone: keyfuse?.trustZone,
    uds: keyfuse?.uds,
    lockBlocks: keyfuse?.lockBlocks.join(', '),
    slotCount: primer.slots.length,
    keystoreFingerprint: keystoreFingerprint(primer.slots),
  });
}

export function policyFileFacts({ pcrMask, digest }: ImagePolicy): readonly Fact[] {
  return factsOf({ pcrMask: toHex(pcrMask), policyDigest: toHex(digest) });
}

/**
 * Type, parameters, public half, fingerprint and, of a key with a state, where it stands; nothing of the
 * private half. `proven`: the public half was computed from it.
 */
export function privateKeyFileFacts(
  { algorithm, publicKey, privateKey }: KeyPair,
  proven: boolean,
): { readonly facts: readonly Fact[]; readonly warnings: readonly ExaminationWarning[] } {
  const { state, label, signatureBytes } = scheme(algorithm);
  const { code } = authKeyOfAlgorithm(algorithm);
  const usage = state?.usage(privateKey);
  const left = usage && usage.capacity - usage.nextIndex;
  const facts = factsOf({
    ...publicHalfFacts({ keyType: code, publicKey }),
    algorithm,
    label,
    signatureBytes: signatureBytes(publicKey),
    // The same file serves both, and says of neither that it is meant for it.
    alsoUsableAs: algorithm.startsWith('rsa-')
      ? authKeyOfAlgorithm(algorithm.replace('rsa-', 'rsa-pss-') as AlgorithmId).cName
      : undefined,
    parameters: usage?.parameters,
    nextIndex: usage?.nextIndex.toString(),
    capacity: usage?.capacity.toString(),
    signaturesLeft: left?.toString(),
    publicHalf: state && !proven ? 'stored' : 'recomputed',
  });
  return {
    facts,
    warnings: [...stateWarnings(usage, left), ...buildWarnings(algorithm, publicKey, usage)],
  };
}

function stateWarnings(
  usage: KeyUsage | undefined,
  left: bigint | undefined,
): readonly ExaminationWarning[] {
  if (!usage || left === undefined || left * 10n > usage.capacity) return [];
  const context = { signaturesLeft: left.toString(), capacity: usage.capacity.toString() };
  return [
    left === 0n
      ? { code: 'key-used-up', message: 'this key has made all its signatures', context }
      : {
          code: 'few-signatures-left',
          message: `${left} of ${usage.capacity} signatures are left`,
          context,
        },
  ];
}

function buildWarnings(
  algorithm: AlgorithmId,
  publicKey: Uint8Array,
  usage: KeyUsage | undefined,
): readonly ExaminationWarning[] {
  const lms = algorithm === 'lms' ? lmsKeyParameters(publicKey) : undefined;
  const buildable = lms
    ? canBuildLms(lms)
    : algorithm !== 'xmssmt' || canBuildXmss(usage?.parameters as XmssName);
  if (buildable) return [];
  const parameters = usage?.parameters ?? algorithm;
  const message = `no wolfBoot can be built for ${parameters}`;
  return [{ code: 'no-such-build', message, context: { parameters } }];
}

function publicHalfFacts({
  keyType,
  publicKey,
}: Pick<KeystoreSlot, 'keyType' | 'publicKey'>): FactValues {
  return {
    keyType: authKeyByCode(keyType)?.cName ?? hexNumber(keyType, 2),
    publicKey: toHex(publicKey),
    fingerprint: fingerprint(publicKey),
  };
}
