/**
 * A receiver of delta patches, written from formats/wolfboot.md, section 17, and as strict as the rules
 * for encoders there: flash that is rewritten in place, one sector after the other, while the patch is
 * read. Anything that the rules forbid throws.
 */
const ESCAPE = 0x7f;
const RECORD_BYTES = 6;
const SHORTEST_COPY = 6;

export interface PatchFacts {
  readonly result: Uint8Array;
  readonly copies: number;
  readonly literals: number;
  /** Copies that were taken from sectors written before. */
  readonly copiesOfNew: number;
}

export function rewriteFlash(base: Uint8Array, patch: Uint8Array, sectorBytes: number): PatchFacts {
  /** What the partition holds now: rewritten sectors in front, the base behind. */
  const flash = [...base];
  let sector: number[] = [];
  let done = 0;
  let copies = 0;
  let literals = 0;
  let copiesOfNew = 0;

  const emit = (byte: number): void => {
    sector.push(byte);
    if (sector.length === sectorBytes) flush();
  };
  const flush = (): void => {
    for (const byte of sector) flash[done++] = byte;
    sector = [];
  };
  const at = (index: number): number => {
    const byte = patch[index];
    if (byte === undefined) throw new Error(`the patch ends within a record at ${index}`);
    return byte;
  };

  for (let index = 0; index < patch.length;) {
    if (at(index) !== ESCAPE) {
      emit(at(index));
      literals++;
      index += 1;
    } else if (at(index + 1) === ESCAPE) {
      emit(ESCAPE);
      literals++;
      index += 2;
    } else {
      const address = (at(index + 1) << 16) | (at(index + 2) << 8) | at(index + 3);
      const length = (at(index + 4) << 8) | at(index + 5);
      if (length < SHORTEST_COPY) throw new Error(`a copy of ${length} bytes at ${index}`);
      const position = done + sector.length;
      if (address + length > base.length) throw new Error(`a copy beyond the base at ${index}`);
      if (address >= done) {
        const sectorOf = (byte: number): number => Math.floor(byte / sectorBytes);
        if (sectorOf(position) !== sectorOf(position + length - 1)) {
          throw new Error(`a copy from the base crosses a sector at ${index}`);
        }
      } else {
        if (address + length > done) throw new Error(`a copy of new and old at ${index}`);
        copiesOfNew++;
      }
      for (let copied = 0; copied < length; copied++) emit(flash[address + copied] ?? NaN);
      copies++;
      index += RECORD_BYTES;
    }
  }
  flush();
  return { result: Uint8Array.from(flash.slice(0, done)), copies, literals, copiesOfNew };
}
