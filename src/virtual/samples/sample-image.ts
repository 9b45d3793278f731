/**
 * The frame of an image made for the virtual board: a plausible vector table, the sample mark with
 * words that say what it is, and filler where code would be. No processor could run it.
 */
import { asciiToBytes } from '../../core/bytes/index.ts';
import { SAMPLE_MARK } from '../../core/wolfboot/index.ts';
import { createPrng } from '../prng.ts';

const VECTORS = 16;
const TEXT_OFFSET = 0x100;
/** Where the reset handler would begin; parts of the sample come behind it. */
export const CODE_OFFSET = 0x400;

export interface SampleImagePlan {
  /** Names the filler's sequence, so that equal plans give equal bytes. */
  readonly name: string;
  /** What the image stands for, in ASCII. */
  readonly words: string;
  readonly linkAddress: number;
  readonly stackPointer: number;
  readonly sizeBytes: number;
  readonly parts?: readonly { readonly offsetBytes: number; readonly bytes: Uint8Array }[];
}

export function buildSampleImage(plan: SampleImagePlan): Uint8Array {
  const image = createPrng(0, `sample ${plan.name}`).bytes(plan.sizeBytes);
  image.fill(0, 0, CODE_OFFSET);
  const view = new DataView(image.buffer);
  view.setUint32(0, plan.stackPointer, true);
  for (let vector = 1; vector < VECTORS; vector++) {
    // Thumb code: the lowest bit is set.
    view.setUint32(4 * vector, plan.linkAddress + CODE_OFFSET + 8 * vector + 1, true);
  }
  const text = `${SAMPLE_MARK}: ${plan.words}. For the virtual board only, not a program.`;
  image.set(asciiToBytes(text), TEXT_OFFSET);
  for (const part of plan.parts ?? []) image.set(part.bytes, part.offsetBytes);
  return image;
}
