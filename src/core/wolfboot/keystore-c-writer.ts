/**
 * Writes keystore.c: our own text with the macros, table and accessors that wolfBoot's bootloader,
 * primer and tools expect (formats/wolfboot.md, section 4).
 */
import { hexNumber } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import { authKeyByCode, type AuthKeyName } from './auth-keys.ts';
import type { KeystoreSlot } from './keystore-slot.ts';
import { slotName } from './keystore.ts';

/** A slot, and where its key came from: a file name, put into a comment. */
export type SourcedSlot = KeystoreSlot & { readonly source?: string | undefined };

export interface KeystoreCOptions {
  /**
   * The key type the file insists on at compile time. keygen takes the last algorithm option of its
   * command line; without this it is the type of the last slot.
   */
  readonly guard?: AuthKeyName | undefined;
  /** keygen --nolocalkeys: every key byte is written as zero. */
  readonly withoutKeys?: boolean | undefined;
}

const BYTES_PER_LINE = 8;

/** Throws `keystore-empty`, `keystore-key-type-refused`, `key-invalid` (no key at all). Slots are numbered by `slotId` as given. */
export function writeKeystoreC(
  slots: readonly SourcedSlot[],
  options: KeystoreCOptions = {},
): string {
  const last = slots.at(-1);
  if (!last) throw new AppError('keystore-empty', 'a keystore needs at least one key');
  const guard = options.guard ?? typeName(last, slots.length - 1).replace('AUTH_KEY_', '');
  const table = slots.map((slot, index) => writeSlot(slot, index, options.withoutKeys ?? false));
  return `${head(guard)}
#define NUM_PUBKEYS ${slots.length}

const KEYSTORE_SECTION struct keystore_slot PubKeys[NUM_PUBKEYS] = {
${table.join('\n')}
};
${ACCESSORS}
#endif /* !WOLFBOOT_NO_SIGN */
`;
}

function head(guard: string): string {
  return `/* wolfBoot keystore: the public keys that firmware is verified with.
 * Written by Keyfuse. A later run of keygen replaces this file.
 */
#include <stdint.h>
#include "wolfboot/wolfboot.h"
#include "keystore.h"

#ifdef WOLFBOOT_NO_SIGN
#define NUM_PUBKEYS 0
#else

/* A bootloader built for keys of another size would read past the end of each key. */
#if !defined(KEYSTORE_ANY) && (KEYSTORE_PUBKEY_SIZE != KEYSTORE_PUBKEY_SIZE_${guard})
#error "keystore.c holds ${guard} keys, but SIGN= of this build is another algorithm"
#endif

#if defined(__APPLE__) && defined(__MACH__)
#define KEYSTORE_SECTION __attribute__((section("__KEYSTORE,__keystore")))
#elif defined(__CCRX__) || defined(WOLFBOOT_RENESAS_TSIP) || \\
    defined(WOLFBOOT_RENESAS_RSIP) || defined(WOLFBOOT_RENESAS_SCEPROTECT) || \\
    defined(TARGET_x86_64_efi)
#define KEYSTORE_SECTION
#else
#define KEYSTORE_SECTION __attribute__((section(".keystore")))
#endif
`;
}

function writeSlot(slot: SourcedSlot, index: number, withoutKey: boolean): string {
  const { source, publicKey } = slot;
  if (publicKey.length === 0) {
    throw new AppError('key-invalid', `${slotName(slot, index)} holds no key`, {
      context: { slot: index },
    });
  }
  const comment = source === undefined ? '' : `    /* Key of '${commentText(source)}' */\n`;
  const bytes = withoutKey ? new Uint8Array(publicKey.length) : publicKey;
  return `${comment}    {
        .slot_id = ${slot.slotId},
        .key_type = ${typeName(slot, index)},
        .part_id_mask = ${hexNumber(slot.partitionMask)},
        .pubkey_size = ${publicKey.length},
        .pubkey = {
${writeBytes(bytes)}
        },
    },`;
}

function typeName(slot: KeystoreSlot, index: number): string {
  const key = authKeyByCode(slot.keyType);
  if (key) return key.cName;
  throw new AppError(
    'keystore-key-type-refused',
    `${slotName(slot, index)} is of a type that wolfBoot has no name for`,
    { context: { slot: index } },
  );
}

/** A file name cannot end the comment, begin one, or bring bytes that a compiler stumbles over. */
function commentText(text: string): string {
  return text.replace(/[^ -~]/g, '?').replace(/\*\/|\/\*|\\|\?\?/g, '_');
}

function writeBytes(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_PER_LINE) {
    const line = Array.from(bytes.subarray(at, at + BYTES_PER_LINE), (byte) => hexByte(byte));
    lines.push(`            ${line.join(', ')}${at + BYTES_PER_LINE < bytes.length ? ',' : ''}`);
  }
  return lines.join('\n');
}

function hexByte(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}

const ACCESSORS = `
int keystore_num_pubkeys(void)
{
    return NUM_PUBKEYS;
}

uint8_t *keystore_get_buffer(int id)
{
    if (id < 0 || id >= NUM_PUBKEYS)
        return (uint8_t *)0;
    return (uint8_t *)PubKeys[id].pubkey;
}

int keystore_get_size(int id)
{
    if (id < 0 || id >= NUM_PUBKEYS)
        return -1;
    return (int)PubKeys[id].pubkey_size;
}

uint32_t keystore_get_mask(int id)
{
    if (id < 0 || id >= NUM_PUBKEYS)
        return 0;
    return PubKeys[id].part_id_mask;
}

uint32_t keystore_get_key_type(int id)
{
    if (id < 0 || id >= NUM_PUBKEYS)
        return 0;
    return PubKeys[id].key_type;
}
`;
