import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/bytes/index.ts';
import {
  authKeyByCode,
  authKeys,
  writeKeystoreC,
  type KeystoreSlot,
} from '../../src/core/wolfboot/index.ts';
import { workFolder, type RunResult, type WorkFolder } from '../support/peer-tools.ts';
import { byId, slotsOf, vectors } from '../support/wolfboot-vectors.ts';

/* gcc compiles our keystore.c against headers with wolfBoot's names and sizes, and the accessors give
 * back what we put in. */

const include = fileURLToPath(new URL('keystore-c', import.meta.url));
const flags = ['-std=c99', '-Wall', '-Wextra', '-Werror', `-I${include}`];

let folder: WorkFolder;

beforeEach(() => {
  folder = workFolder();
});
afterEach(() => {
  folder.remove();
});

function compile(slots: readonly KeystoreSlot[], ...more: readonly string[]): RunResult {
  const sourced = slots.map((slot) => ({ ...slot, source: 'some */ "key".der' }));
  folder.write('keystore.c', writeKeystoreC(sourced));
  return folder.run('gcc', ...flags, ...more, '-c', 'keystore.c', '-o', 'keystore.o');
}

function print(...more: readonly string[]): string {
  const main = fileURLToPath(new URL('keystore-c/print-slots.c', import.meta.url));
  const files = ['-o', 'print-slots', main, 'keystore.o'];
  const run = folder.run('gcc', '-std=c99', `-I${include}`, ...more, ...files);
  expect(run).toMatchObject({ exitCode: 0 });
  return folder.run(folder.path('print-slots')).text;
}

function expected(slots: readonly KeystoreSlot[]): string {
  const lines = slots.map(
    ({ keyType, partitionMask, publicKey }) =>
      `${keyType} ${partitionMask} ${publicKey.length} ${toHex(publicKey)}\n`,
  );
  return `${lines.join('')}outside 1 -1 0\n`;
}

/** Of a bootloader built for this key: SIGN= and, for ML-DSA, the level. */
function build(slots: readonly KeystoreSlot[]): readonly string[] {
  const key = authKeyByCode(slots[0]!.keyType)!;
  const size = (bytes: number): string => `-DKEYSTORE_PUBKEY_SIZE=${bytes}`;
  if (key.family !== 'ml-dsa') return [size(key.reservedKeyBytes)];
  const { length } = slots[0]!.publicKey;
  const level = length === 2592 ? 5 : length === 1952 ? 3 : 2;
  return [size(length), `-DML_DSA_LEVEL=${level}`];
}

describe('gcc and our keystore.c', () => {
  const fromKeystores = [
    'masks-ed25519',
    'three-ecc256',
    'max-ecc256-24',
    'otp-lms-5',
    'max-ecc521-6',
  ].map((id) => ({ id, slots: slotsOf(byId(vectors.keystores, id)) }));
  const fromKeys = vectors.keys
    .filter(({ id }) => !/-(?:der|trunc)$/.test(id))
    .map((vector) => ({ id: vector.id, slots: slotsOf(vector) }));
  const ofOneType = [...fromKeystores, ...fromKeys].map(({ id, slots }) => ({
    name: `${id} (${authKeyByCode(slots[0]!.keyType)!.name})`,
    slots,
  }));

  it('sees keys of every type and level', () => {
    const types = new Set(ofOneType.map(({ slots }) => slots[0]!.keyType));
    expect([...types].toSorted((a, b) => a - b)).toEqual(authKeys.map(({ code }) => code));
    expect(ofOneType.filter(({ name }) => name.includes('ML_DSA'))).toHaveLength(3);
  });

  it.each(ofOneType)('$name: compiles for its own SIGN= and gives back its keys', ({ slots }) => {
    expect(compile(slots, ...build(slots))).toMatchObject({ exitCode: 0, text: '' });
    expect(print(...build(slots))).toBe(expected(slots));
  });

  it.each(ofOneType)('$name: compiles to nothing without signatures', ({ slots }) => {
    const run = compile(slots, ...build(slots), '-DWOLFBOOT_NO_SIGN');
    expect(run).toMatchObject({ exitCode: 0, text: '' });
    expect(folder.run('nm', 'keystore.o').text).not.toContain('PubKeys');
  });

  it.each(ofOneType)('$name: stops a build for keys of another size', ({ slots }) => {
    const [, ...level] = build(slots);
    const { exitCode, text } = compile(slots, '-DKEYSTORE_PUBKEY_SIZE=4096', ...level);
    expect(exitCode).not.toBe(0);
    expect(text).toContain('#error');
  });

  it.each(['mixed', 'mixed-universal', 'mixed-ecc256-first', 'mixed-ecc384-first'])(
    '%s: compiles for a universal bootloader',
    (id) => {
      const slots = slotsOf(byId(vectors.keystores, id));
      expect(compile(slots)).toMatchObject({ exitCode: 0, text: '' });
      expect(print()).toBe(expected(slots));
    },
  );

  it('compiles ML-DSA keys among others only where the bootloader has room for them', () => {
    const slots = slotsOf(byId(vectors.keystores, 'mixed-universal-mldsa'));
    const sign = ['-DWOLFBOOT_SIGN_ML_DSA', '-DML_DSA_LEVEL=3'];
    expect(compile(slots, ...sign)).toMatchObject({ exitCode: 0, text: '' });
    expect(print(...sign)).toBe(expected(slots));
    expect(compile(slots).exitCode).not.toBe(0);
  });

  it.each(ofOneType.filter(({ name }) => !name.startsWith('max-')))(
    '$name: compiles without its keys, as --nolocalkeys has it',
    ({ slots }) => {
      folder.write('keystore.c', writeKeystoreC(slots, { withoutKeys: true }));
      const run = folder.run('gcc', ...flags, ...build(slots), '-c', 'keystore.c');
      expect(run).toMatchObject({ exitCode: 0, text: '' });
    },
  );

  it('puts the table into the section the linker script looks for', () => {
    const slots = slotsOf(byId(vectors.keystores, 'three-ecc256'));
    compile(slots, ...build(slots));
    expect(folder.run('objdump', '-h', 'keystore.o').text).toContain('.keystore');
  });
});
