/**
 * Raw Cortex-M program images, as far as one can look into them without running them. Knows nothing of
 * wolfBoot.
 */

export interface VectorTable {
  readonly stackPointer: number;
  /** Address of the reset handler, without the Thumb bit. */
  readonly resetVector: number;
}

/** Internal RAM of the chips in question starts here; none has more than 2 MB of it. */
const RAM_START = 0x20000000;
const RAM_END = 0x20200000;
/** The same RAM of an STM32H5 as a secure program addresses it. */
const SECURE_RAM_START = 0x30000000;
const SECURE_RAM_END = 0x30200000;
/** AXI RAM of the STM32H7. */
const AXI_RAM_START = 0x24000000;
const AXI_RAM_END = 0x24200000;

/** SP, reset, NMI, HardFault: every core has at least these (ARMv7-M B1.5.3). */
const SHORTEST_TABLE_BYTES = 16;

/**
 * The vector table at the start of an image linked at `loadAddress`; undefined when what stands there
 * cannot be one: stack in RAM, reset, NMI and HardFault in Thumb code inside the image.
 */
export function readVectorTable(bytes: Uint8Array, loadAddress: number): VectorTable | undefined {
  if (bytes.length < SHORTEST_TABLE_BYTES) return undefined;
  const [stackPointer = 0, reset = 0, nmi = 0, hardFault = 0] = wordsOf(bytes.subarray(0, 16));
  const inRam =
    (stackPointer > RAM_START && stackPointer <= RAM_END) ||
    (stackPointer > SECURE_RAM_START && stackPointer <= SECURE_RAM_END) ||
    (stackPointer > AXI_RAM_START && stackPointer <= AXI_RAM_END);
  const inImage = (vector: number): boolean =>
    vector % 2 === 1 && vector > loadAddress && vector < loadAddress + bytes.length;
  if (!inRam || stackPointer % 4 !== 0 || ![reset, nmi, hardFault].every(inImage)) return undefined;
  return { stackPointer, resetVector: reset - 1 };
}

/** Little-endian 32-bit words at every multiple of four; a rest of fewer bytes is left out. */
export function wordsOf(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) =>
    view.getUint32(index * 4, true),
  );
}
