/**
 * A signature that was made elsewhere, in an HSM or a key service (formats/wolfboot.md, section 12):
 * brought into wolfBoot's form and checked before an image is built with it; and where it is not
 * good, why, as far as that can be found out.
 */
import { asciiToBytes, concatBytes, toHex } from '../../bytes/index.ts';
import {
  hash,
  openRsaSignature,
  parseRsaSpki,
  scheme,
  verifyRsaDigestInfo,
  type AlgorithmId,
  type HashId,
} from '../../crypto/index.ts';
import { ecdsaFromDer, type ReadSignature, type SignatureText } from './external-encoding.ts';
import { isImageSignature, signatureBytesOf, signingType } from './image-signature.ts';

/** What was to be signed. */
export interface SignatureWanted {
  /** AUTH_KEY value. */
  readonly keyType: number;
  readonly algorithm: AlgorithmId;
  /** In keystore form. */
  readonly publicKey: Uint8Array;
  /** The message of the signature: the image's digest, or a policy's. */
  readonly digest: Uint8Array;
  readonly hash: HashId;
}

/** Another key that may have signed instead. */
export interface OtherKey {
  readonly name: string;
  readonly keyType: number;
  readonly publicKey: Uint8Array;
}

/** What was done to bring it into wolfBoot's form; each result was verified. */
export type SignatureRepair = 'der' | 'reversed' | 'swapped-halves';

export type SignatureProblem =
  /** Neither hex nor base64 nor bytes of a length that could be a signature. */
  | 'not-a-signature'
  | 'length'
  /** The tool hashed the digest once more instead of signing it. */
  | 'hashed-twice'
  /** The digits of the digest as text were signed. */
  | 'hex-text'
  /** PSS where PKCS#1 v1.5 is needed, and the other way round. */
  | 'pss'
  | 'pkcs1'
  /** RSA: made by this key, for something else. */
  | 'other-digest'
  | 'other-key'
  /** Another key or another digest: the algorithm does not tell. */
  | 'wrong';

export type SignatureJudgement =
  | {
      readonly ok: true;
      /** In wolfBoot's form. */
      readonly signature: Uint8Array;
      readonly from: SignatureText;
      readonly repairs: readonly SignatureRepair[];
      /** RSA PKCS#1 v1.5: what stands in the padding. Bootloaders take both. */
      readonly rsaForm: 'bare' | 'digest-info' | undefined;
    }
  | {
      readonly ok: false;
      readonly problem: SignatureProblem;
      /** English, for logs and terminals. */
      readonly message: string;
      /** `other-key`: its name where it is known. */
      readonly keyName?: string | undefined;
    };

/** Never throws for any bytes. `others`: keys that are known here. */
export async function judgeSignature(
  read: readonly ReadSignature[],
  wanted: SignatureWanted,
  others: readonly OtherKey[] = [],
): Promise<SignatureJudgement> {
  const lengthBytes = signatureBytesOf(wanted.keyType, wanted);
  const candidates = read.flatMap((entry) => candidatesOf(entry, wanted, lengthBytes));
  for (const { signature, from, repairs } of candidates) {
    if (await isGood(wanted, wanted.digest, signature)) {
      return { ok: true, signature, from, repairs, rsaForm: await rsaFormOf(wanted, signature) };
    }
  }
  const likely = candidates[0]?.signature;
  if (likely === undefined) return ofWrongLength(read, wanted, lengthBytes);
  return explain(likely, wanted, others);
}

interface Candidate {
  readonly signature: Uint8Array;
  readonly from: SignatureText;
  readonly repairs: readonly SignatureRepair[];
}

function candidatesOf(
  { bytes, from }: ReadSignature,
  { keyType }: SignatureWanted,
  lengthBytes: number,
): readonly Candidate[] {
  const isEcdsa = signingType(keyType).family === 'ecdsa';
  const half = lengthBytes / 2;
  const plain = isEcdsa ? ecdsaFromDer(bytes, half) : undefined;
  const signature = plain ?? (bytes.length === lengthBytes ? bytes : undefined);
  if (signature === undefined) return [];
  const repairs: readonly SignatureRepair[] = plain ? ['der'] : [];
  const turned = (name: SignatureRepair, changed: Uint8Array): Candidate => ({
    signature: changed,
    from,
    repairs: [...repairs, name],
  });
  const reverse = (part: Uint8Array): Uint8Array => part.slice().reverse();
  const [first, second] = [signature.subarray(0, half), signature.subarray(half)];
  return [
    { signature, from, repairs },
    turned('reversed', isEcdsa ? concatBytes(reverse(first), reverse(second)) : reverse(signature)),
    ...(isEcdsa ? [turned('swapped-halves', concatBytes(second, first))] : []),
  ];
}

