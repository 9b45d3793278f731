/** What is kept of an examined file. Of secrets only their place. */
import type { FirmwareFile } from '../core/stm32/index.ts';
import type { Examination, FileKind } from '../core/wolfboot/index.ts';

export interface HiddenRange {
  readonly startBytes: number;
  readonly endBytes: number;
}

/** Without the parts that may hold a secret. */
export type ShownExamination = Omit<Examination, 'plain' | 'keystore' | 'otp' | 'primer'>;

export interface ExaminedPart {
  /** Undefined where the file does not say. */
  readonly address: number | undefined;
  /** As they lie in the file; of secret files the secrets are overwritten. */
  readonly bytes: Uint8Array;
  /** What `examination.spans` count in: the decrypted image, or `bytes`. */
  readonly shown: Uint8Array;
  readonly hidden: readonly HiddenRange[];
  readonly examination: ShownExamination;
}

export interface ExaminedFile {
  readonly name: string;
  /** Undefined for plain binaries and for text that is no container. */
  readonly container: Pick<FirmwareFile, 'format' | 'entryAddress' | 'notes'> | undefined;
  /** One at least. */
  readonly parts: readonly [ExaminedPart, ...ExaminedPart[]];
}

/** The first that is more than bytes, or the first of all. */
export function foremostPart({ parts }: ExaminedFile): number {
  const known = parts.findIndex(({ examination }) => examination.kind !== 'unknown');
  return Math.max(0, known);
}

const imageKinds: readonly FileKind[] = ['image', 'image-header', 'delta-image', 'encrypted-image'];

/** Something that a bootloader could be asked to start. */
export function isImagePart({ examination }: ExaminedPart): boolean {
  return imageKinds.includes(examination.kind);
}
