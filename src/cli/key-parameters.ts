/**
 * Parameters of the algorithms that have some, from options, or from the environment variables that
 * wolfBoot's tools read, or as those tools choose them, and then visibly (formats/wolfboot.md, sections 9,
 * 10 and 18): a key of parameters nobody meant signs happily and verifies nowhere.
 */
import {
  scheme,
  xmssMtSetNames,
  xmssSetNames,
  type AlgorithmId,
  type KeyPair,
  type KeySpec,
} from '../core/crypto/index.ts';
import { AppError } from '../core/errors.ts';
import {
  canBuildLms,
  canBuildXmss,
  lmsName,
  ML_DSA_KEY_BYTES,
  type AuthKey,
  type MlDsaLevel,
} from '../core/wolfboot/index.ts';
import { misuse } from './arguments.ts';

/** As typed, each undefined where it was not. */
export interface ParameterWords {
  readonly lmsLevels?: string;
  readonly lmsHeight?: string;
  readonly lmsWinternitz?: string;
  readonly xmssSet?: string;
  readonly mlDsaLevel?: string;
}

export const parameterOptions: Readonly<Record<string, keyof ParameterWords>> = {
  '--lms-levels': 'lmsLevels',
  '--lms-height': 'lmsHeight',
  '--lms-winternitz': 'lmsWinternitz',
  '--xmss-params': 'xmssSet',
  '--ml-dsa-level': 'mlDsaLevel',
};

export interface ChosenSpec {
  readonly spec: KeySpec;
  /** What was chosen without a word, and what no bootloader can be built for. */
  readonly notices: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws `invalid-argument` for a value that is none, `not-supported` for a set we cannot make. */
export function chooseSpec(
  type: AuthKey,
  words: ParameterWords,
  environment: Environment,
): ChosenSpec {
  const chooser = new Chooser(environment);
  switch (type.family) {
    case 'lms':
      return chooseLms(chooser, words);
    case 'xmss':
      return chooseXmss(chooser, words);
    case 'ml-dsa': {
      const level = chooser.choose('ML_DSA_LEVEL', words.mlDsaLevel, '--ml-dsa-level', '2', ML_DSA);
      return { spec: { algorithm: ML_DSA[level] }, notices: chooser.notices };
    }
    default: {
      const [algorithm] = type.algorithms;
      return { spec: { algorithm: algorithm as PlainAlgorithm }, notices: [] };
    }
  }
}

type PlainAlgorithm = Exclude<AlgorithmId, 'lms' | 'xmss' | 'xmssmt'>;

const ML_DSA = { 2: 'ml-dsa-44', 3: 'ml-dsa-65', 5: 'ml-dsa-87' } as const satisfies Record<
  MlDsaLevel,
  AlgorithmId
>;
const LEVELS = { 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8 } as const;
const HEIGHTS = { 5: 5, 10: 10, 15: 15, 20: 20, 25: 25 } as const;
const WIDTHS = { 1: 1, 2: 2, 4: 4, 8: 8 } as const;

class Chooser {
  readonly notices: string[] = [];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** A key of `table`. The option counts more than the variable, and that is said. */
  choose<T extends object>(
    variable: string,
    typed: string | undefined,
    option: string,
    usual: Extract<keyof T, number> | `${Extract<keyof T, number>}`,
    table: T,
  ): keyof T {
    const text = this.text(variable, typed, option, String(usual));
    const found = Object.keys(table).find((name) => name === text);
    if (found !== undefined) return found as unknown as keyof T;
    const source = typed === undefined ? variable : option;
    throw misuse(`${source} "${text}" is none of ${Object.keys(table).join(', ')}`);
  }

