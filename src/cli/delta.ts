/** `keyfuse delta make` and `keyfuse delta apply`. */
import { misuse, type Words } from './arguments.ts';
import { deltaApply } from './delta-apply.ts';
import { deltaMake } from './delta-make.ts';
import type { Host } from './host.ts';

export function delta(host: Host, words: Words): Promise<void> {
  const what = words.take('make or apply');
  if (what === 'make') return deltaMake(host, words);
  if (what === 'apply') return deltaApply(host, words);
  throw misuse(`"${what}" is neither make nor apply`);
}