function isGood(
  { keyType, publicKey, hash: hashId }: Pick<SignatureWanted, 'keyType' | 'publicKey' | 'hash'>,
  digest: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  return isImageSignature(keyType, publicKey, digest, hashId, signature);
}

async function rsaFormOf(
  { algorithm, publicKey, digest, hash: hashId }: SignatureWanted,
  signature: Uint8Array,
): Promise<'bare' | 'digest-info' | undefined> {
  if (!/^rsa-\d/.test(algorithm)) return undefined;
  const hasInfo = await verifyRsaDigestInfo(publicKey, digest, hashId, signature);
  return hasInfo ? 'digest-info' : 'bare';
}

function ofWrongLength(
  read: readonly ReadSignature[],
  { keyType }: SignatureWanted,
  lengthBytes: number,
): SignatureJudgement {
  const { label } = signingType(keyType);
  const first = read[0];
  if (first === undefined) {
    return refused('not-a-signature', 'this is neither hexadecimal nor base64');
  }
  return refused(
    'length',
    `${first.bytes.length} bytes (read as ${first.from}) are no signature of ${label}, which has ${lengthBytes}`,
  );
}

function refused(problem: SignatureProblem, message: string, keyName?: string): SignatureJudgement {
  return { ok: false, problem, message, keyName };
}

/** Why a signature of the right length does not verify. */
async function explain(
  signature: Uint8Array,
  wanted: SignatureWanted,
  others: readonly OtherKey[],
): Promise<SignatureJudgement> {
  const { digest } = wanted;
  const hashes: readonly HashId[] = ['sha256', 'sha384', 'sha3-384'];
  for (const hashId of hashes) {
    const twice = hash(hashId, digest);
    if (await isGood({ ...wanted, hash: hashId }, twice, signature)) {
      return refused(
        'hashed-twice',
        `the digest was hashed once more (${hashId}) before it was signed: it must be signed as it is`,
      );
    }
  }
  if (await signsHexText(signature, wanted)) {
    return refused('hex-text', 'the digits of the digest were signed as text, not its bytes');
  }
  for (const { name, keyType, publicKey } of others) {
    if (await isGood({ keyType, publicKey, hash: wanted.hash }, digest, signature)) {
      return refused('other-key', `the digest was signed, but with the key ${name}`, name);
    }
  }
  return (
    (await explainRsa(signature, wanted)) ??
    refused(
      'wrong',
      'this is not a signature of this digest by this key: another key signed, or something else was signed',
    )
  );
}

async function signsHexText(signature: Uint8Array, wanted: SignatureWanted): Promise<boolean> {
  const lower = toHex(wanted.digest);
  const texts = [lower, lower.toUpperCase(), `${lower}\n`].map(asciiToBytes);
  for (const text of texts) {
    const digests =
      wanted.algorithm.startsWith('ed') || wanted.algorithm.startsWith('ml-')
        ? [text]
        : [hash('sha256', text), hash('sha384', text)];
    for (const digest of digests) if (await isGood(wanted, digest, signature)) return true;
  }
  return false;
}

const PSS_TRAILER = 0xbc;

/** What the key's own operation shows: padding that it could not show for another key. */
async function explainRsa(
  signature: Uint8Array,
  { keyType, algorithm, publicKey, digest, hash: hashId }: SignatureWanted,
): Promise<SignatureJudgement | undefined> {
  const { family, label } = signingType(keyType);
  const key = family === 'rsa' ? parseRsaSpki(publicKey) : undefined;
  const block = key && openRsaSignature(key, signature);
  if (block === undefined) return undefined;
  const wantsPss = algorithm.startsWith('rsa-pss');
  const isPkcs1 = block[0] === 0 && block[1] === 1 && block[2] === 0xff;
  if (isPkcs1 && wantsPss) {
    return refused('pkcs1', `the signature is one of PKCS#1 v1.5; ${label} needs PSS`);
  }
  if (isPkcs1) {
    return refused('other-digest', 'this key signed, but another digest than this one');
  }
  const otherForm = `rsa-${wantsPss ? '' : 'pss-'}${8 * block.length}`;
  const isPss = !wantsPss && (await verifiesAs(otherForm, publicKey, digest, signature));
  if (isPss) return refused('pss', `the signature is one of PSS; ${label} needs PKCS#1 v1.5`);
  if (block.at(-1) === PSS_TRAILER) {
    return refused(
      'other-digest',
      `this looks like a PSS signature of this key, but of another digest, or not with ${hashId} and a salt of ${digest.length} bytes`,
    );
  }
  return refused('other-key', 'another RSA key made this signature');
}

async function verifiesAs(
  id: string,
  publicKey: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const pss: readonly AlgorithmId[] = ['rsa-pss-2048', 'rsa-pss-3072', 'rsa-pss-4096'];
  const found = pss.find((algorithm) => algorithm === id);
  return found !== undefined && scheme(found).verify(publicKey, digest, signature);
}
