/** Which bootloader will read the keystore: an example configuration, or another build put together here. */
import { AppError } from '../core/errors.ts';
import {
  authKeys,
  bootloaderProfiles,
  makeProfile,
  type AuthKeyName,
  type BootloaderProfile,
  type MlDsaLevel,
  type OtpTarget,
} from '../core/wolfboot/index.ts';
import type { NamedFile } from './services.ts';

/** SIGN= of a build; ML-DSA by its level, which decides the size of a slot. */
export type BuildKey = Exclude<AuthKeyName, 'ML_DSA'> | 'ML_DSA-2' | 'ML_DSA-3' | 'ML_DSA-5';

export interface BootloaderChoice {
  /** Of an example configuration, or `otherBuild`, or `configBuild`. */
  readonly profileId: string;
  /** Target and key of another build; remembered while an example is chosen. */
  readonly target: OtpTarget;
  readonly buildKey: BuildKey;
  /** undefined: as the example has it. */
  readonly universal: boolean | undefined;
  /** The build whose `.config` was opened last; remembered while another one is chosen. */
  readonly config: ImportedConfig | undefined;
}

export interface ImportedConfig {
  readonly fileName: string;
  readonly profile: BootloaderProfile;
  /** What is missing or contradictory in it, in English. */
  readonly warnings: readonly string[];
}

export const otherBuild = 'other';
export const configBuild = 'config';

export const buildKeys: readonly BuildKey[] = authKeys.flatMap(({ name }) =>
  name === 'ML_DSA' ? (['ML_DSA-2', 'ML_DSA-3', 'ML_DSA-5'] as const) : [name],
);

export const firstChoice: BootloaderChoice = choiceOf(bootloaderProfiles[0]);

/** An example configuration as it stands. Throws `invalid-argument` for an unknown id. */
export function chooseProfile(choice: BootloaderChoice, profileId: string): BootloaderChoice {
  const { config } = choice;
  if (profileId === configBuild) return { ...choiceOf(configProfile(choice)), profileId, config };
  if (profileId !== otherBuild) return { ...choiceOf(profileById(profileId)), config };
  return { ...choice, profileId, universal: profileOfChoice(choice).universal };
}

/**
 * The bootloader of a wolfBoot `.config`. Throws `unrecognised-file` and `malformed` for a file that is
 * none, `not-supported` when it does not say chip and key type, or others than keys in OTP are known for.
 */
export async function importConfig(
  choice: BootloaderChoice,
  file: NamedFile,
): Promise<BootloaderChoice> {
  const { readBootloaderConfig } = await import('../core/wolfboot/config-file.ts');
  const text = new TextDecoder().decode(file.bytes);
  const { profile, warnings } = readBootloaderConfig(text, file.name);
  const messages = warnings.map(({ message }) => message);
  if (!profile) {
    throw new AppError(
      'not-supported',
      `${file.name}: no bootloader with keys in OTP can be made of it. ${messages.join('; ')}`,
      { context: { file: file.name } },
    );
  }
  const config = { fileName: file.name, profile, warnings: messages };
  return chooseProfile({ ...choice, config }, configBuild);
}

/** The same choice gives an equal profile. Throws `invalid-argument` for an unknown id. */
export function profileOfChoice(choice: BootloaderChoice): BootloaderProfile {
  const { profileId, target, buildKey, universal } = choice;
  if (profileId === otherBuild) {
    return makeProfile({
      target,
      ...signOf(buildKey),
      universal: (universal ?? false) && canBeUniversal(choice),
    });
  }
  const profile = profileId === configBuild ? configProfile(choice) : profileById(profileId);
  if (universal === undefined || universal === profile.universal) return profile;
  return {
    ...profile,
    universal,
    id: `${profile.id}-${universal ? 'universal' : 'one-type'}`,
    name: `${profile.name} (WOLFBOOT_UNIVERSAL_KEYSTORE=${universal ? 1 : 0})`,
  };
}

/** The largest keys have no universal keystore: its slots are made for RSA-4096. */
export function canBeUniversal({ profileId, buildKey }: BootloaderChoice): boolean {
  const isExample = profileId !== otherBuild && profileId !== configBuild;
  return isExample || !buildKey.startsWith('ML_DSA');
}

function choiceOf(profile: BootloaderProfile): BootloaderChoice {
  const { id, target, signName, mlDsaLevel } = profile;
  return {
    profileId: id,
    target,
    buildKey: signName === 'ML_DSA' ? `ML_DSA-${mlDsaLevel ?? 2}` : signName,
    universal: undefined,
    config: undefined,
  };
}

function configProfile({ config }: BootloaderChoice): BootloaderProfile {
  if (config) return config.profile;
  throw new AppError('invalid-argument', 'no .config was opened yet');
}

const levels: Readonly<Partial<Record<BuildKey, MlDsaLevel>>> = {
  'ML_DSA-2': 2,
  'ML_DSA-3': 3,
  'ML_DSA-5': 5,
};

function signOf(key: BuildKey): Pick<BootloaderProfile, 'signName' | 'mlDsaLevel'> {
  switch (key) {
    case 'ML_DSA-2':
    case 'ML_DSA-3':
    case 'ML_DSA-5':
      return { signName: 'ML_DSA', mlDsaLevel: levels[key] ?? 2 };
    default:
      return { signName: key };
  }
}

function profileById(id: string): BootloaderProfile {
  const profile = bootloaderProfiles.find((candidate) => candidate.id === id);
  if (profile === undefined) {
    throw new AppError('invalid-argument', `there is no bootloader profile ${id}`);
  }
  return profile;
}
