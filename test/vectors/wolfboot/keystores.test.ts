import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../src/core/errors.ts';
import {
  authKeyByCode,
  buildKeystoreDer,
  keystoreFingerprint,
  makeProfile,
  parseKeystoreC,
  parseKeystoreDer,
  parsePrivateKeyFile,
  parsePublicKeyFile,
  readKeystoreFile,
  refuseKeystore,
  writeKeystoreC,
  type AuthKeyName,
  type KeystoreSlot,
} from '../../../src/core/wolfboot/index.ts';
import { upstreamKeystoreC } from '../../support/upstream-keystore-c.ts';
import {
  authKeyOf,
  byId,
  slotsOf,
  vectorFile,
  vectors,
  type KeystoreVector,
} from '../../support/wolfboot-vectors.ts';
import { itIf } from '../../support/it-if.ts';

interface NamedKeystore {
  readonly id: string;
  readonly vector: KeystoreVector;
  readonly real: readonly KeystoreSlot[];
}

const all: readonly NamedKeystore[] = [
  ...vectors.keystores.map((vector) => ({ id: vector.id, vector, real: slotsOf(vector) })),
  ...vectors.keys.map((vector) => ({
    id: `key ${vector.id}`,
    vector: { ...vector, command: [], tool_build: 'keygen' },
    real: slotsOf(vector),
  })),
];

/** Where keystore.der and keystore.c of one run differ on purpose or by a bug (section 3). */
const differing = ['import-short', 'nolocalkeys'];

function isType(slot: KeystoreSlot, ...names: readonly AuthKeyName[]): boolean {
  return names.includes(authKeyByCode(slot.keyType)!.name);
}

describe.each(all)('keystore.der of $id', ({ id, vector, real }) => {
  const bytes = vectorFile(vector.keystore_der);
  const { slots, layout, spans } = parseKeystoreDer(bytes, 'keystore.der');

  it('has the slots that keystore.c has', () => {
    expect(
      slots.map(({ slotId, keyType, partitionMask }) => [slotId, keyType, partitionMask]),
    ).toEqual(real.map(({ slotId, keyType, partitionMask }) => [slotId, keyType, partitionMask]));
  });

  itIf(!differing.includes(id))('has the same keys, P-521 excepted', () => {
    for (const [index, slot] of slots.entries()) {
      const expected = isType(slot, 'ECC521') ? new Uint8Array() : real[index]!.publicKey;
      expect(slot.publicKey).toEqual(expected);
    }
  });

  it('is wholly described by spans, one after the other', () => {
    let at = 0;
    for (const span of spans) {
      expect(span.startBytes).toBe(at);
      at = span.endBytes;
    }
    expect(at).toBe(bytes.length);
  });

  it('is recognised by content', async () => {
    const found = await readKeystoreFile(bytes, 'some file');
    expect(found.from).toBe('keystore.der');
    expect(found.slots).toEqual(slots);
  });

  it('has the layout of the tool that wrote it', () => {
    expect(layout).toBe(vector.tool_build === 'keygen-universal' ? 'universal' : 'per-algorithm');
  });

  const exact = real.every((slot) => !authKeyByCode(slot.keyType)!.name.startsWith('RSA'));
  const whole = real.every((slot) => !isType(slot, 'ECC521'));
  itIf(exact && whole)('is written byte for byte', () => {
    expect(buildKeystoreDer(slots, { layout })).toEqual(bytes);
  });

  itIf(!exact)('is written with zeros behind RSA keys and the same everywhere else', () => {
    const ours = buildKeystoreDer(slots, { layout });
    expect(ours).toHaveLength(bytes.length);
    const again = parseKeystoreDer(ours, 'ours');
    expect(again.slots).toEqual(slots);
  });
});

describe('keystore.der as keygen writes it', () => {
  const rows = all.filter(({ vector, real }) => {
    const p521 = real.some((slot) => isType(slot, 'ECC521'));
    return p521 && vector.tool_build === 'keygen';
  });

  it.each(rows)('$id: P-521 slots without a key, byte for byte', ({ id, vector, real }) => {
    const whole = real.filter(({ publicKey }) => publicKey.length > 0);
    if (id === 'import-ecc521-der') {
      expect(whole).toEqual([]); // keygen lost the key on the way: there is nothing to write
      return;
    }
    const bytes = buildKeystoreDer(whole, { upstreamCompatible: true });
    expect(bytes).toEqual(vectorFile(vector.keystore_der));
    expect(buildKeystoreDer(whole)).toHaveLength(whole.length * 148);
  });

  it('is the same as ours for every other type', () => {
    for (const { real } of all.filter(({ id }) => id !== 'import-short')) {
      if (real.some((slot) => isType(slot, 'ECC521'))) continue;
      expect(buildKeystoreDer(real, { upstreamCompatible: true })).toEqual(buildKeystoreDer(real));
    }
  });

  it('is not guessed for P-521 in a universal keystore', () => {
    const real = slotsOf(byId(vectors.keys, 'ecc521'));
    const options = { layout: 'universal', upstreamCompatible: true } as const;
    expect(() => buildKeystoreDer(real, options)).toThrow(
      expect.toSatisfy((error) => isAppError(error, 'not-supported')),
    );
  });
});

