import { beforeAll, describe, expect, it } from 'vitest';
import {
  parseKeystoreC,
  readKeystoreFile,
  writeKeystoreC,
  type KeystoreSlot,
} from '../../../../src/core/wolfboot/index.ts';
import { asciiToBytes, concatBytes } from '../../../../src/core/bytes/index.ts';
import { expectThrows } from '../../../support/expect-error.ts';
import { slots as makeSlots } from '../../../support/keys.ts';
import { upstreamKeystoreC } from '../../../support/upstream-keystore-c.ts';
import { byId, slotsOf, vectors } from '../../../support/wolfboot-vectors.ts';

let slots: readonly KeystoreSlot[];
let text: string;

beforeAll(async () => {
  slots = await makeSlots('ecdsa-p256', 2);
  text = upstreamKeystoreC(slots, 'ECC256');
});

function parse(source: string): readonly KeystoreSlot[] {
  return parseKeystoreC(source, 'keystore.c').slots;
}

/** A table with one Ed25519 key, whose parts can be changed. */
function table(parts: {
  readonly id?: string;
  readonly type?: string;
  readonly mask?: string;
  readonly size?: string;
  readonly key?: string;
  readonly head?: string;
}): string {
  const key = parts.key ?? Array.from({ length: 32 }, (_, at) => String(at + 1)).join(', ');
  return `${parts.head ?? 'const struct keystore_slot PubKeys[1] ='} {
    { .slot_id = ${parts.id ?? '0'}, .key_type = ${parts.type ?? 'AUTH_KEY_ED25519'},
      .part_id_mask = ${parts.mask ?? '0xFFFFFFFF'}, .pubkey_size = ${parts.size ?? '32'},
      .pubkey = { ${key} } } };`;
}

describe('parseKeystoreC tolerates', () => {
  it('the text of keygen, with LF and with CRLF', () => {
    expect(parse(text)).toEqual(slots);
    expect(parse(upstreamKeystoreC(slots, 'ECC256', { lineEnd: '\r\n' }))).toEqual(slots);
  });

  it('the macros of older releases', () => {
    expect(parse(upstreamKeystoreC(slots, 'ECC256', { macros: true }))).toEqual(slots);
  });

  it('the reserved size as macro for an RSA key, which is shorter', () => {
    const rsa = slotsOf(byId(vectors.keystores, 'otp-rsa2048-2'));
    const found = parse(upstreamKeystoreC(rsa, 'RSA2048', { macros: true }));
    expect(found.map(({ publicKey }) => publicKey)).toEqual(rsa.map(({ publicKey }) => publicKey));
    expect(found.map(({ publicKeySize }) => publicKeySize)).toEqual([320, 320]);
  });

  it('the ML-DSA size macro, whose value the level decides', () => {
    const mlDsa = slotsOf(byId(vectors.keystores, 'otp-mldsa3-1'));
    expect(parse(upstreamKeystoreC(mlDsa, 'ML_DSA', { macros: true }))).toEqual(mlDsa);
  });

  it('a byte order mark, as text and as a file', async () => {
    expect(parse(`\uFEFF${text}`)).toEqual(slots);
    const file = concatBytes(Uint8Array.of(0xef, 0xbb, 0xbf), asciiToBytes(text));
    expect((await readKeystoreFile(file, 'keystore.c')).slots).toEqual(slots);
  });

  it.each([
    ['KEY_VERIFY_ALL', 0xffffffff],
    ['KEY_VERIFY_SELF_ONLY', 1],
    ['KEY_VERIFY_APP_ONLY', 2],
    ['KEY_VERIFY_ONLY_ID(3)', 8],
    ['KEY_VERIFY_ONLY_ID(31)', 0x80000000],
    ['(1U << 2)', 4],
    ['1 << 1 | 1 << 3', 10],
    ['KEY_VERIFY_ONLY_ID(1) | (1UL<<31)', 0x80000002],
    ['0x0000000E', 14],
    ['14', 14],
    ['016', 14],
    ['0', 0],
  ])('the mask written as %s', (mask, value) => {
    expect(parse(table({ mask }))[0]!.partitionMask).toBe(value);
  });

  it('key types as numbers, trailing commas, comments anywhere', () => {
    const source = table({ type: '/* Ed */ 0x01', key: '1, // one\n'.repeat(32) });
    expect(parse(source)[0]!.keyType).toBe(1);
  });

  it('a table without a number, and declarations before it', () => {
    const head = 'extern struct keystore_slot PubKeys[];\nstruct keystore_slot Keys[] =';
    expect(parse(table({ head }))).toHaveLength(1);
  });

  it('text that #if 0 takes out', () => {
    const head = `#if 0\n${table({ id: '5' })}\n#else\nstruct keystore_slot PubKeys[1] =`;
    expect(parse(`${table({ head })}\n#endif\n`)[0]!.slotId).toBe(0);
    const inside = table({ key: `${'1,'.repeat(32)}\n#if 0\n99\n#endif\n` });
    expect(parse(inside)[0]!.publicKey).toEqual(new Uint8Array(32).fill(1));
  });

  it('the zeroed keys of --nolocalkeys, however they are written', () => {
    expect(parse(table({ key: '0' }))[0]!.publicKey).toEqual(new Uint8Array(32));
    expect(parse(table({ key: '' }))[0]!.publicKey).toEqual(new Uint8Array(32));
  });

  it('continued lines and strings that look like comments', () => {
    const head = [
      '#define SECTION \\',
      '   __attribute__((section("/* .keystore")))',
      'const char *text = "/* no comment \\" {";',
      'const struct keystore_slot PubKeys[1] __attribute__((section("x"))) =',
    ].join('\n');
    expect(parse(table({ head }))).toHaveLength(1);
  });
});

