import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../src/core/errors.ts';
import { parsePublicKeyFile } from '../../../src/core/wolfboot/index.ts';
import { slotsOf, byId, vectorFile, vectors } from '../../support/wolfboot-vectors.ts';

// The inputs of these runs were not kept; they are what their notes say, taken from other vectors.
describe('imports that keygen refuses', () => {
  it('knows every one of them', () => {
    const ids = vectors.errors.filter(({ id }) => id.startsWith('import-')).map(({ id }) => id);
    expect(ids).toEqual([
      'import-ecc521-raw',
      'import-private-mistake',
      'import-ed25519-private-mistake',
    ]);
  });

  it('import-private-mistake: a private P-256 key is refused by name', async () => {
    await expect(
      parsePublicKeyFile(vectorFile('keys/ecc256/priv.der'), 'in.bin', 'ECC256'),
    ).rejects.toSatisfy(
      (error) => isAppError(error, 'key-invalid') && error.message.includes('private key'),
    );
  });

  it('import-ed25519-private-mistake: a private Ed25519 key is refused by name', async () => {
    await expect(
      parsePublicKeyFile(vectorFile('keys/ed25519/priv.der'), 'in.bin', 'ED25519'),
    ).rejects.toSatisfy(
      (error) => isAppError(error, 'key-invalid') && error.message.includes('private key'),
    );
  });

  it('import-ecc521-raw: a good P-521 key, which keygen cannot import, is read', async () => {
    const { publicKey } = await parsePublicKeyFile(
      vectorFile('keys/ecc521/priv_pub.der'),
      'in.bin',
      'ECC521',
    );
    expect(publicKey).toEqual(slotsOf(byId(vectors.keys, 'ecc521'))[0]!.publicKey);
  });
});
