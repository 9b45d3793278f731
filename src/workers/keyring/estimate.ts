/** What making a key costs, before it is made. */
import type { KeySpec } from '../../core/crypto/index.ts';
import { generateWork } from '../../core/crypto/lms/index.ts';
import { xmssGenerateCompressions, xmssParametersByName } from '../../core/crypto/xmss/index.ts';
import type { KeyringHasher } from './parts.ts';
import type { KeyEstimate } from './protocol.ts';

const SECOND_MS = 1000;

/** Throws `invalid-argument` for parameters that do not exist. */
export function estimateKey(spec: KeySpec, hasher: KeyringHasher | undefined): KeyEstimate {
  const compressions = compressionsOf(spec);
  const speed = hasher?.compressionsPerSecond?.();
  return {
    compressions,
    milliseconds:
      compressions === 0
        ? 0
        : speed === undefined
          ? undefined
          : Math.round((compressions / speed) * SECOND_MS),
  };
}

function compressionsOf(spec: KeySpec): number {
  switch (spec.algorithm) {
    case 'lms':
      return generateWork(spec.lms).trees;
    case 'xmss':
    case 'xmssmt':
      return xmssGenerateCompressions(xmssParametersByName(spec.algorithm, spec.set));
    default:
      return 0;
  }
}
