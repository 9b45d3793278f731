/** How many signatures a key that counts them has used and has left, in words. */
import { formatCount } from './format.ts';
import { m } from './paraglide/messages.js';

interface CountedSignatures {
  readonly nextIndex: bigint;
  readonly capacity: bigint;
}

/** A tenth of them is when one begins to think of the next key. */
const fewShare = 10n;
/** Powers above are written as such: 2^60 is no number to read. */
const mostSpelledOut = 1_048_576n;
/** When less than one in this many is used, nearly all are left. */
const nearlyShare = 100n;

export function formatSignatures(count: bigint): string {
  return count <= mostSpelledOut ? formatCount(Number(count)) : `2^${count.toString(2).length - 1}`;
}

export function signaturesWords({ nextIndex, capacity }: CountedSignatures): string {
  return m.keys_signatures_words({
    used: formatCount(Number(nextIndex)),
    left: leftWords(capacity - nextIndex, capacity),
  });
}

/** Of 2^60 nobody reads what is left after three. */
function leftWords(left: bigint, capacity: bigint): string {
  if (left <= mostSpelledOut || left === capacity) return formatSignatures(left);
  return (capacity - left) * nearlyShare < capacity
    ? m.keys_signatures_nearly({ count: formatSignatures(capacity) })
    : m.keys_signatures_over({ count: formatSignatures(left) });
}

/** undefined while there are enough. */
export function signaturesWarning({
  nextIndex,
  capacity,
}: CountedSignatures):
  { readonly tone: 'failure' | 'caution'; readonly words: string } | undefined {
  const left = capacity - nextIndex;
  if (left <= 0n) return { tone: 'failure', words: m.keys_signatures_none() };
  if (left === 1n) return { tone: 'failure', words: m.keys_signatures_last() };
  return left * fewShare <= capacity
    ? { tone: 'caution', words: m.keys_signatures_few() }
    : undefined;
}
