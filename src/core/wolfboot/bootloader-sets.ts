/**
 * Which parameter sets of LMS and XMSS a wolfBoot bootloader can be built for (formats/wolfboot.md,
 * sections 9 and 10). More sets exist, and keys of them can be made; no board will verify with them.
 */
import { xmssMtSetNames, xmssSetNames } from '../crypto/index.ts';
import type { XmssMtSetName, XmssSetName } from '../crypto/index.ts';

/** LMS/HSS parameters, the same for every level (section 9). */
export interface LmsParameters {
  readonly levels: number;
  readonly height: number;
  readonly winternitz: number;
}

/** Of SIGN=LMS: by levels and height, the Winternitz widths there is code for. */
const BUILDABLE_LMS: Readonly<Record<string, readonly number[]>> = {
  '1-5': [1, 2, 4, 8],
  '1-10': [1, 2, 4, 8],
  '1-15': [1, 2, 4, 8],
  '1-20': [1, 2, 4, 8],
  '1-25': [1, 2, 4, 8],
  '2-5': [2, 4, 8],
  '2-10': [2, 4, 8],
  '2-15': [2, 4, 8],
  '2-20': [2, 4, 8],
  '3-5': [2, 4, 8],
  '3-10': [4, 8],
  '4-5': [2, 4, 8],
  '4-10': [4, 8],
};

export function canBuildLms({ levels, height, winternitz }: LmsParameters): boolean {
  return BUILDABLE_LMS[`${levels}-${height}`]?.includes(winternitz) ?? false;
}

/** Every set a bootloader can be built for, levels first. */
export const buildableLmsSets: readonly LmsParameters[] = Object.entries(BUILDABLE_LMS).flatMap(
  ([shape, widths]) => {
    const [levels = 0, height = 0] = shape.split('-').map(Number);
    return widths.map((winternitz) => ({ levels, height, winternitz }));
  },
);

/** `L2-H5-W8` */
export function lmsName({ levels, height, winternitz }: LmsParameters): string {
  return `L${levels}-H${height}-W${winternitz}`;
}

/** 32-byte words of one LM-OTS signature, by Winternitz width (RFC 8554, section 4.1). */
const LMOTS_WORDS: Readonly<Record<number, number>> = { 1: 265, 2: 133, 4: 67, 8: 34 };

/** Length of every signature of such a key. Undefined for a width that does not exist. */
export function lmsSignatureBytes(parameters: LmsParameters): number | undefined {
  const words = LMOTS_WORDS[parameters.winternitz];
  if (words === undefined) return undefined;
  const { levels, height } = parameters;
  return 4 + levels * (12 + 32 + 32 * words + 32 * height) + (levels - 1) * 56;
}

export type XmssName = XmssSetName | XmssMtSetName;

const BUILDABLE_XMSS: readonly XmssName[] = [
  'XMSS-SHA2_10_256',
  'XMSS-SHA2_16_256',
  'XMSS-SHA2_20_256',
  'XMSSMT-SHA2_20/2_256',
  'XMSSMT-SHA2_20/4_256',
];

/** Heights 40 and 60 are compiled out. */
export function canBuildXmss(name: XmssName): boolean {
  return BUILDABLE_XMSS.includes(name);
}

/** By the numbers of RFC 8391, section 8: those of XMSS and of XMSS^MT overlap. */
const XMSS_OIDS: readonly (readonly [name: string, oid: number])[] = [
  ...xmssSetNames.map((name, index) => [name, index + 1] as const),
  ...xmssMtSetNames.map((name, index) => [name, index + 1] as const),
];

/** wolfBoot has code for these with keys of the same size; we cannot make or use them. */
const SHAKE_OIDS: readonly (readonly [name: string, oid: number])[] = [
  ['XMSS-SHAKE_10_256', 7],
  ['XMSS-SHAKE_16_256', 8],
  ['XMSS-SHAKE_20_256', 9],
];

/** The sets the number of a public key can stand for, those that cannot be built for included. */
export function xmssSetsOfOid(oid: number): readonly string[] {
  return [...XMSS_OIDS, ...SHAKE_OIDS].filter((set) => set[1] === oid).map(([name]) => name);
}

/** Of these, the ones a bootloader can be built for; a keystore cannot tell them apart. */
export function buildableXmssSetsOfOid(oid: number): readonly string[] {
  const buildable: readonly string[] = [...BUILDABLE_XMSS, ...SHAKE_OIDS.map(([name]) => name)];
  return xmssSetsOfOid(oid).filter((name) => buildable.includes(name));
}

const XMSS_SIGNATURE_BYTES: Readonly<Partial<Record<XmssName, number>>> = {
  'XMSS-SHA2_10_256': 2500,
  'XMSS-SHA2_16_256': 2692,
  'XMSS-SHA2_20_256': 2820,
  'XMSSMT-SHA2_20/2_256': 4963,
  'XMSSMT-SHA2_20/4_256': 9251,
};

/** Length of every signature of this set; undefined where no bootloader can be built for it. */
export function xmssSignatureBytes(name: XmssName): number | undefined {
  return XMSS_SIGNATURE_BYTES[name];
}