describe('what keygen gets wrong', () => {
  it('leaves a P-521 key out of keystore.der; we write it and refuse the empty slot', () => {
    const real = slotsOf(byId(vectors.keys, 'ecc521'));
    const ours = parseKeystoreDer(buildKeystoreDer(real), 'ours');
    expect(ours.slots).toEqual(real);
    const empty = parseKeystoreDer(vectorFile('keys/ecc521/keystore.der'), 'keystore.der');
    const refusals = refuseKeystore(
      empty.slots,
      makeProfile({ target: 'stm32h5', signName: 'ECC521' }),
    );
    expect(refusals.map(({ code }) => code)).toEqual(['key-invalid']);
    expect(refusals[0]!.message).toContain('keystore.c');
  });

  it.each(['import-short', 'nolocalkeys'])('accepts %s, we refuse to burn what is in it', (id) => {
    const slots = slotsOf(byId(vectors.keystores, id));
    const refusals = refuseKeystore(slots, makeProfile({ target: 'stm32h5', signName: 'ECC256' }));
    expect(refusals.map(({ code }) => code)).toEqual(['key-invalid']);
  });

  it('keeps the real key in keystore.der under --nolocalkeys', () => {
    const { slots } = parseKeystoreDer(vectorFile('keystores/nolocalkeys/keystore.der'), 'k');
    expect(refuseKeystore(slots, makeProfile({ target: 'stm32h5', signName: 'ECC256' }))).toEqual(
      [],
    );
  });

  it('takes an id that is no number for 0: then no key may verify the application', () => {
    const slots = slotsOf(byId(vectors.keystores, 'id-garbage'));
    const refusals = refuseKeystore(slots, makeProfile({ target: 'stm32h5', signName: 'ED25519' }));
    expect(refusals.map(({ code }) => code)).toEqual(['keystore-no-application-key']);
  });
});

describe.each(all)('keystore.c of $id', ({ id, vector, real }) => {
  const empty = real.some(({ publicKey }) => publicKey.length === 0);

  itIf(!empty)('is the same after our writing and reading', () => {
    const text = writeKeystoreC(real.map((slot) => ({ ...slot, source: 'priv.der' })));
    expect(parseKeystoreC(text, 'keystore.c').slots).toEqual(real);
  });

  it('is read from text in the style of keygen', () => {
    const text = upstreamKeystoreC(real, vector.keystore_c.size_guard_alg);
    expect(parseKeystoreC(text, 'keystore.c').slots).toEqual(real);
  });

  itIf(!(empty || id === 'import-short'))(
    'has the fingerprint of a keystore.der with the same keys',
    () => {
      const der = parseKeystoreDer(buildKeystoreDer(real, { layout: 'universal' }), 'k');
      expect(keystoreFingerprint(der.slots)).toBe(keystoreFingerprint(real));
    },
  );
});

describe('keys beside their keystore', () => {
  const files = vectors.keystores.flatMap(({ id, files = [] }) =>
    files
      .filter(({ role, size }) => role === 'output' && (size === 64 || size === 96))
      .map(({ file }) => ({ id, file })),
  );
  it.each(files)('$file belongs to a slot of $id', async ({ id, file }) => {
    const { slots } = parseKeystoreDer(vectorFile(`keystores/${id}/keystore.der`), 'k');
    const pair = await parsePrivateKeyFile(vectorFile(file), file);
    expect(slots.map(({ publicKey }) => publicKey)).toContainEqual(pair.publicKey);
  });
});

describe('imports', () => {
  const imports = vectors.keystores
    .filter(({ id }) => id.startsWith('import-') && id !== 'import-short')
    .map((vector) => ({ id: vector.id, vector }));

  it.each(imports)('$id: the key comes out as keygen stores it', async ({ id, vector }) => {
    const input = vector.files!.find(({ role }) => role === 'input')!;
    const type = authKeyOf(vector.keystore_c.slots[0]!.key_type);
    const { publicKey, authKey } = await parsePublicKeyFile(vectorFile(input), 'in.bin', type.name);
    expect(authKey).toBe(type);
    // keygen's own P-521 import yields an empty key; ours is the key (section 8).
    if (id === 'import-ecc521-der') expect(publicKey).toHaveLength(132);
    else expect(publicKey).toEqual(slotsOf(vector)[0]!.publicKey);
  });

  it('refuses the short file that keygen accepts', async () => {
    await expect(
      parsePublicKeyFile(vectorFile('keystores/import-short/in.bin'), 'in.bin', 'ECC256'),
    ).rejects.toSatisfy((error) => isAppError(error, 'unrecognised-file'));
  });
});
