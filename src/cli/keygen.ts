/**
 * `keyfuse keygen`: takes the place of wolfBoot's keygen (formats/wolfboot.md, sections 3, 4, 7, 8 and
 * 18). All keys are made in memory and written at the very end, so that a failing run leaves nothing.
 */
import { basename, dirname } from 'node:path';
import { asciiToBytes, groupHex, wipe } from '../core/bytes/index.ts';
import { fingerprint } from '../core/crypto/index.ts';
import { AppError } from '../core/errors.ts';
import {
  buildKeystoreDer,
  describeMask,
  writeKeystoreC,
  writePrivateKeyFile,
  writePublicKeyFile,
} from '../core/wolfboot/index.ts';
import { misuse, type Words } from './arguments.ts';
import { fileExists, fileIdentity, isDirectory, writeOutputs, type OutputFile } from './files.ts';
import type { Host } from './host.ts';
import { canonicalJson } from './json.ts';
import { readKeygenArguments, type KeygenRequest } from './keygen-arguments.ts';
import { importKeys, makeKeys, prepareKeys, type MadeKey } from './keygen-keys.ts';

const CONSENT = 'Yes';

export async function keygen(host: Host, words: Words): Promise<void> {
  const request = readKeygenArguments(words);
  const keystore = keystorePaths(request);
  checkDirectory(host, keystore.c);
  if (request.noOverwrite && fileExists(host, keystore.c)) {
    if (request.json) host.print(canonicalJson({ keystoreC: keystore.c, done: false }));
    else host.print(`${keystore.c} is there: nothing was done (--no-overwrite)`);
    return;
  }
  checkCollisions(host, request);
  const prepared = prepareKeys(host, request.keys);
  const imported = await importKeys(host, request.keys);
  for (const notice of prepared.notices) host.note(`note: ${notice}`);
  const replaceable = await getConsent(host, request);
  const made: MadeKey[] = [...imported];
  const files: OutputFile[] = [];
  try {
    await makeKeys(host, prepared, made);
    files.push(...outputs(request, made, replaceable));
    writeOutputs(host, files);
  } finally {
    for (const { pair } of made) if (pair) wipe(pair.privateKey.bytes);
    for (const { secret, bytes } of files) if (secret) wipe(bytes);
  }
  if (request.json) host.print(canonicalJson(asJson(request, made, prepared.notices)));
  else for (const line of asText(request, made)) host.print(line);
}

function keystorePaths({ keystoreDirectory: directory }: KeygenRequest) {
  return directory === undefined
    ? { c: 'src/keystore.c', der: 'keystore.der' }
    : { c: `${directory}/keystore.c`, der: `${directory}/keystore.der` };
}

function checkDirectory(host: Host, keystoreC: string): void {
  const directory = dirname(keystoreC);
  if (isDirectory(host, directory)) return;
  throw new AppError(
    'file-failed',
    `there is no directory ${directory} for keystore.c; make it, or name another with -keystoreDir at the end`,
    { context: { file: keystoreC } },
  );
}

/** Before the first dot of the file's name; wolfBoot's tool takes the first dot of the whole path. */
function exportPath(path: string): string {
  const name = basename(path);
  const folder = path.slice(0, path.length - name.length);
  const dot = name.indexOf('.');
  return dot < 0 ? `${path}_pub` : `${folder}${name.slice(0, dot)}_pub${name.slice(dot)}`;
}

/** What people would miss if it were gone, by key; keystore.der is rewritten by every run. */
function precious(request: KeygenRequest): readonly string[] {
  const generated = request.keys.filter((key) => key.do === 'generate');
  return generated.flatMap(({ path }) =>
    request.exportPublic ? [path, exportPath(path)] : [path],
  );
}

function checkCollisions(host: Host, request: KeygenRequest): void {
  const { c, der } = keystorePaths(request);
  const targets = [...precious(request), c, der];
  const seen = new Map<string, string>();
  for (const path of targets) {
    const identity = fileIdentity(host, path);
    const other = seen.get(identity);
    if (other !== undefined) {
      throw misuse(`${other} and ${path} would be the same file`);
    }
    seen.set(identity, path);
  }
  for (const { path } of request.keys.filter((key) => key.do === 'import')) {
    if (!seen.has(fileIdentity(host, path))) continue;
    throw misuse(`${path} is to be imported, but would be overwritten`);
  }
}

