/** Private keys as files: writing them, opening them again, and the sheet for paper. */
import { asciiToBytes, equalBytes, hexNumber, wipe } from '../../core/bytes/index.ts';
import { scheme, type KeyPair, type PrivateKey } from '../../core/crypto/index.ts';
import { AppError } from '../../core/errors.ts';
import { MOST_TEXT, passphraseProblem } from '../../core/vault/index.ts';
import { parsePrivateKeyFile, writePrivateKeyFile } from '../../core/wolfboot/index.ts';
import type { HeldKey, HeldKeys } from './held-keys.ts';
import type { KeyringParts } from './parts.ts';
import type { BackupForm, BackupSheet, KeyCall, KeyFile } from './protocol.ts';
import { sameSecret } from './same-secret.ts';

const AGE_MARKS = ['age-encryption.org/v1', '-----BEGIN AGE ENCRYPTED FILE-----'].map(asciiToBytes);
const AGE_ENDING = '.age';

export interface OpenOptions {
  readonly agePassphrase?: string;
}

export interface Backups {
  /**
   * The key of a file, age files included. The file's bytes are wiped. `expected` refuses another
   * key and, for stateful keys, only compares: `key-mismatch`.
   */
  read(file: KeyFile, options: OpenOptions | undefined, call: KeyCall): Promise<KeyPair>;
  /** Opens the file and throws `key-mismatch` unless it holds the secret of this key. The pair is the caller's. */
  readBackupOf(
    held: HeldKey,
    file: KeyFile,
    options: OpenOptions | undefined,
    call: KeyCall,
  ): Promise<KeyPair>;
  write(held: HeldKey, form: BackupForm): Promise<KeyFile>;
  writeAge(held: HeldKey, passphrase: string): Promise<KeyFile>;
  sheet(held: HeldKey): BackupSheet;
}

export function createBackups({ age, hasher, clock }: KeyringParts, keys: HeldKeys): Backups {
  const ageFiles = (): NonNullable<typeof age> => {
    if (age === undefined) throw new AppError('not-supported', 'age files cannot be used here');
    return age;
  };
  /** The content of the file, decrypted where it is an age file. The caller wipes it. */
  const unpack = async (file: KeyFile, options: OpenOptions | undefined): Promise<KeyFile> => {
    if (!isAgeFile(file.bytes)) return { name: file.name, bytes: file.bytes.slice() };
    const passphrase = options?.agePassphrase;
    if (passphrase === undefined) {
      throw new AppError('vault-secret-wrong', `${file.name} is encrypted and needs a passphrase`, {
        context: { file: file.name },
      });
    }
    const bytes = await ageFiles().decrypt(file.bytes, passphrase, file.name);
    return { name: withoutEnding(file.name), bytes };
  };
  const parse = async (
    file: KeyFile,
    options: OpenOptions | undefined,
    how: (content: KeyFile) => Promise<KeyPair>,
  ): Promise<KeyPair> => {
    let content: KeyFile | undefined;
    try {
      content = await unpack(file, options);
      return await how(content);
    } finally {
      if (content) wipe(content.bytes);
      wipe(file.bytes);
    }
  };

  const write = async (held: HeldKey, form: BackupForm): Promise<KeyFile> => {
    const content = await exportable(held, await keys.freeIndex(held), hasher);
    try {
      const { algorithm, publicKey, name } = held.facts;
      const bytes = writePrivateKeyFile({ algorithm, publicKey, privateKey: content }, form);
      return { name: `${name}.${endings[form]}`, bytes };
    } finally {
      if (content !== held.privateKey) wipe(content.bytes);
    }
  };

  return {
    read: (file, options, call) =>
      parse(file, options, ({ bytes, name }) =>
        parsePrivateKeyFile(bytes, name, undefined, { call: { ...call, hasher } }),
      ),

    async readBackupOf(held, file, options, call) {
      const { algorithm, publicKey } = held.facts;
      const { stateful } = scheme(algorithm);
      const pair = await parse(file, options, ({ bytes, name }) =>
        parsePrivateKeyFile(bytes, name, algorithm, {
          call: { ...call, hasher },
          // What matters is whether the seeds are those held here, and that needs no tree.
          publicHalf: stateful ? 'stored' : 'recomputed',
        }),
      );
      const same = stateful
        ? sameSecret(pair.privateKey, held.privateKey)
        : equalBytes(pair.publicKey, publicKey);
      if (same) return pair;
      wipe(pair.privateKey.bytes);
      throw new AppError('key-mismatch', `${file.name} is the private key of another key`, {
        context: { file: file.name, key: held.id },
      });
    },

    write,

    async writeAge(held, passphrase) {
      const problem = passphraseProblem(passphrase);
      if (problem !== undefined) {
        throw new AppError('invalid-argument', `the passphrase is ${problem}`, {
          context: { problem },
        });
      }
      const plain = await write(held, 'raw');
      try {
        const bytes = await ageFiles().encrypt(plain.bytes, passphrase);
        return { name: plain.name + AGE_ENDING, bytes };
      } finally {
        wipe(plain.bytes);
      }
    },

    sheet(held) {
      const { name, algorithm, parameters, partitionMask } = held.facts;
      const date = new Date(clock.wallMs()).toISOString().slice(0, 'yyyy-mm-dd'.length);
      const lines = [
        'keyfuse key sheet 1',
        `name: ${name}`,
        `algorithm: ${[algorithm, parameters].join(' ').trim()}`,
        `sha256: ${held.fingerprint}`,
        `mask: ${hexNumber(partitionMask)}`,
        `date: ${date}`,
      ];
      return {
        name,
        algorithm,
        parameters,
        fingerprint: held.fingerprint,
        partitionMask,
        date,
        qr: lines.join('\n'),
      };
    },
  };
}

const endings: Readonly<Record<BackupForm, string>> = {
  raw: 'key',
  der: 'der',
  pem: 'pem',
  pkcs8: 'p8',
  'pkcs8-pem': 'p8.pem',
};

/**
 * A stateful key leaves at the first index that is nobody's: what is set aside here, in another tab
 * or beyond a suspension is not signed with once more where the file is opened. A copy then.
 */
async function exportable(
  { privateKey, facts }: HeldKey,
  freeIndex: bigint | undefined,
  hasher: KeyringParts['hasher'],
): Promise<PrivateKey> {
  const access = scheme(facts.algorithm).state;
  if (access === undefined || freeIndex === undefined) return privateKey;
  if (freeIndex <= access.usage(privateKey).nextIndex) return privateKey;
  return access.advanceTo(privateKey, freeIndex, { hasher });
}

function isAgeFile(bytes: Uint8Array): boolean {
  return AGE_MARKS.some((mark) => equalBytes(bytes.subarray(0, mark.length), mark));
}

function withoutEnding(name: string): string {
  return name.endsWith(AGE_ENDING) ? name.slice(0, -AGE_ENDING.length) : name;
}

/** File name without folder and endings, and not too long: what a key from a file is called at first. */
export function baseName(fileName: string): string {
  const name = withoutEnding(fileName.slice(fileName.lastIndexOf('/') + 1));
  const dot = name.lastIndexOf('.');
  let cut = '';
  for (const character of dot > 0 ? name.slice(0, dot) : name) {
    if (cut.length + character.length > MOST_TEXT) break;
    cut += character;
  }
  return cut;
}
