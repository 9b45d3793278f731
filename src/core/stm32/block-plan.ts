/**
 * Cutting a transfer into DfuSe data blocks: address = pointer + (wValue - 2) * wTransferSize.
 * AN3156 words wTransferSize as the length of the request itself, implementations use the constant of
 * the functional descriptor; the plan is right under both readings (formats/stm32-dfu.md, section 2).
 */
import { AppError } from '../errors.ts';
import { FIRST_BLOCK, LAST_BLOCK, MAX_BLOCK_BYTES } from './dfu-protocol.ts';

export interface Block {
  readonly address: number;
  readonly lengthBytes: number;
  /** wValue. */
  readonly number: number;
  /** The pointer has to be set to `address` before this block. */
  readonly setPointer: boolean;
}

/** Longest block that fits the device's buffer, AN3156's limit and the alignment. */
export function blockBytesFor(transferSizeBytes: number, alignmentBytes: number): number {
  const limit = Math.min(transferSizeBytes, MAX_BLOCK_BYTES);
  const blockBytes = limit - (limit % alignmentBytes);
  if (blockBytes === 0) {
    throw new AppError(
      'dfu-protocol',
      `wTransferSize ${transferSizeBytes} is too small for blocks of ${alignmentBytes} bytes`,
      { context: { transferSizeBytes } },
    );
  }
  return blockBytes;
}

/**
 * Full blocks are numbered on from 2; the pointer is set again for a short last block, when the block
 * number would leave 16 bits, and for every block when full blocks are shorter than wTransferSize or
 * `pointEachBlock` asks for it (memory for which no block number but 2 is known to work: OTP).
 */
export function* planBlocks(
  address: number,
  lengthBytes: number,
  blockBytes: number,
  transferSizeBytes: number,
  pointEachBlock = false,
): Generator<Block, void, undefined> {
  let number = LAST_BLOCK;
  for (let done = 0; done < lengthBytes; done += blockBytes) {
    const blockLength = Math.min(blockBytes, lengthBytes - done);
    const canCount = !pointEachBlock && number < LAST_BLOCK && blockBytes === transferSizeBytes;
    const setPointer = !canCount || blockLength < blockBytes;
    number = setPointer ? FIRST_BLOCK : number + 1;
    yield { address: address + done, lengthBytes: blockLength, number, setPointer };
  }
}
