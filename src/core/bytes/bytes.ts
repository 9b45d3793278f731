/** Small operations on byte arrays. Nothing here keeps or changes its arguments unless it says so. */

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

/** Content comparison; not constant-time, so not for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

export function filledBytes(lengthBytes: number, value: number): Uint8Array {
  return new Uint8Array(lengthBytes).fill(value);
}

export function isFilledWith(bytes: Uint8Array, value: number): boolean {
  return bytes.every((byte) => byte === value);
}

/** `bytes` followed by `value` up to the next multiple of `alignment`. */
export function padTo(bytes: Uint8Array, alignment: number, value: number): Uint8Array {
  const rest = bytes.length % alignment;
  return rest === 0 ? bytes.slice() : concatBytes(bytes, filledBytes(alignment - rest, value));
}

/** Offset of the first occurrence of `needle` at or after `from`, or -1. */
export function indexOfBytes(haystack: Uint8Array, needle: Uint8Array, from = 0): number {
  for (let at = from; at + needle.length <= haystack.length; at++) {
    if (needle.every((value, index) => haystack[at + index] === value)) return at;
  }
  return -1;
}

/** ASCII text to bytes; characters above 0x7F are refused by their position. */
export function asciiToBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    if (code > 0x7f) throw new RangeError(`not ASCII: ${JSON.stringify(character)}`);
    return code;
  });
}

/** Bytes to text, one character a byte (Latin-1), so that nothing is lost. */
export function bytesToLatin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Overwrites a secret. JavaScript may have made copies that nobody can reach; this clears ours. */
export function wipe(bytes: Uint8Array): void {
  bytes.fill(0);
}
