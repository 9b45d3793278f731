/** What a wolfBoot `.config` says about the bootloader it builds. */
import type { HashId } from '../crypto/index.ts';
import type { AuthKey, MlDsaLevel } from './auth-keys.ts';
import type { LmsParameters, XmssName } from './bootloader-sets.ts';
import type { ImageCipher } from './image/image-encrypt.ts';
import type { PartitionRoom } from './image/partition-fit.ts';
import type { BootloaderProfile, PartitionLayout } from './profile.ts';

export type ConfigWarningCode =
  /** A key that something depends on is not set. */
  | 'missing'
  /** Two settings exclude each other, or one does not go with the chip. */
  | 'contradictory'
  /** A value that is known to wolfBoot or to nobody, but not here. */
  | 'unknown-value'
  /** Make would act on this line; it was not looked into. */
  | 'not-evaluated';

export interface ConfigWarning {
  readonly code: ConfigWarningCode;
  /** Undefined for lines that are no assignment. */
  readonly key: string | undefined;
  /** From 1; undefined for what is missing. */
  readonly line: number | undefined;
  /** English, for logs and terminals. */
  readonly message: string;
}

/** Every key as it stands in the file; what is undefined was not said, or not so that it can be used. */
export interface BootloaderConfig {
  readonly fileName: string;
  /** Undefined when target or SIGN are not known here. */
  readonly profile: BootloaderProfile | undefined;
  /** Undefined unless all addresses and sizes are there. */
  readonly partitions: PartitionLayout | undefined;
  readonly target: string | undefined;
  readonly sign: AuthKey | undefined;
  /** Set for bootloaders that ask for two signatures. */
  readonly signSecondary: AuthKey | undefined;
  readonly hash: HashId;
  /** IMAGE_HEADER_SIZE, or what follows from SIGN without it. */
  readonly headerSizeBytes: number | undefined;
  readonly bootAddress: number | undefined;
  readonly partitionSizeBytes: number | undefined;
  readonly sectorSizeBytes: number | undefined;
  /** Room for an image; undefined when the partition's size is not known. */
  readonly room: PartitionRoom | undefined;
  readonly trustZone: boolean;
  readonly dualBank: boolean;
  /** NVM_FLASH_WRITEONCE */
  readonly writeOnce: boolean;
  /** Undefined: the bootloader does not decrypt. */
  readonly encryption: ImageCipher | undefined;
  readonly deltaUpdates: boolean;
  /** FLASH_OTP_KEYSTORE */
  readonly otpKeystore: boolean;
  readonly universalKeystore: boolean;
  readonly lms: LmsParameters | undefined;
  readonly xmss: XmssName | undefined;
  readonly mlDsaLevel: MlDsaLevel | undefined;
  /** Options of `sign` for images of this bootloader: algorithms, hash. */
  readonly signWords: readonly string[];
  /** Environment of `sign` for images of this bootloader. */
  readonly signEnvironment: Readonly<Record<string, string>>;
  /** All keys with their values, in the order of the file. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys that nothing here depends on, in the order of the file. */
  readonly unusedKeys: readonly string[];
  readonly warnings: readonly ConfigWarning[];
}

/** What the settings themselves say, before anything is drawn from them. */
export type ConfigFacts = Omit<
  BootloaderConfig,
  'profile' | 'signWords' | 'signEnvironment' | 'values' | 'unusedKeys' | 'warnings'
>;
