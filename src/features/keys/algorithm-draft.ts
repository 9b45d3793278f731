/** What is being chosen on the way to a new key: every parameter is remembered while others are looked at. */
import type {
  AlgorithmId,
  KeySpec,
  LmsParameters,
  XmssMtSetName,
  XmssSetName,
} from '../../core/crypto/index.ts';
import { walkthroughLms } from '../../core/wolfboot/index.ts';

/** The short choice; `other` opens the list of the rest. */
export type AlgorithmKind = 'ecdsa-p256' | 'ed25519' | 'lms' | 'ml-dsa' | 'other';

export const mlDsaAlgorithms = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const;
export type MlDsaAlgorithm = (typeof mlDsaAlgorithms)[number];

export const otherAlgorithms = [
  'ed448',
  'ecdsa-p384',
  'ecdsa-p521',
  'rsa-2048',
  'rsa-3072',
  'rsa-4096',
  'rsa-pss-2048',
  'rsa-pss-3072',
  'rsa-pss-4096',
  'xmss',
  'xmssmt',
] as const satisfies readonly AlgorithmId[];
export type OtherAlgorithm = (typeof otherAlgorithms)[number];

export interface AlgorithmDraft {
  readonly kind: AlgorithmKind;
  readonly mlDsa: MlDsaAlgorithm;
  readonly other: OtherAlgorithm;
  readonly lms: LmsParameters;
  readonly xmssSet: XmssSetName;
  readonly xmssMtSet: XmssMtSetName;
}

export const firstDraft: AlgorithmDraft = {
  kind: 'ecdsa-p256',
  mlDsa: 'ml-dsa-44',
  other: 'rsa-3072',
  lms: walkthroughLms,
  xmssSet: 'XMSS-SHA2_10_256',
  xmssMtSet: 'XMSSMT-SHA2_20/2_256',
};

export function specOfDraft(draft: AlgorithmDraft): KeySpec {
  switch (draft.kind) {
    case 'ecdsa-p256':
    case 'ed25519':
      return { algorithm: draft.kind };
    case 'lms':
      return { algorithm: 'lms', lms: draft.lms };
    case 'ml-dsa':
      return { algorithm: draft.mlDsa };
    case 'other':
      return specOfOther(draft);
  }
}

function specOfOther({ other, xmssSet, xmssMtSet }: AlgorithmDraft): KeySpec {
  if (other === 'xmss') return { algorithm: other, set: xmssSet };
  if (other === 'xmssmt') return { algorithm: other, set: xmssMtSet };
  return { algorithm: other };
}

/** `draft` turned to the key that a bootloader reads. */
export function draftOfSpec(draft: AlgorithmDraft, spec: KeySpec): AlgorithmDraft {
  switch (spec.algorithm) {
    case 'ecdsa-p256':
    case 'ed25519':
      return { ...draft, kind: spec.algorithm };
    case 'lms':
      return { ...draft, kind: 'lms', lms: spec.lms };
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return { ...draft, kind: 'ml-dsa', mlDsa: spec.algorithm };
    case 'xmss':
      return { ...draft, kind: 'other', other: 'xmss', xmssSet: spec.set };
    case 'xmssmt':
      return { ...draft, kind: 'other', other: 'xmssmt', xmssMtSet: spec.set };
    default:
      return { ...draft, kind: 'other', other: spec.algorithm };
  }
}
