// Signatures that come from elsewhere: every form in which tools write them, and why one is refused.
import { beforeAll, describe, expect, it } from 'vitest';
import { asciiToBytes, concatBytes, toHex } from '../../../../../src/core/bytes/index.ts';
import {
  hash,
  scheme,
  signRsaDigestInfo,
  type AlgorithmId,
  type KeyPair,
} from '../../../../../src/core/crypto/index.ts';
import {
  authKeyOfAlgorithm,
  decodeBase64,
  encodeBase64,
  judgeSignature,
  readSignatureFile,
  readSignatureText,
  signingCommands,
  type OtherKey,
  type SignatureWanted,
} from '../../../../../src/core/wolfboot/index.ts';
import { seededRng } from '../../../../support/bytes-rng.ts';
import { signatureToDer } from '../../../../support/ecdsa-der.ts';
import { expectThrows } from '../../../../support/expect-error.ts';
import { keyPair } from '../../../../support/keys.ts';

const rng = seededRng('external signature');
const digest = hash('sha256', rng.bytes(100));
const pairs = new Map<AlgorithmId, KeyPair>();

beforeAll(async () => {
  for (const id of ['ecdsa-p256', 'ecdsa-p521', 'ed25519', 'rsa-2048', 'rsa-pss-2048'] as const) {
    pairs.set(id, await keyPair(id));
  }
});

const pair = (id: AlgorithmId): KeyPair => pairs.get(id)!;
const sign = async (id: AlgorithmId, message = digest): Promise<Uint8Array> =>
  (await scheme(id).sign(pair(id).privateKey, message, { rng })).signature;
const wanted = (id: AlgorithmId): SignatureWanted => ({
  keyType: authKeyOfAlgorithm(id).code,
  algorithm: id,
  publicKey: pair(id).publicKey,
  digest,
  hash: 'sha256',
});
const judge = (bytes: Uint8Array, id: AlgorithmId, others?: readonly OtherKey[]) =>
  judgeSignature(readSignatureFile(bytes, 'signature.bin'), wanted(id), others);
const problemOf = async (bytes: Uint8Array, id: AlgorithmId): Promise<string> => {
  const judgement = await judge(bytes, id);
  return judgement.ok ? 'good' : judgement.problem;
};

describe('a signature from elsewhere', () => {
  it.each(['ecdsa-p256', 'ecdsa-p521', 'ed25519', 'rsa-2048', 'rsa-pss-2048'] as const)(
    'of %s is taken as bytes, hex, base64 and JSON',
    async (id) => {
      const signature = await sign(id);
      const base64 = encodeBase64(signature);
      const url = base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
      expect(decodeBase64(url)).toEqual(signature);
      const colons = (toHex(signature).match(/../g) ?? []).join(':');
      const texts = [toHex(signature), `0x${toHex(signature)}\n`, colons, base64, url];
      for (const text of [...texts, JSON.stringify({ kid: 'a', value: url })]) {
        expect(await judgeSignature(readSignatureText(text), wanted(id))).toMatchObject({
          ok: true,
          signature,
        });
        expect(await judge(asciiToBytes(text), id)).toMatchObject({ ok: true, signature });
      }
      expect(await judge(signature, id)).toMatchObject({ ok: true, from: 'bytes', repairs: [] });
    },
  );

  it('of ECDSA may be DER, or have its numbers the wrong way round', async () => {
    for (const id of ['ecdsa-p256', 'ecdsa-p521'] as const) {
      const signature = await sign(id);
      const half = signature.length / 2;
      const [r, s] = [signature.slice(0, half), signature.slice(half)];
      const forms: readonly [Uint8Array, readonly string[]][] = [
        [signatureToDer(signature), ['der']],
        [concatBytes(r.slice().reverse(), s.slice().reverse()), ['reversed']],
        [concatBytes(s, r), ['swapped-halves']],
      ];
      for (const [bytes, repairs] of forms) {
        expect(await judge(bytes, id)).toMatchObject({ ok: true, signature, repairs });
      }
    }
  });

  it('of RSA may hold the bare digest or DigestInfo', async () => {
    const { privateKey } = pair('rsa-2048');
    const info = await signRsaDigestInfo(privateKey, digest, 'sha256', { rng });
    expect(await judge(info, 'rsa-2048')).toMatchObject({ ok: true, rsaForm: 'digest-info' });
    expect(await judge(await sign('rsa-2048'), 'rsa-2048')).toMatchObject({ rsaForm: 'bare' });
  });

  it('is refused for what is wrong with it', async () => {
    const p256 = await sign('ecdsa-p256', hash('sha256', digest));
    expect(await problemOf(p256, 'ecdsa-p256')).toBe('hashed-twice');
    const twice = await signRsaDigestInfo(
      pair('rsa-2048').privateKey,
      hash('sha256', digest),
      'sha256',
      { rng },
    );
    expect(await problemOf(twice, 'rsa-2048')).toBe('hashed-twice');
    expect(await problemOf(await sign('ed25519', asciiToBytes(toHex(digest))), 'ed25519')).toBe(
      'hex-text',
    );
    expect(await problemOf(await sign('rsa-pss-2048'), 'rsa-2048')).toBe('pss');
    expect(await problemOf(await sign('rsa-2048'), 'rsa-pss-2048')).toBe('pkcs1');
    expect(await problemOf(await sign('rsa-2048', rng.bytes(32)), 'rsa-2048')).toBe('other-digest');
    expect(await problemOf(await sign('rsa-pss-2048', rng.bytes(32)), 'rsa-pss-2048')).toBe(
      'other-digest',
    );
    expect(await problemOf(rng.bytes(256).fill(0, 0, 1), 'rsa-2048')).toBe('other-key');
    expect(await problemOf(await sign('ed25519', rng.bytes(32)), 'ed25519')).toBe('wrong');
    expect(await problemOf(rng.bytes(65), 'ed25519')).toBe('length');
    expect(await judgeSignature(readSignatureText('no, sorry'), wanted('ed25519'))).toMatchObject({
      ok: false,
      problem: 'not-a-signature',
    });
    expectThrows(() => readSignatureFile(new Uint8Array(), 'empty'), 'malformed');
  });

  it('names the other key that made it', async () => {
    const other = await keyPair('ecdsa-p256', 'b');
    const { signature } = await scheme('ecdsa-p256').sign(other.privateKey, digest, { rng });
    const keyType = authKeyOfAlgorithm('ecdsa-p256').code;
    const others = [{ name: 'spare', keyType, publicKey: other.publicKey }];
    expect(await judge(signature, 'ecdsa-p256', others)).toMatchObject({
      problem: 'other-key',
      keyName: 'spare',
    });
    expect(await problemOf(signature, 'ecdsa-p256')).toBe('wrong');
  });

  it('is refused with any bit changed', async () => {
    for (const id of ['ecdsa-p256', 'ed25519', 'rsa-2048'] as const) {
      const signature = await sign(id);
      for (const at of [0, signature.length >>> 1, signature.length - 1]) {
        const changed = signature.slice();
        changed[at] = (changed[at] ?? 0) ^ 1;
        expect((await judge(changed, id)).ok).toBe(false);
      }
    }
  });
});

