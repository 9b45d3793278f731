/** Whether somebody typed what stands on the screen. */

/** Spaces and case do not count: people read groups aloud. */
export function sameFact(typed: string, expected: string): boolean {
  const plain = (text: string): string => text.replace(/\s+/g, '').toLowerCase();
  return plain(typed) === plain(expected) && plain(expected) !== '';
}
