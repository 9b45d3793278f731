import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/bytes/index.ts';
import {
  authKeyByCode,
  writeKeystoreC,
  type AuthKeyName,
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

function print(): string {
  const main = fileURLToPath(new URL('keystore-c/print-slots.c', import.meta.url));
  const more = ['-o', 'print-slots', main, 'keystore.o'];
  expect(folder.run('gcc', '-std=c99', `-I${include}`, ...more)).toMatchObject({ exitCode: 0 });
  return folder.run(folder.path('print-slots')).text;
}

function expected(slots: readonly KeystoreSlot[]): string {
  const lines = slots.map(
    ({ keyType, partitionMask, publicKey }) =>
      `${keyType} ${partitionMask} ${publicKey.length} ${toHex(publicKey)}\n`,
  );
  return `${lines.join('')}outside 1 -1 0\n`;
}

function sizeOf(slots: readonly KeystoreSlot[]): number {
  const key = authKeyByCode(slots[0]!.keyType)!;
  return key.family === 'ml-dsa' ? 1952 : key.reservedKeyBytes;
}

describe('gcc and our keystore.c', () => {
  const ofOneType: readonly { name: AuthKeyName; slots: readonly KeystoreSlot[] }[] = [
    ...['masks-ed25519', 'three-ecc256', 'max-ecc256-24', 'otp-lms-5', 'max-ecc521-6'].map((id) =>
      slotsOf(byId(vectors.keystores, id)),
    ),
    ...['rsa2048', 'rsa3072', 'rsa4096', 'ecc384', 'ed448', 'xmss-10', 'mldsa3', 'rsapss4096'].map(
      (id) => slotsOf(byId(vectors.keys, id)),
    ),
  ].map((slots) => ({ name: authKeyByCode(slots[0]!.keyType)!.name, slots }));

  it.each(ofOneType)('$name: compiles for its own SIGN= and gives back its keys', ({ slots }) => {
    const size = `-DKEYSTORE_PUBKEY_SIZE=${sizeOf(slots)}`;
    expect(compile(slots, size)).toMatchObject({ exitCode: 0, text: '' });
    expect(print()).toBe(expected(slots));
  });

  it.each(ofOneType)('$name: compiles to nothing without signatures', ({ slots }) => {
    const size = `-DKEYSTORE_PUBKEY_SIZE=${sizeOf(slots)}`;
    expect(compile(slots, size, '-DWOLFBOOT_NO_SIGN')).toMatchObject({ exitCode: 0, text: '' });
    expect(folder.run('nm', 'keystore.o').text).not.toContain('PubKeys');
  });

  it.each(ofOneType)('$name: stops a build for keys of another size', ({ slots }) => {
    const { exitCode, text } = compile(slots, `-DKEYSTORE_PUBKEY_SIZE=${sizeOf(slots) + 4}`);
    expect(exitCode).not.toBe(0);
    expect(text).toContain('#error');
  });

  it('compiles keys of several types for a universal bootloader', () => {
    const slots = slotsOf(byId(vectors.keystores, 'mixed'));
    expect(compile(slots)).toMatchObject({ exitCode: 0, text: '' });
    expect(print()).toBe(expected(slots));
  });

  it('puts the table into the section the linker script looks for', () => {
    compile(slotsOf(byId(vectors.keystores, 'three-ecc256')));
    expect(folder.run('objdump', '-h', 'keystore.o').text).toContain('.keystore');
  });
});