describe('commands for tools', () => {
  const files = { digest: 'd.bin', signature: 's.bin' };
  const of = (algorithm: AlgorithmId, hashId: 'sha256' | 'sha384' | 'sha3-384' = 'sha256') =>
    signingCommands({
      algorithm,
      hash: hashId,
      digest: new Uint8Array(hashId === 'sha256' ? 32 : 48),
      files,
    });

  it('are given for every algorithm, or why not', () => {
    const shown = (algorithm: AlgorithmId, hashId?: 'sha384' | 'sha3-384') =>
      of(algorithm, hashId).map((entry) =>
        entry.command === undefined ? `${entry.tool}: ${entry.why}` : entry.tool,
      );
    expect(shown('ecdsa-p256')).toEqual(['openssl', 'pkcs11', 'azure']);
    expect(shown('ecdsa-p256', 'sha384')).toEqual(['openssl', 'pkcs11', 'azure: digest-length']);
    expect(shown('ecdsa-p384', 'sha384')).toEqual(['openssl', 'pkcs11', 'azure']);
    expect(shown('ecdsa-p521')).toEqual(['openssl', 'pkcs11', 'azure: digest-length']);
    expect(shown('ed448')).toEqual(['openssl', 'pkcs11', 'azure: algorithm']);
    expect(shown('rsa-4096')).toEqual(['openssl', 'openssl', 'pkcs11', 'azure']);
    expect(shown('rsa-pss-3072', 'sha384')).toEqual(['openssl', 'pkcs11', 'azure']);
    expect(shown('rsa-2048', 'sha3-384')).toEqual([
      'openssl',
      'openssl',
      'pkcs11',
      'azure: digest-length',
    ]);
    expect(shown('ml-dsa-44')).toEqual(['openssl', 'pkcs11: algorithm', 'azure: algorithm']);
    expect(shown('lms')).toEqual(['openssl: algorithm', 'pkcs11: algorithm', 'azure: algorithm']);
  });

  it('run nothing that stands in the name of a file', () => {
    const [{ command } = { command: '' }] = signingCommands({
      algorithm: 'ecdsa-p256',
      hash: 'sha256',
      digest: new Uint8Array(32),
      files: { digest: '-a $(touch x);`b`"c\n.bin', signature: "it's.sig" },
    });
    expect(command).toBe(
      'openssl pkeyutl -sign -inkey private.pem -in _a_touch_x_b_c_.bin -out it_s.sig',
    );
  });

  it('name the files and carry the digest for Azure in standard base64', () => {
    const [openssl, pkcs11, azure] = signingCommands({
      algorithm: 'ecdsa-p256',
      hash: 'sha256',
      digest: new Uint8Array(32).fill(0xfb),
      files,
    }).map(({ command }) => command);
    expect(openssl).toBe('openssl pkeyutl -sign -inkey private.pem -in d.bin -out s.bin');
    expect(pkcs11).toContain('--mechanism ECDSA --input-file d.bin --output-file s.bin');
    expect(azure).toContain(`--digest "${Buffer.alloc(32, 0xfb).toString('base64')}"`);
  });
});
