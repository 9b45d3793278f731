/** The words of `keygen`, as wolfBoot's tool has them (formats/wolfboot.md, section 18), and a few of our own. */
import { authKeyByOption, type AuthKey, type AuthKeyName } from '../core/wolfboot/index.ts';
import { decimal, misuse, type Words } from './arguments.ts';
import { parameterOptions, type ParameterWords } from './key-parameters.ts';

export interface KeyRequest {
  readonly do: 'generate' | 'import';
  readonly type: AuthKey;
  readonly parameters: ParameterWords;
  readonly path: string;
  /** Undefined without --id: every partition; a keystore that is imported keeps its own. */
  readonly partitionMask: number | undefined;
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
  /** keystore.der with slots of 2608 bytes each. */
  readonly universal: boolean;
  /** keystore.der with keygen's empty slots for P-521. */
  readonly upstreamCompatible: boolean;
  readonly json: boolean;
}

const HIGHEST_PARTITION_ID = 31;
const MOST_KEYS = 64;

type Switch = 'der' | 'exportPublic' | 'withoutLocalKeys' | 'force' | 'noOverwrite' | OwnSwitch;
type OwnSwitch = 'universal' | 'upstreamCompatible' | 'json';

const switches: Readonly<Record<string, Switch>> = {
  '--der': 'der',
  '--exportpubkey': 'exportPublic',
  '--nolocalkeys': 'withoutLocalKeys',
  '--force': 'force',
  '--no-overwrite': 'noOverwrite',
  '--universal': 'universal',
  '--upstream-compatible': 'upstreamCompatible',
  '--json': 'json',
};

interface Draft {
  readonly generated: KeyRequest[];
  readonly imported: KeyRequest[];
  readonly on: Set<Switch>;
  type: AuthKey | undefined;
  parameters: ParameterWords;
  partitionMask: number | undefined;
  keystoreDirectory: string | undefined;
}

/** Throws `invalid-argument`; nothing was read or written then. */
export function readKeygenArguments(words: Words): KeygenRequest {
  const draft: Draft = {
    generated: [],
    imported: [],
    on: new Set(),
    type: undefined,
    parameters: {},
    partitionMask: undefined,
    keystoreDirectory: undefined,
  };
  while (words.left > 0) readOption(draft, words);
  const keys = [...draft.imported, ...draft.generated];
  if (!draft.type || keys.length === 0) {
    throw misuse(
      'name an algorithm and then at least one key: -g FILE makes one, -i FILE takes one',
    );
  }
  const { on } = draft;
  return {
    keys,
    guard: draft.type.name,
    form: on.has('der') ? 'der' : 'raw',
    exportPublic: on.has('exportPublic'),
    withoutLocalKeys: on.has('withoutLocalKeys'),
    force: on.has('force'),
    noOverwrite: on.has('noOverwrite'),
    keystoreDirectory: draft.keystoreDirectory,
    universal: on.has('universal'),
    upstreamCompatible: on.has('upstreamCompatible'),
    json: on.has('json'),
  };
}

function readOption(draft: Draft, words: Words): void {
  const name = words.take('an option');
  const type = authKeyByOption(name);
  const toggle = switches[name];
  const parameter = parameterOptions[name];
  if (type) {
    draft.type = type;
  } else if (toggle) {
    draft.on.add(toggle);
  } else if (parameter) {
    draft.parameters = { ...draft.parameters, [parameter]: words.take(`the value of ${name}`) };
  } else if (name === '-g') {
    addKey(draft, draft.generated, 'generate', words.takeFile('the file of -g'));
  } else if (name === '-i') {
    addKey(draft, draft.imported, 'import', words.takeFile('the file of -i'));
  } else if (name === '--id') {
    draft.partitionMask = maskOf(words.take('the list of --id'));
  } else if (name === '-keystoreDir') {
    draft.keystoreDirectory = lastDirectory(words);
  } else {
    throw misuse(`"${name}" is not an option of keygen`);
  }
}

function lastDirectory(words: Words): string {
  const directory = words.takeFile('the directory of -keystoreDir');
  const next = words.peek();
  if (next === undefined) return directory;
  throw misuse(
    `-keystoreDir comes last: wolfBoot's tool would swallow the "${next}" after it without a word`,
  );
}

function addKey(draft: Draft, list: KeyRequest[], what: KeyRequest['do'], path: string): void {
  const { type, parameters, partitionMask } = draft;
  if (!type) {
    throw misuse(`name the algorithm before ${path}, for example --ecc256 or --ed25519`);
  }
  if (list.length >= MOST_KEYS) throw misuse(`more than ${MOST_KEYS} keys of one kind`);
  list.push({ do: what, type, parameters, path, partitionMask });
}

/** wolfBoot's tool reads a word that is no number as 0, the bootloader's own partition. */
function maskOf(list: string): number {
  const ids = list.split(',').map((id) => decimal(id, 'partition id', 0, HIGHEST_PARTITION_ID));
  return [...new Set(ids)].reduce((mask, id) => mask + 2 ** id, 0);
}
