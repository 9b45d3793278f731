/** For tables of vectors: a test that does not apply to a row does not exist, instead of being skipped. */
import { it } from 'vitest';

type Declare = (name: string, test: () => void | Promise<void>) => void;

export function itIf(applies: boolean): Declare {
  return applies ? it : () => undefined;
}
