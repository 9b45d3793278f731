/** Bytes as rows of 16: offset, hexadecimal digits, ASCII; the layout of `hexdump -C`. */
export const HEX_ROW_BYTES = 16;
const GROUP_BYTES = 8;
const DIGITS_WIDTH = HEX_ROW_BYTES * 3 + 1;
/** Characters of a whole row. */
export const HEX_ROW_WIDTH = 8 + 2 + DIGITS_WIDTH + 1 + HEX_ROW_BYTES + 2;

/** One row of at most 16 bytes; digits that are not there yet are blanks. */
export function hexRow(offsetBytes: number, bytes: Uint8Array): string {
  const digits = [...bytes]
    .map((byte, index) => `${index === GROUP_BYTES ? ' ' : ''}${twoDigits(byte)} `)
    .join('');
  const offset = offsetBytes.toString(16).padStart(8, '0');
  return `${offset}  ${digits.padEnd(DIGITS_WIDTH)} |${[...bytes].map(visible).join('')}|`;
}

function twoDigits(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function visible(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}