describe('parseKeystoreC refuses', () => {
  it.each([
    ['an empty file', '', 'no table'],
    ['a file without table', '#define NUM_PUBKEYS 0\n', 'no table'],
    ['an unknown key type', table({ type: 'AUTH_KEY_FUTURE' }), 'AUTH_KEY_FUTURE'],
    ['a number that is no key type', table({ type: '15' }), 'not a key type'],
    ['an unknown macro', table({ size: 'MY_SIZE' }), 'MY_SIZE'],
    [
      'the macro whose value only the build knows',
      table({ size: 'KEYSTORE_PUBKEY_SIZE' }),
      'KEYSTORE_PUBKEY_SIZE',
    ],
    ['a key shorter than its size', table({ key: '1, 2, 3' }), '3 bytes'],
    ['a key longer than its size', table({ size: '31' }), '32 bytes'],
    ['a byte above 255', table({ key: '256' }), '0 to 255'],
    ['text for a byte', table({ key: '"abc"' }), 'where a number belongs'],
    ['a negative number', table({ mask: '-1' }), 'where a number belongs'],
    ['a number above 32 bits', table({ mask: '0x1FFFFFFFF' }), '32 bits'],
    ['a shift above 32 bits', table({ mask: '1 << 32' }), '32-bit'],
    ['digits that are no C number', table({ mask: '09' }), '09'],
    ['a partition id above 31', table({ mask: 'KEY_VERIFY_ONLY_ID(32)' }), '0 to 31'],
    ['a field that slots do not have', table({ id: '0, .name = 1' }), 'name'],
    ['a field that stands there twice', table({ id: '0, .slot_id = 1' }), 'twice'],
    ['values without names', 'struct keystore_slot K[1] = { { 0, 1 } };', '.key_type'],
    ['a missing field', 'struct keystore_slot K[1] = { { .pubkey = { 1 } } };', 'has no .key_type'],
    ['a missing key', 'struct keystore_slot K[1] = { { .slot_id = 0 } };', '.pubkey'],
    [
      'fewer keys than promised',
      table({ head: 'struct keystore_slot K[2] =' }),
      'says 2 keys but holds 1',
    ],
    ['a dimension from elsewhere', table({ head: 'struct keystore_slot K[OTHER] =' }), 'OTHER'],
    ['two tables', `${table({})}\n${table({ id: '1' })}`, 'second table'],
    [
      'a condition inside the table',
      table({ key: '\n#ifdef X\n1\n#endif\n' }),
      '#if inside the table',
    ],
    ['a comment that never ends', '/* struct keystore_slot', 'never ends'],
    ['a string that never ends', 'char *a = "abc\n";', 'never ends'],
    ['a file cut inside #if', '#ifdef A\nint a;\n', 'cut off'],
    ['#endif without #if', '#endif\n', '#endif without'],
    ['#else without #if', '#else\n', '#else without'],
    ['a file cut inside the table', table({}).slice(0, -20), 'middle of the table'],
  ])('%s', (_name, source, words) => {
    expectThrows(() => parse(source), 'malformed', words);
  });

  it('the empty keystore of "-g FILE --ed25519"', () => {
    const source = upstreamKeystoreC([], 'ED25519', { numPubkeys: 1 });
    expectThrows(() => parse(source), 'malformed', 'before the algorithm option');
  });

  it('names file, line, offset and field', () => {
    const source = text.replace('AUTH_KEY_ECC256', 'AUTH_KEY_ECC999');
    const at = source.indexOf('AUTH_KEY_ECC999');
    const line = source.slice(0, at).split('\n').length;
    expectThrows(() => parse(source), 'malformed', `keystore.c: slots[0].key_type at offset ${at}`);
    expectThrows(() => parse(source), 'malformed', `line ${line}:`);
  });
});

