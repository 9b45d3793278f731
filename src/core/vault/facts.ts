/**
 * Facts that a seal or a MAC covers, as bytes: every value with its length in front, so that no two
 * lists of facts give the same bytes (docs/formats/vault.md, "Covered facts").
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concatBytes, encode, u32be } from '../bytes/index.ts';

export type Fact = string | number | boolean;

/** `purpose` keeps what is sealed for one use from being taken for another. */
export function factBytes(purpose: string, facts: readonly Fact[]): Uint8Array {
  const parts = [purpose, ...facts].flatMap((fact) => {
    const bytes = utf8ToBytes(String(fact));
    return [encode(u32be, bytes.length), bytes];
  });
  return concatBytes(...parts);
}
