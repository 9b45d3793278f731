/** The words of `keygen`, as wolfBoot's tool has them (formats/wolfboot.md, section 18). */
import {
  authKeyByOption,
  MASK_ALL,
  type AuthKey,
  type AuthKeyName,
} from '../core/wolfboot/index.ts';
import { decimal, misuse, notYet, type Words } from './arguments.ts';

export interface KeyRequest {
  readonly do: 'generate' | 'import';
  readonly type: AuthKey;
  readonly path: string;
  readonly partitionMask: number;
}

export interface KeygenRequest {
  /** In the order of the slots: imports first. */
  readonly keys: readonly KeyRequest[];
  /** The algorithm named last, which the keystore insists on at compile time. */
  readonly guard: AuthKeyName;
  readonly form: 'raw' | 'der';
  readonly exportPublic: boolean;
  readonly withoutLocalKeys: boolean;
  readonly force: boolean;
  readonly noOverwrite: boolean;
  /** Undefined: `src/keystore.c` and `./keystore.der`. */
  readonly keystoreDirectory: string | undefined;
}

const HIGHEST_PARTITION_ID = 31;
const MOST_KEYS = 64;

interface Draft {
  readonly generated: KeyRequest[];
  readonly imported: KeyRequest[];
  type: AuthKey | undefined;
  partitionMask: number;
  der: boolean;
  exportPublic: boolean;
  withoutLocalKeys: boolean;
  force: boolean;
  noOverwrite: boolean;
  keystoreDirectory: string | undefined;
}

type Option = (draft: Draft, words: Words) => void;

const options: Readonly<Record<string, Option>> = {
  '-g': (draft, words) => {
    addKey(draft, draft.generated, 'generate', words.takeFile('the file of -g'));
  },
  '-i': (draft, words) => {
    addKey(draft, draft.imported, 'import', words.takeFile('the file of -i'));
  },
  '--id': (draft, words) => {
    draft.partitionMask = maskOf(words.take('the list of --id'));
  },
  '--der': (draft) => {
    draft.der = true;
  },
  '--exportpubkey': (draft) => {
    draft.exportPublic = true;
  },
  '--nolocalkeys': (draft) => {
    draft.withoutLocalKeys = true;
  },
  '--force': (draft) => {
    draft.force = true;
  },
  '--no-overwrite': (draft) => {
    draft.noOverwrite = true;
  },
  '-keystoreDir': (draft, words) => {
    draft.keystoreDirectory = words.takeFile('the directory of -keystoreDir');
    const next = words.peek();
    if (next !== undefined) {
      throw misuse(
        `-keystoreDir comes last: wolfBoot's tool would swallow the "${next}" after it without a word`,
      );
    }
  },
};

/** Throws `invalid-argument` and `not-supported`; nothing was read or written then. */
export function readKeygenArguments(words: Words): KeygenRequest {
  const draft: Draft = {
    generated: [],
    imported: [],
    type: undefined,
    partitionMask: MASK_ALL,
    der: false,
    exportPublic: false,
    withoutLocalKeys: false,
    force: false,
    noOverwrite: false,
    keystoreDirectory: undefined,
  };
  while (words.left > 0) {
    const name = words.take('an option');
    const type = authKeyByOption(name);
    const option = options[name];
    if (type) draft.type = type;
    else if (option) option(draft, words);
    else throw misuse(`"${name}" is not an option of keygen`);
  }
  const keys = [...draft.imported, ...draft.generated];
  if (!draft.type || keys.length === 0) {
    throw misuse(
      'name an algorithm and then at least one key: -g FILE makes one, -i FILE takes one',
    );
  }
  return {
    keys,
    guard: draft.type.name,
    form: draft.der ? 'der' : 'raw',
    exportPublic: draft.exportPublic,
    withoutLocalKeys: draft.withoutLocalKeys,
    force: draft.force,
    noOverwrite: draft.noOverwrite,
    keystoreDirectory: draft.keystoreDirectory,
  };
}

function addKey(draft: Draft, list: KeyRequest[], what: KeyRequest['do'], path: string): void {
  const { type, partitionMask } = draft;
  if (!type) {
    throw misuse(`name the algorithm before ${path}, for example --ecc256 or --ed25519`);
  }
  if (what === 'generate' && type.algorithm === undefined) {
    throw notYet(`${type.option}: generating ${type.label} keys`);
  }
  if (list.length >= MOST_KEYS) throw misuse(`more than ${MOST_KEYS} keys of one kind`);
  list.push({ do: what, type, path, partitionMask });
}

/** wolfBoot's tool reads a word that is no number as 0, the bootloader's own partition. */
function maskOf(list: string): number {
  const ids = list.split(',').map((id) => decimal(id, 'partition id', 0, HIGHEST_PARTITION_ID));
  return [...new Set(ids)].reduce((mask, id) => mask + 2 ** id, 0);
}
