/**
 * A process of its own that holds a key file and does as it is told, so that tests can kill it at a
 * chosen place. Words: FILE PLACE, where PLACE is `held` (before anything is stored), `stored` (after
 * the next state is on the disk) or `done` (releases and ends).
 */
import { holdKeyFile } from '../../../src/cli/state-file.ts';
import { nodeHost } from '../../../src/cli/host.ts';
import { plainTreeHasher } from '../../../src/core/crypto/plain-tree-hasher.ts';

const [path = '', place = 'done'] = process.argv.slice(2);
const file = await holdKeyFile(
  nodeHost(() => plainTreeHasher),
  path,
);
if (place !== 'held') {
  const next = file.bytes.slice();
  next[7] = (next[7] ?? 0) + 1;
  file.store(next);
}
process.stdout.write(`index ${file.bytes[7] ?? 0}\n`);
// Kept alive until it is killed.
if (place === 'done') file.release();
else setInterval(() => undefined, 1000);
