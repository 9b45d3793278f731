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

/** SIGN= of a build; ML-DSA by its level, which decides the size of a slot. */
export type BuildKey = Exclude<AuthKeyName, 'ML_DSA'> | 'ML_DSA-2' | 'ML_DSA-3' | 'ML_DSA-5';

export interface BootloaderChoice {
  /** Of an example configuration, or `otherBuild`. */
  readonly profileId: string;
  /** Target and key of another build; remembered while an example is chosen. */
  readonly target: OtpTarget;
  readonly buildKey: BuildKey;
  /** undefined: as the example has it. */
  readonly universal: boolean | undefined;
}

export const otherBuild = 'other';

export const buildKeys: readonly BuildKey[] = authKeys.flatMap(({ name }) =>
  name === 'ML_DSA' ? (['ML_DSA-2', 'ML_DSA-3', 'ML_DSA-5'] as const) : [name],
);

export const firstChoice: BootloaderChoice = choiceOf(bootloaderProfiles[0]);

/** An example configuration as it stands. Throws `invalid-argument` for an unknown id. */
export function chooseProfile(choice: BootloaderChoice, profileId: string): BootloaderChoice {
  if (profileId !== otherBuild) return choiceOf(profileById(profileId));
  return { ...choice, profileId, universal: profileOfChoice(choice).universal };
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
  const profile = profileById(profileId);
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
  return profileId !== otherBuild || !buildKey.startsWith('ML_DSA');
}

function choiceOf(profile: BootloaderProfile): BootloaderChoice {
  const { id, target, signName, mlDsaLevel } = profile;
  return {
    profileId: id,
    target,
    buildKey: signName === 'ML_DSA' ? `ML_DSA-${mlDsaLevel ?? 2}` : signName,
    universal: undefined,
  };
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
