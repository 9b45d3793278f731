/**
 * The parameter sets of XMSS (RFC 8391, section 5.3) and XMSS^MT (section 5.4) with SHA-256 and
 * n = 32, and what wolfBoot's key file holds for each of them.
 */
import { AppError } from '../../errors.ts';
import { xmssMtSetNames, xmssSetNames, type XmssMtSetName, type XmssSetName } from '../scheme.ts';

/** n of every set here: nodes, seeds and digests, in bytes. */
export const NODE_BYTES = 32;
/** Chains of a WOTS+ key with w = 16: 64 digits of the digest and 3 of the checksum. */
export const CHAINS = 67;
/** Steps of a whole chain, w - 1. */
export const CHAIN_STEPS = 15;
export const WOTS_SIGNATURE_BYTES = CHAINS * NODE_BYTES;
/** OID, root, public seed. */
export const PUBLIC_KEY_BYTES = 68;

export interface XmssParameters {
  readonly algorithm: 'xmss' | 'xmssmt';
  readonly name: string;
  /** XMSS and XMSS^MT number their sets independently: the same OID means two things. */
  readonly oid: number;
  /** h: of all layers together. */
  readonly height: number;
  /** d. */
  readonly layers: number;
  /** h / d. */
  readonly treeHeight: number;
  readonly indexBytes: number;
  /** Heights below the root whose right nodes are kept instead of computed again. */
  readonly retained: number;
}

/** What a set is made of; the tests build small ones. */
export function xmssParameters(
  input: Omit<XmssParameters, 'treeHeight' | 'indexBytes'>,
): XmssParameters {
  return {
    ...input,
    treeHeight: input.height / input.layers,
    indexBytes: input.algorithm === 'xmss' ? 4 : Math.ceil(input.height / 8),
  };
}

const retainedBySet: Readonly<Record<XmssSetName | XmssMtSetName, number>> = {
  'XMSS-SHA2_10_256': 0,
  'XMSS-SHA2_16_256': 0,
  'XMSS-SHA2_20_256': 0,
  'XMSSMT-SHA2_20/2_256': 2,
  'XMSSMT-SHA2_20/4_256': 0,
  'XMSSMT-SHA2_40/2_256': 2,
  'XMSSMT-SHA2_40/4_256': 2,
  'XMSSMT-SHA2_40/8_256': 0,
  'XMSSMT-SHA2_60/3_256': 2,
  'XMSSMT-SHA2_60/6_256': 2,
  'XMSSMT-SHA2_60/12_256': 0,
};

/** In the order of their OIDs, which count from 1. */
const xmssSets: readonly XmssParameters[] = xmssSetNames.map((name, at) =>
  xmssParameters({
    algorithm: 'xmss',
    name,
    oid: at + 1,
    height: numbersIn(name)[0],
    layers: 1,
    retained: retainedBySet[name],
  }),
);

const xmssMtSets: readonly XmssParameters[] = xmssMtSetNames.map((name, at) => {
  const [height, layers] = numbersIn(name);
  return xmssParameters({
    algorithm: 'xmssmt',
    name,
    oid: at + 1,
    height,
    layers,
    retained: retainedBySet[name],
  });
});

export const allXmssSets: readonly XmssParameters[] = [...xmssSets, ...xmssMtSets];

/** `XMSSMT-SHA2_20/2_256` has 20 and 2, `XMSS-SHA2_10_256` has 10 and 1. */
function numbersIn(name: string): readonly [number, number] {
  const [, height = '', layers = '1'] = /_(\d+)(?:\/(\d+))?_256$/.exec(name) ?? [];
  return [Number(height), Number(layers)];
}

/** Hash and size of the registered sets, in the order of their OIDs (RFC 8391 and SP 800-208). */
const FAMILIES = [
  ...['SHA2/256', 'SHA2/512', 'SHAKE/256', 'SHAKE/512'],
  ...['SHA2/192', 'SHAKE256/256', 'SHAKE256/192'],
];

/** Name of a registered set by its OID, also of those that are not built; undefined for no set. */
export function registeredSetName(
  algorithm: XmssParameters['algorithm'],
  oid: number,
): string | undefined {
  const shapes = algorithm === 'xmss' ? xmssSets : xmssMtSets;
  const shape = shapes[(oid - 1) % shapes.length];
  const family = FAMILIES[Math.floor((oid - 1) / shapes.length)];
  const [hash = '', size = ''] = family?.split('/') ?? [];
  return shape && family ? shape.name.replace('SHA2', hash).replace(/256$/, size) : undefined;
}

/** Throws `not-supported` for a set that exists but is not built here, `key-invalid` for none. */
export function parametersByOid(
  algorithm: XmssParameters['algorithm'],
  oid: number,
  sets: readonly XmssParameters[] = allXmssSets,
): XmssParameters {
  const found = sets.find((set) => set.algorithm === algorithm && set.oid === oid);
  if (found) return found;
  const name = registeredSetName(algorithm, oid);
  if (name !== undefined) throw notBuilt(algorithm, name);
  throw new AppError('key-invalid', `${oid} is the number of no parameter set of ${algorithm}`, {
    context: { algorithm, oid },
  });
}

/** Throws `not-supported` for a set that exists but is not built here, `invalid-argument` for none. */
export function parametersByName(
  algorithm: XmssParameters['algorithm'],
  name: string,
  sets: readonly XmssParameters[] = allXmssSets,
): XmssParameters {
  const found = sets.find((set) => set.algorithm === algorithm && set.name === name);
  if (found) return found;
  for (let oid = 1, other; (other = registeredSetName(algorithm, oid)) !== undefined; oid++) {
    if (other === name) throw notBuilt(algorithm, name);
  }
  throw new AppError('invalid-argument', `there is no parameter set ${name}`, {
    context: { algorithm },
  });
}

function notBuilt(algorithm: string, name: string): AppError {
  return new AppError('not-supported', `${name} is not built here: only SHA-256 with 256 bits is`, {
    context: { algorithm, parameters: name },
  });
}

/** Signatures of one key, RFC 8391 less the last, which wolfBoot never uses. */
export function capacityOf({ height }: XmssParameters): bigint {
  return (1n << BigInt(height)) - 1n;
}

export function signatureBytesOf({ indexBytes, layers, height }: XmssParameters): number {
  return indexBytes + NODE_BYTES + layers * WOTS_SIGNATURE_BYTES + height * NODE_BYTES;
}

/** Nodes that the traversal keeps for `retained` heights: all right ones but the first of each. */
export function retainNodes(retained: number): number {
  return retained === 0 ? 0 : 2 ** retained - retained - 1;
}
