/** XMSS and XMSS^MT for tests: the walks of wolfBoot's tools, small parameter sets, fixed seeds. */
import { readdirSync } from 'node:fs';
import type { PrivateKey } from '../../src/core/crypto/index.ts';
import { createXmssScheme } from '../../src/core/crypto/xmss/scheme.ts';
import { xmssParameters, type XmssParameters } from '../../src/core/crypto/xmss/parameters.ts';
import type { KeySpec, SignatureScheme } from '../../src/core/crypto/index.ts';
import type { Rng } from '../../src/core/ports/index.ts';
import { vectorFile } from './wolfboot-vectors.ts';

export const xmssKeyIds = ['xmss-10', 'xmssmt-20-2', 'xmssmt-20-4'] as const;
export type XmssKeyId = (typeof xmssKeyIds)[number];

export function isXmssKeyId(id: string | null | undefined): id is XmssKeyId {
  return xmssKeyIds.some((known) => known === id);
}

/** The key file of one key at one index. */
export interface XmssState {
  readonly index: number;
  readonly bytes: Uint8Array;
}

export function xmssKey(id: XmssKeyId, bytes: Uint8Array): PrivateKey {
  return { algorithm: id === 'xmss-10' ? 'xmss' : 'xmssmt', bytes };
}

/** All states of a key that the tools wrote, the new key first. */
export function xmssStates(id: XmssKeyId): readonly XmssState[] {
  const directory = new URL(`../vectors/wolfboot/keys/${id}/`, import.meta.url);
  const states = readdirSync(directory).flatMap((name) => {
    const index = name === 'priv.der' ? '0' : /^state_idx(\d+)\.der$/.exec(name)?.[1];
    return index === undefined
      ? []
      : [{ index: Number(index), bytes: vectorFile(`keys/${id}/${name}`) }];
  });
  return states.sort((a, b) => a.index - b.index);
}

/** The state nearest before `index`. */
export function xmssStateBefore(id: XmssKeyId, index: number): XmssState {
  return xmssStates(id).findLast((state) => state.index <= index)!;
}

/** SK_SEED || SK_PRF || PUB_SEED of a key file. */
export function seedsOfKeyFile(id: XmssKeyId, { bytes }: XmssState): Uint8Array {
  const seeds = id === 'xmss-10' ? bytes.subarray(4) : bytes.subarray(3);
  return Uint8Array.of(...seeds.subarray(0, 64), ...seeds.subarray(96, 128));
}

/** An Rng that gives these bytes and no others. */
export function fixedRng(bytes: Uint8Array): Rng {
  let at = 0;
  return {
    bytes: (lengthBytes) => {
      at += lengthBytes;
      if (at > bytes.length) throw new Error('more randomness was asked for than there is');
      return bytes.slice(at - lengthBytes, at);
    },
  };
}

/** Sets of a few leaves that nobody registered, one for each way through the traversal. */
export const smallXmssSets: readonly XmssParameters[] = [
  { algorithm: 'xmss', name: 'one tree', height: 4, layers: 1, retained: 0 },
  { algorithm: 'xmss', name: 'one tree, two heights retained', height: 4, layers: 1, retained: 2 },
  { algorithm: 'xmssmt', name: 'two layers', height: 6, layers: 2, retained: 0 },
  { algorithm: 'xmssmt', name: 'three layers', height: 6, layers: 3, retained: 0 },
  { algorithm: 'xmssmt', name: 'two heights retained', height: 8, layers: 2, retained: 2 },
  { algorithm: 'xmssmt', name: 'four layers', height: 8, layers: 4, retained: 0 },
].map((set, at) => xmssParameters({ ...(set as XmssParameters), oid: 0x1000 + at }));

export function smallXmss(set: XmssParameters): { scheme: SignatureScheme; spec: KeySpec } {
  const spec = { algorithm: set.algorithm, set: set.name } as KeySpec;
  return { scheme: createXmssScheme(set.algorithm, 'small XMSS', smallXmssSets), spec };
}