describe('parseKeystoreC shows', () => {
  it('where each value stands', () => {
    const { spans } = parseKeystoreC(text, 'keystore.c');
    expect(spans).toHaveLength(10);
    for (const span of spans) {
      const written = text.slice(span.startBytes, span.endBytes);
      if (span.path.endsWith('.key_type')) expect(written).toBe('AUTH_KEY_ECC256');
      if (span.path.endsWith('.part_id_mask')) expect(written).toBe('0xFFFFFFFF');
      if (span.path.endsWith('.pubkey')) expect(written).toMatch(/^\{[^{}]*\}$/);
    }
  });
});

describe('writeKeystoreC', () => {
  it('reads back as it was, masks and ids included', () => {
    const odd = slots.map((slot, index) => ({
      ...slot,
      slotId: index + 3,
      partitionMask: index === 0 ? 0x80000002 : 0,
    }));
    expect(parse(writeKeystoreC(odd))).toEqual(odd);
  });

  it('guards the type of the last slot, or the one it is told', () => {
    expect(writeKeystoreC(slots)).toContain('KEYSTORE_PUBKEY_SIZE_ECC256)');
    expect(writeKeystoreC(slots, { guard: 'LMS' })).toContain('KEYSTORE_PUBKEY_SIZE_LMS)');
  });

  it('names where a key came from, whatever the file is called', () => {
    const source = '*/ #error "日本語\\\n??/';
    const written = writeKeystoreC([{ ...slots[0]!, source }]);
    expect(written).toContain("/* Key of '");
    expect(parse(written)).toEqual([slots[0]]);
  });

  it('writes zeros for --nolocalkeys', () => {
    const found = parse(writeKeystoreC(slots, { withoutKeys: true }));
    expect(found.map(({ publicKey }) => publicKey)).toEqual([
      new Uint8Array(64),
      new Uint8Array(64),
    ]);
  });

  it('refuses what is no keystore', () => {
    expectThrows(() => writeKeystoreC([]), 'keystore-empty');
    expectThrows(
      () => writeKeystoreC([{ ...slots[0]!, keyType: 99 }]),
      'keystore-key-type-refused',
    );
    expectThrows(
      () => writeKeystoreC([{ ...slots[0]!, publicKey: new Uint8Array() }]),
      'key-invalid',
    );
  });
});

describe('parseKeystoreC refuses at once', () => {
  const line = 'struct keystore_slot a[\n';
  const define = '#define N 1\n';
  it.each([
    ['tables that are only begun', line.repeat(40_000), 'has no table'],
    [
      'as many conditions inside each other',
      `${'#if 1\n'.repeat(60_000)}${'x '.repeat(60_000)}`,
      '#if inside each other',
    ],
    ['brackets inside brackets', table({ mask: '('.repeat(200_000) }), 'too many brackets'],
    [
      'macros inside macros',
      table({ mask: 'KEY_VERIFY_ONLY_ID('.repeat(40_000) }),
      'too many brackets',
    ],
    ['what is too large', line.repeat(50_000), 'no keystore.c is'],
  ])('%s', (_, source, words) => {
    const start = performance.now();
    expectThrows(() => parse(source), 'malformed', words);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('nothing that a person would write', () => {
    const brackets = `${'('.repeat(31)}2${')'.repeat(31)}`;
    expect(parse(table({ mask: brackets }))[0]?.partitionMask).toBe(2);
    const mask = '(1 << 1) | (1 << 2) | (1 << 3)';
    expect(parse(table({ mask }))[0]?.partitionMask).toBe(14);
  });

  it('no file for defining its number often', () => {
    const head = `${define.repeat(70_000)}struct keystore_slot PubKeys[N] =`;
    expect(parse(table({ head }))).toHaveLength(1);
  });
});