/**
 * Private keys are never replaced without the word, or --force. The files that were there and may be
 * replaced. Throws `file-failed`.
 */
async function getConsent(host: Host, request: KeygenRequest): Promise<ReadonlySet<string>> {
  const candidates = [...precious(request), keystorePaths(request).c];
  const existing = candidates.filter((path) => fileExists(host, path));
  const replaceable = new Set(existing);
  if (existing.length === 0) return replaceable;
  const list = existing.join(', ');
  if (request.noOverwrite) {
    throw refused(`${list} would be overwritten, which --no-overwrite forbids`);
  }
  if (request.force) return replaceable;
  host.note(`already there: ${list}`);
  const answer = await host.ask(
    `Overwrite? A private key that is gone is gone. [Type '${CONSENT}'] `,
  );
  if (answer?.trim() === CONSENT) return replaceable;
  throw refused(`${list} would be overwritten; nothing was written. --force does it unasked`);
}

function refused(problem: string): AppError {
  return new AppError('file-failed', problem);
}

function outputs(
  request: KeygenRequest,
  made: readonly MadeKey[],
  replaceable: ReadonlySet<string>,
): readonly OutputFile[] {
  const { c, der } = keystorePaths(request);
  const slots = made.map(({ slot }, slotId) => ({ ...slot, slotId }));
  const { guard, withoutLocalKeys: withoutKeys, universal, upstreamCompatible } = request;
  const files: readonly Omit<OutputFile, 'replace'>[] = [
    ...made.flatMap((key) => keyFiles(request, key)),
    { path: c, bytes: asciiToBytes(writeKeystoreC(slots, { guard, withoutKeys })) },
  ];
  const layout = universal ? 'universal' : 'per-algorithm';
  return [
    // What was not there when consent was asked for may not be replaced either.
    ...files.map((file) => ({ ...file, replace: replaceable.has(file.path) })),
    { path: der, bytes: buildKeystoreDer(slots, { layout, upstreamCompatible }), replace: true },
  ];
}

function keyFiles(
  { form, exportPublic }: KeygenRequest,
  { path, pair }: MadeKey,
): readonly Omit<OutputFile, 'replace'>[] {
  if (!pair) return [];
  const secret = { path, bytes: writePrivateKeyFile(pair, form), secret: true };
  if (!exportPublic) return [secret];
  const bytes = writePublicKeyFile(pair.algorithm, pair.publicKey, form);
  return [secret, { path: exportPath(path), bytes }];
}

function asText(request: KeygenRequest, made: readonly MadeKey[]): readonly string[] {
  const { c, der } = keystorePaths(request);
  const lines = made.flatMap((key, index) => {
    const { path, type, slot, pair, parameters } = key;
    const kind = parameters === undefined ? type.label : `${type.label} ${parameters}`;
    const what = `${pair ? 'wrote' : 'imported'} ${path}: ${kind}, slot ${index}`;
    return [
      `${what}, ${describeMask(slot.partitionMask)}`,
      `  fingerprint ${groupHex(fingerprint(slot.publicKey))}`,
      ...(pair && request.exportPublic ? [`wrote ${exportPath(path)}: its public half`] : []),
    ];
  });
  const count = made.length === 1 ? '1 key' : `${made.length} keys`;
  return [...lines, `wrote ${c} and ${der}: ${count}`];
}

function asJson(request: KeygenRequest, made: readonly MadeKey[], notices: readonly string[]) {
  const { c, der } = keystorePaths(request);
  return {
    done: true,
    keystoreC: c,
    keystoreDer: der,
    layout: request.universal ? 'universal' : 'per-algorithm',
    keys: made.map(({ path, type, slot, pair, parameters }, index) => ({
      slot: index,
      from: pair ? 'generated' : 'imported',
      file: path,
      publicFile: pair && request.exportPublic ? exportPath(path) : undefined,
      keyType: type.cName,
      algorithm: pair?.algorithm,
      parameters,
      partitionMask: slot.partitionMask,
      fingerprint: fingerprint(slot.publicKey),
    })),
    notes: notices,
  };
}
