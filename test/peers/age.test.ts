// The age program of Debian opens our backups, and we open what it encrypts.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyring } from '../../src/workers/keyring/keyring.ts';
import { expectRejects } from '../support/expect-error.ts';
import { memoryParts } from '../support/keyring-parts.ts';
import { workFolder, type WorkFolder } from '../support/peer-tools.ts';

const passphrase = 'correct horse battery';

let folder: WorkFolder;
beforeEach(() => {
  folder = workFolder();
});
afterEach(() => {
  folder.remove();
});

/** Runs age on a terminal of its own, for it asks for a passphrase nowhere else. */
function ageWithPassphrase(...args: readonly string[]): string {
  folder.write(
    'answers.sh',
    `(for turn in 1 2; do sleep 1; printf '%s\\n' '${passphrase}'; done) | ` +
      `script --quiet --return --command 'age ${args.join(' ')}' /dev/null`,
  );
  const { exitCode, text } = folder.run('sh', 'answers.sh');
  expect(exitCode, text).toBe(0);
  return text;
}

describe('the age file of a key', () => {
  it('is opened by age with the passphrase', async () => {
    const keyring = createKeyring(memoryParts());
    const key = await keyring.generate({ name: 'release', spec: { algorithm: 'ecdsa-p256' } });
    const { bytes } = await keyring.exportAge(key.id, passphrase);
    folder.write('release.key.age', bytes);
    ageWithPassphrase('--decrypt', '--output', 'release.key', 'release.key.age');
    const raw = await keyring.exportPrivate(key.id, 'raw');
    expect(folder.read('release.key')).toEqual(raw.bytes);
  });

  it.each([[[]], [['--armor']]])('is read when age made it, with %j', async (options) => {
    const keyring = createKeyring(memoryParts());
    const key = await keyring.generate({ name: 'release', spec: { algorithm: 'ed25519' } });
    folder.write('release.key', (await keyring.exportPrivate(key.id, 'raw')).bytes);
    ageWithPassphrase('--passphrase', ...options, '--output', 'release.key.age', 'release.key');
    const file = { name: 'release.key.age', bytes: folder.read('release.key.age') };
    const proven = await keyring.proveBackup(key.id, file, { agePassphrase: passphrase });
    expect(proven.proven).toBe(true);
  });

  it('says so when it was made for a recipient instead of a passphrase', async () => {
    const keyring = createKeyring(memoryParts());
    const { id } = await keyring.generate({ name: 'release', spec: { algorithm: 'ed25519' } });
    folder.run('age-keygen', '--output', 'identity.txt');
    const { text } = folder.run('age-keygen', '-y', 'identity.txt');
    folder.write('release.key', (await keyring.exportPrivate(id, 'raw')).bytes);
    const recipient = text.trim();
    expect(recipient).toMatch(/^age1/);
    folder.run('age', '--recipient', recipient, '--output', 'r.age', 'release.key');
    const file = { name: 'r.age', bytes: folder.read('r.age') };
    await expectRejects(
      keyring.proveBackup(id, file, { agePassphrase: passphrase }),
      'vault-secret-wrong',
    );
  });
});
