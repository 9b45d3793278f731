/** Where a command puts an image that it made of another, unless it is told. */
import { basename } from 'node:path';
import { looksLikeImage } from '../core/wolfboot/index.ts';
import { AppError } from '../core/errors.ts';
import { checkReplaceable, checkWritable, fileIdentity, type OutputFile } from './files.ts';
import type { Host } from './host.ts';

export interface ImageTarget {
  /** Names the output beside it. */
  readonly imageFile: string;
  /** In place of the last dot of the image's name and what follows. */
  readonly ending: string;
  readonly outFile: string | undefined;
  readonly force: boolean;
}

/** Throws `file-failed` when the place is taken by something that is no image, or is an input. */
export function imageOutput(
  host: Host,
  bytes: Uint8Array,
  { imageFile, ending, outFile, force }: ImageTarget,
  otherInputs: readonly string[] = [],
): OutputFile {
  const path = outFile ?? besideOf(imageFile, ending);
  const target = fileIdentity(host, path);
  if (otherInputs.some((input) => fileIdentity(host, input) === target)) {
    throw new AppError('file-failed', `${path} is also an input; it was not written`, {
      context: { file: path },
    });
  }
  checkReplaceable(host, path, { input: imageFile, isEarlier: looksLikeImage, force });
  checkWritable(host, path);
  return { path, bytes, replace: true };
}

/** `a/fw_v1_signed.bin` becomes `a/fw_v1_signed` and the ending. */
export function besideOf(path: string, ending: string): string {
  const name = basename(path);
  const folder = path.slice(0, path.length - name.length);
  const dot = name.lastIndexOf('.');
  return `${folder}${dot <= 0 ? name : name.slice(0, dot)}${ending}`;
}
