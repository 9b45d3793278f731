/**
 * A keystore.c with the look of the one keygen writes: tabs, blank lines, comments, the guard with an
 * apostrophe in its #error, several branches for the section attribute.
 */
import { authKeyByCode, type KeystoreSlot } from '../../src/core/wolfboot/index.ts';

export interface UpstreamStyle {
  readonly lineEnd?: '\n' | '\r\n';
  /** KEYSTORE_PUBKEY_SIZE_ macros and KEY_VERIFY_ALL, as older releases wrote them. */
  readonly macros?: boolean;
  readonly numPubkeys?: number;
}

export function upstreamKeystoreC(
  slots: readonly KeystoreSlot[],
  guard: string,
  { lineEnd = '\n', macros = false, numPubkeys = slots.length }: UpstreamStyle = {},
): string {
  const lines = [
    '/* Keystore of a boot loader, made by a tool. */',
    '/*',
    ' * Do not edit: { .slot_id = 9, } in a comment is no slot.',
    ' */',
    '#include <stdint.h>',
    '#include "wolfboot/wolfboot.h"',
    '#include "keystore.h"',
    '#warning "*** NOT FOR PRODUCTION ***"',
    '',
    '#ifdef WOLFBOOT_NO_SIGN',
    '\t#define NUM_PUBKEYS 0',
    '#else',
    '',
    `#if !defined(KEYSTORE_ANY) && (KEYSTORE_PUBKEY_SIZE != KEYSTORE_PUBKEY_SIZE_${guard})`,
    "\t#error The keys don't fit: run 'make keysclean'",
    '#else',
    '',
    '#if defined(__APPLE__) && defined(__MACH__)',
    '#define KEYSTORE_SECTION __attribute__((section ("__KEYSTORE,__keystore")))',
    '#elif defined(__CCRX__)',
    '#define KEYSTORE_SECTION /* nothing',
    '   on RX */',
    '#else',
    '#define KEYSTORE_SECTION __attribute__((section (".keystore")))',
    '#endif',
    '',
    `#define NUM_PUBKEYS ${numPubkeys}`,
    'const KEYSTORE_SECTION struct keystore_slot PubKeys[NUM_PUBKEYS] = {',
    '',
    ...slots.flatMap((slot) => slotLines(slot, macros)),
    '',
    '};',
    '',
    'int keystore_num_pubkeys(void)',
    '{',
    '    return NUM_PUBKEYS;',
    '}',
    'uint8_t *keystore_get_buffer(int id)',
    '{',
    '    if (id >= keystore_num_pubkeys())',
    '        return (uint8_t *)0;',
    '    return (uint8_t *)PubKeys[id].pubkey;',
    '}',
    '#endif /* size check */',
    '#endif /* WOLFBOOT_NO_SIGN */',
    '',
  ];
  return lines.join(lineEnd);
}

function slotLines(slot: KeystoreSlot, macros: boolean): readonly string[] {
  const { cName, name } = authKeyByCode(slot.keyType)!;
  const mask = `0x${slot.partitionMask.toString(16).toUpperCase().padStart(8, '0')}`;
  const bytes = Array.from(slot.publicKey, (byte) => `0x${byte.toString(16).padStart(2, '0')}`);
  const rows = Array.from({ length: Math.ceil(bytes.length / 8) }, (_, row) =>
    bytes.slice(row * 8, row * 8 + 8).join(', '),
  );
  return [
    "\t/* Key associated to file 'priv.der' */",
    '\t{',
    `\t\t.slot_id = ${slot.slotId},`,
    `\t\t.key_type = ${cName},`,
    `\t\t.part_id_mask = ${macros && slot.partitionMask === 0xffffffff ? 'KEY_VERIFY_ALL' : mask},`,
    `\t\t.pubkey_size = ${macros ? `KEYSTORE_PUBKEY_SIZE_${name}` : slot.publicKeySize},`,
    '\t\t.pubkey = {',
    '\t\t\t',
    ...rows.map((row, index) => `\t\t\t${row}${index + 1 < rows.length ? ',' : ''}`),
    '\t\t},',
    '\t},',
    '',
  ];
}
