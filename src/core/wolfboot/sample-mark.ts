/**
 * The mark of images that were made for the virtual board. They are no programs a processor could
 * run, so `provisioning` refuses to put one into a real chip.
 */
import { asciiToBytes, indexOfBytes } from '../bytes/index.ts';

export const SAMPLE_MARK = 'KEYFUSE VIRTUAL SAMPLE';

/** Whether the mark stands anywhere in the image. */
export function isSampleImage(bytes: Uint8Array): boolean {
  return indexOfBytes(bytes, asciiToBytes(SAMPLE_MARK)) >= 0;
}
