import { describe, expect, it } from 'vitest';
import { scheme } from '../../../src/core/crypto/index.ts';
import { isAppError } from '../../../src/core/errors.ts';
import {
  authKeyByCode,
  buildKeystoreDer,
  parsePrivateKeyFile,
  parsePublicKeyFile,
  writePrivateKeyFile,
  writePublicKeyFile,
} from '../../../src/core/wolfboot/index.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import { slotsOf, vectorFile, vectors, type KeyVector } from '../../support/wolfboot-vectors.ts';
import { itIf } from '../../support/it-if.ts';

const usable = vectors.keys.filter(({ algorithm }) => ['ed25519', 'ecc256'].includes(algorithm));
const foreign = vectors.keys.filter((vector) => !usable.includes(vector));

function slotOf(vector: KeyVector) {
  const slot = slotsOf(vector)[0]!;
  return { slot, authKey: authKeyByCode(slot.keyType)! };
}

describe.each(usable)('keygen $id', (vector) => {
  const form = vector.id.endsWith('-der') ? 'der' : 'raw';
  const { slot } = slotOf(vector);

  it('reads the private key file and derives the public key of the keystore', async () => {
    const pair = await parsePrivateKeyFile(vectorFile(vector.private), 'priv.der');
    expect(pair.publicKey).toEqual(slot.publicKey);
  });

  it('writes the same private key file', async () => {
    const file = vectorFile(vector.private);
    const pair = await parsePrivateKeyFile(file, 'priv.der');
    expect(writePrivateKeyFile(pair, form)).toEqual(file);
  });

  it('reads and writes the same exported public key', async () => {
    const file = vectorFile(vector.public_export);
    const { algorithm, publicKey } = await parsePublicKeyFile(file, 'priv_pub.der');
    expect(publicKey).toEqual(slot.publicKey);
    expect(writePublicKeyFile(algorithm!, publicKey, form)).toEqual(file);
  });

  it('writes the same keystore.der', () => {
    expect(buildKeystoreDer([slot])).toEqual(vectorFile(vector.keystore_der));
  });

  it('signs with the key and verifies with the keystore', async () => {
    const { algorithm, privateKey } = await parsePrivateKeyFile(vectorFile(vector.private), 'k');
    const using = scheme(algorithm);
    const digest = new Uint8Array(32).fill(0x5a);
    const { signature } = await using.sign(privateKey, digest, { rng: seededRng(vector.id) });
    await expect(using.verify(slot.publicKey, digest, signature)).resolves.toBe(true);
  });

  it('does not take the private key for a public one', async () => {
    await expect(parsePublicKeyFile(vectorFile(vector.private), 'priv.der')).rejects.toSatisfy(
      (error) => isAppError(error, 'key-invalid'),
    );
  });
});

describe.each(foreign)('keygen $id', (vector) => {
  const { slot, authKey } = slotOf(vector);

  it('says that it cannot use the private key yet', async () => {
    await expect(parsePrivateKeyFile(vectorFile(vector.private), 'priv.der')).rejects.toSatisfy(
      (error) => isAppError(error, 'not-supported'),
    );
  });

  it('does not take the private key for a public one', async () => {
    await expect(
      parsePublicKeyFile(vectorFile(vector.private), 'priv.der', authKey.name),
    ).rejects.toSatisfy((error) => isAppError(error, 'key-invalid'));
  });

  itIf(!vector.id.endsWith('-trunc'))('reads the exported public key', async () => {
    const found = await parsePublicKeyFile(
      vectorFile(vector.public_export),
      'priv_pub.der',
      authKey.name,
    );
    expect(found.authKey.name).toBe(authKey.name);
    expect(found.publicKey).toEqual(slot.publicKey);
  });
});

// Raw export of ML-DSA level 3 and 5 is cut to the level the tool was compiled for (section 8). The
// stump has the length of a whole level 2 key, so only the keystore tells them apart.
describe.each(foreign.filter(({ id }) => id.endsWith('-trunc')))('keygen $id', (vector) => {
  it('is the beginning of the real key', async () => {
    const found = await parsePublicKeyFile(vectorFile(vector.public_export), 'cut.der');
    expect(found.publicKey).toHaveLength(1312);
    expect(slotOf(vector).slot.publicKey.subarray(0, 1312)).toEqual(found.publicKey);
  });
});