  text(variable: string, typed: string | undefined, option: string, usual: string): string {
    const set = this.#environment[variable] ?? '';
    if (typed !== undefined) {
      if (set !== '' && set !== typed) {
        this.notices.push(`${option} ${typed} counts, not ${variable}=${set}`);
      }
      return typed;
    }
    if (set !== '') return set;
    this.notices.push(
      `neither ${option} nor ${variable} is given: ${usual}, as wolfBoot's keygen takes it`,
    );
    return usual;
  }
}

function chooseLms(chooser: Chooser, words: ParameterWords): ChosenSpec {
  const { lmsLevels, lmsHeight, lmsWinternitz } = words;
  const levels = LEVELS[chooser.choose('LMS_LEVELS', lmsLevels, '--lms-levels', 1, LEVELS)];
  const height = HEIGHTS[chooser.choose('LMS_HEIGHT', lmsHeight, '--lms-height', 10, HEIGHTS)];
  const winternitz =
    WIDTHS[chooser.choose('LMS_WINTERNITZ', lmsWinternitz, '--lms-winternitz', 8, WIDTHS)];
  const lms = { levels, height, winternitz };
  const notices = canBuildLms(lms) ? [] : [noBootloader(`LMS ${lmsName(lms)}`)];
  return { spec: { algorithm: 'lms', lms }, notices: [...chooser.notices, ...notices] };
}

function chooseXmss(chooser: Chooser, { xmssSet }: ParameterWords): ChosenSpec {
  const name = chooser.text('XMSS_PARAMS', xmssSet, '--xmss-params', 'XMSS-SHA2_10_256');
  const set = xmssSetNames.find((each) => each === name);
  const mtSet = xmssMtSetNames.find((each) => each === name);
  const spec: KeySpec | undefined = set
    ? { algorithm: 'xmss', set }
    : mtSet && { algorithm: 'xmssmt', set: mtSet };
  if (!spec) {
    throw misuse(
      `XMSS parameters "${name}" are none of ${[...xmssSetNames, ...xmssMtSetNames].join(', ')}`,
    );
  }
  const notices = canBuildXmss(spec.set) ? [] : [noBootloader(spec.set)];
  return { spec, notices: [...chooser.notices, ...notices] };
}

function noBootloader(what: string): string {
  return `no wolfBoot can be built for ${what}: a key of it can sign, but no board will verify with it`;
}

/**
 * The variables with which a Makefile tells both its bootloader and its tools the parameters. wolfBoot's
 * sign believes them and not the key, uses up an index and makes an image that verifies nowhere (section
 * 23, 14 and 15). Throws `keystore-parameters-refused` when one of them speaks of another key.
 */
export function checkEnvironment(
  { algorithm, publicKey, privateKey }: KeyPair,
  environment: Environment,
  path: string,
): void {
  const { state } = scheme(algorithm);
  const own = state?.usage(privateKey).parameters ?? '';
  for (const [variable, value] of parametersAsVariables(algorithm, own, publicKey)) {
    const set = environment[variable] ?? '';
    if (set === '' || set === value) continue;
    throw new AppError(
      'keystore-parameters-refused',
      `${variable}=${set}, but ${path} is a key of ${variable}=${value}: a bootloader built for the one cannot verify the other. Nothing was signed`,
      { context: { file: path, variable } },
    );
  }
}

function parametersAsVariables(
  algorithm: AlgorithmId,
  parameters: string,
  publicKey: Uint8Array,
): readonly (readonly [string, string])[] {
  const [, levels = '', height = '', winternitz = ''] =
    /^L(\d+)-H(\d+)-W(\d+)$/.exec(parameters) ?? [];
  if (algorithm === 'lms') {
    return [
      ['LMS_LEVELS', levels],
      ['LMS_HEIGHT', height],
      ['LMS_WINTERNITZ', winternitz],
    ];
  }
  if (algorithm === 'xmss' || algorithm === 'xmssmt') return [['XMSS_PARAMS', parameters]];
  const level = mlDsaLevels.find((each) => ML_DSA_KEY_BYTES[each] === publicKey.length);
  return algorithm.startsWith('ml-dsa') ? [['ML_DSA_LEVEL', String(level)]] : [];
}

const mlDsaLevels: readonly MlDsaLevel[] = [2, 3, 5];
