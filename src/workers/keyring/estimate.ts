/** What making a key costs, before it is made. */
import type { KeySpec } from '../../core/crypto/index.ts';
import { generateWork } from '../../core/crypto/lms/index.ts';
import { xmssGenerateCompressions, xmssParametersByName } from '../../core/crypto/xmss/index.ts';
import type { KeyringHasher } from './parts.ts';
import type { KeyEstimate } from './protocol.ts';

const SECOND_MS = 1000;

/**
 * Warms the hasher where there is much to hash: whoever asks may make the key next. Rejects with
 * `invalid-argument` for parameters that do not exist.
 */
export async function estimateKey(
  spec: KeySpec,
  hasher: KeyringHasher | undefined,
): Promise<KeyEstimate> {
  const compressions = compressionsOf(spec);
  if (compressions > 0) await hasher?.warm?.();
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
