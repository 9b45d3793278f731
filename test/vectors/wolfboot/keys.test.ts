import { describe, expect, it } from 'vitest';
import { scheme } from '../../../src/core/crypto/index.ts';
import { isAppError } from '../../../src/core/errors.ts';
import {
  algorithmOfSlot,
  authKeyByCode,
  backupForms,
  buildKeystoreDer,
  parseKeystoreDer,
  parsePrivateKeyFile,
  parsePublicKeyFile,
  writePrivateKeyFile,
  writePublicKeyFile,
} from '../../../src/core/wolfboot/index.ts';
import { seededRng } from '../../support/bytes-rng.ts';
import { slotsOf, vectorFile, vectors, type KeyVector } from '../../support/wolfboot-vectors.ts';
import { itIf } from '../../support/it-if.ts';

function slotOf(vector: KeyVector) {
  const slot = slotsOf(vector)[0]!;
  return { slot, authKey: authKeyByCode(slot.keyType)! };
}

/** Small trees only; the tests of LMS and XMSS build the others. */
function isQuick({ id }: KeyVector): boolean {
  return !id.startsWith('xmss') && !id.includes('h10');
}

describe.each(vectors.keys)('keygen $id', (vector) => {
  const form = vector.id.endsWith('-der') ? 'der' : 'raw';
  const { slot, authKey } = slotOf(vector);
  const publicHalf = isQuick(vector) ? 'recomputed' : 'stored';

  function read() {
    const file = vectorFile(vector.private);
    return parsePrivateKeyFile(file, 'priv.der', authKey.algorithms, { publicHalf });
  }

  it('reads the private key file; its public key is that of the keystore', async () => {
    const pair = await read();
    expect(pair.publicKey).toEqual(slot.publicKey);
    expect(authKey.algorithms).toContain(pair.algorithm);
  });

  it('writes the same private key file', async () => {
    const pair = await read();
    expect(writePrivateKeyFile(pair, form)).toEqual(vectorFile(vector.private));
  });

  itIf(isQuick(vector))('reads every other form of the key as the same key', async () => {
    const pair = await read();
    for (const other of backupForms(pair.algorithm)) {
      const file = writePrivateKeyFile(pair, other);
      await expect(parsePrivateKeyFile(file, 'k', pair.algorithm)).resolves.toEqual(pair);
    }
  });

  // Raw export of ML-DSA level 3 and 5 is cut to the level the tool was compiled for (section 8).
  itIf(!vector.id.endsWith('-trunc'))('reads and writes the same exported public key', async () => {
    const file = vectorFile(vector.public_export);
    const found = await parsePublicKeyFile(file, 'priv_pub.der', authKey.name);
    expect(found.authKey.name).toBe(authKey.name);
    expect(found.publicKey).toEqual(slot.publicKey);
    expect(writePublicKeyFile(found.algorithm, found.publicKey, form)).toEqual(file);
  });

  itIf(vector.id.endsWith('-trunc'))('cuts the export to the length of level 2', async () => {
    // The stump is a whole level 2 key by its looks, so only the keystore tells them apart.
    const found = await parsePublicKeyFile(vectorFile(vector.public_export), 'cut.der');
    expect(found.publicKey).toHaveLength(1312);
    expect(slot.publicKey.subarray(0, 1312)).toEqual(found.publicKey);
  });

  // keygen leaves P-521 keys out, and what stands behind RSA keys is its own memory (section 3).
  const isExact = authKey.family !== 'rsa' && authKey.name !== 'ECC521';
  itIf(isExact)('writes the same keystore.der', () => {
    expect(buildKeystoreDer([slot])).toEqual(vectorFile(vector.keystore_der));
  });

  itIf(!isExact)('writes a keystore.der that holds the whole key', () => {
    const [read] = parseKeystoreDer(buildKeystoreDer([slot]), 'keystore.der').slots;
    expect(read?.publicKey).toEqual(slot.publicKey);
  });

  it('signs with the key and verifies with the keystore', async () => {
    const { algorithm, privateKey } = await read();
    const digest = new Uint8Array(32).fill(0x5a);
    const { signature } = await scheme(algorithm).sign(privateKey, digest, {
      rng: seededRng(vector.id),
      persistState: () => Promise.resolve(),
    });
    expect(algorithmOfSlot(slot.keyType, slot.publicKey, signature.length)).toBe(algorithm);
    const using = scheme(algorithm);
    await expect(using.verify(slot.publicKey, digest, signature)).resolves.toBe(true);
  });

  it('does not take the private key for a public one', async () => {
    await expect(
      parsePublicKeyFile(vectorFile(vector.private), 'priv.der', authKey.name),
    ).rejects.toSatisfy((error) => isAppError(error, 'key-invalid'));
  });
});
