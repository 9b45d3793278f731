/** Random orders for signed images: as the independent reading has them, as the core takes them, as words of `sign`. */
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { scheme, signRsaDigestInfo, type AlgorithmId } from '../../src/core/crypto/index.ts';
import {
  authKeyOfAlgorithm,
  cmdlineTlv,
  deviceTreeDigest,
  MASK_ALL,
  parsePolicyFile,
  parsePrivateKeyFile,
  UNSIGNED_KEY_TYPE,
  type ImageOptions,
  type ImageSigner,
  type KeystoreSlot,
} from '../../src/core/wolfboot/index.ts';
import { seededRng } from './bytes-rng.ts';
import type { ImageOrder, OrderHash, OrderTlv } from './independent-image.ts';
import type { OrderKey } from './independent-signature.ts';
import { mapCache } from './map-cache.ts';
import { vectorFile } from './wolfboot-vectors.ts';

/** A key of the vectors; those with a state sign with the same index every time, which only a test may do. */
export interface OrderSigner {
  readonly name: string;
  readonly algorithm: AlgorithmId;
  /** Option of `sign`. */
  readonly option: string;
  readonly key: OrderKey;
  readonly signer: ImageSigner;
  readonly slot: KeystoreSlot;
  readonly privateFile: Uint8Array;
}

/** An order and the keys that carry it out. */
export interface SignedOrder {
  readonly order: ImageOrder;
  readonly first?: OrderSigner | undefined;
  readonly second?: OrderSigner | undefined;
}

/** Name of the vector's key, algorithm. RSA keys come once more with DigestInfo. */
const KEYS: readonly (readonly [name: string, algorithm: AlgorithmId, digestInfo?: boolean])[] = [
  ['ed25519', 'ed25519'],
  ['ed448', 'ed448'],
  ['ecc256', 'ecdsa-p256'],
  ['ecc384', 'ecdsa-p384'],
  ['ecc521', 'ecdsa-p521'],
  ['rsa2048', 'rsa-2048'],
  ['rsa3072', 'rsa-3072'],
  ['rsa4096', 'rsa-4096'],
  ['rsa2048', 'rsa-2048', true],
  ['rsapss2048', 'rsa-pss-2048'],
  ['rsapss3072', 'rsa-pss-3072'],
  ['rsapss4096', 'rsa-pss-4096'],
  ['mldsa2', 'ml-dsa-44'],
  ['mldsa3', 'ml-dsa-65'],
  ['mldsa5', 'ml-dsa-87'],
  ['lms-l1h5w8', 'lms'],
  ['lms-l2h5w8', 'lms'],
  ['xmss-10', 'xmss'],
  ['xmssmt-20-4', 'xmssmt'],
];

export const orderSigners: readonly OrderSigner[] = await Promise.all(
  KEYS.map(([name, algorithm, digestInfo = false]) => orderSigner(name, algorithm, digestInfo)),
);

async function orderSigner(
  name: string,
  algorithm: AlgorithmId,
  digestInfo: boolean,
): Promise<OrderSigner> {
  const privateFile = vectorFile(`keys/${name}/priv.der`);
  const pair = await parsePrivateKeyFile(privateFile, name, algorithm, { publicHalf: 'stored' });
  const { publicKey, privateKey } = pair;
  const { code, option } = authKeyOfAlgorithm(algorithm);
  const call = {
    rng: seededRng(name),
    trees: mapCache(),
    persistState: () => Promise.resolve(),
  };
  return {
    name: digestInfo ? `${name}enc` : name,
    algorithm,
    option: digestInfo ? `${option}enc` : option,
    key: { authKey: code, publicKey, multiTree: algorithm === 'xmssmt', digestInfo },
    signer: {
      publicKey,
      algorithm,
      sign: async (digest) =>
        digestInfo
          ? signRsaDigestInfo(privateKey, digest, digest.length === 32 ? 'sha256' : 'sha384', call)
          : (await scheme(algorithm).sign(privateKey, digest, call)).signature,
    },
    slot: {
      slotId: 0,
      keyType: code,
      partitionMask: MASK_ALL,
      publicKey,
      publicKeySize: publicKey.length,
    },
    privateFile,
  };
}

/** Quick ones, for second signatures and for orders about other things than keys. */
const quickSigners = orderSigners.filter(({ name }) =>
  ['ed25519', 'ecc256', 'ed448', 'ecc384'].includes(name),
);

function customTag(): fc.Arbitrary<number> {
  return fc
    .integer({ min: 0x30, max: 0xfefe })
    .filter((tag) => (tag & 0xff) !== 0xff && tag !== 0x34 && tag !== 0x35);
}

/** Every remainder of 8, and now and then more than a header usually holds. */
function valueLength(): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 20, arbitrary: fc.nat(40) },
    { weight: 4, arbitrary: fc.nat(700) },
    { weight: 1, arbitrary: fc.constantFrom(4096, 65_523, 65_524) },
  );
}

function customTlv(): fc.Arbitrary<OrderTlv> {
  return fc.record({ tag: customTag(), length: valueLength(), seed: fc.nat(255) }).map(
    // FF and zero are what a reader may stumble over.
    ({ tag, length, seed }) => ({
      tag,
      value: Uint8Array.from({ length }, (_, index) => [seed, 0xff, 0, seed ^ index][index % 4]!),
    }),
  );
}

function cmdline(): fc.Arbitrary<OrderTlv> {
  return fc
    .string({ minLength: 1, maxLength: 255 })
    .map((text) => cmdlineTlv(new TextEncoder().encode(text).subarray(0, 255)));
}

/** 40 bytes are the least; what follows `totalsize` is not the tree's. */
function deviceTree(): fc.Arbitrary<Uint8Array> {
  return fc.tuple(fc.integer({ min: 40, max: 120 }), fc.nat(9)).map(([size, extra]) => {
    const tree = Buffer.alloc(size + extra, 0x5a);
    tree.writeUInt32BE(0xd00dfeed, 0);
    tree.writeUInt32BE(size, 4);
    return new Uint8Array(tree);
  });
}

const policyText = new TextEncoder().encode('what a TPM measured');

function policyFile(): fc.Arbitrary<Uint8Array> {
  const digest = createHash('sha256').update(policyText).digest();
  return fc
    .uint8Array({ minLength: 4, maxLength: 4 })
    .map((mask) => new Uint8Array([...mask, ...digest]));
}

function hashFor(signers: readonly (OrderSigner | undefined)[]): fc.Arbitrary<OrderHash> {
  const pss = signers.some((signer) => signer?.algorithm.startsWith('rsa-pss') === true);
  // DigestInfo of a SHA3-384 is that of the CLI's own test; the signer here knows the two usual ones.
  const digestInfo = signers.some((signer) => signer?.key.digestInfo === true);
  return pss || digestInfo
    ? fc.constantFrom('sha256', 'sha384')
    : fc.constantFrom('sha256', 'sha384', 'sha3-384');
}

/** What can be ordered of this key, alone or with a second one; undefined: unsigned. */
export function ordersFor(first: OrderSigner | undefined): fc.Arbitrary<SignedOrder> {
  const others = quickSigners.filter(({ key }) => first && key.authKey !== first.key.authKey);
  const second =
    others.length === 0
      ? fc.constant(undefined)
      : fc.option(fc.constantFrom(...others), { nil: undefined, freq: 3 });
  return second.chain((other) =>
    hashFor([first, other]).chain((hash) => wishes(first, other, hash)),
  );
}

function wishes(
  first: OrderSigner | undefined,
  second: OrderSigner | undefined,
  hash: OrderHash,
): fc.Arbitrary<SignedOrder> {
  const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
    fc.option(arbitrary, { nil: undefined, freq: 3 });
  return fc
    .record({
      version: fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 0xffffffff)),
      partitionId: fc.integer({ min: 0, max: 15 }),
      timestamp: fc.option(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), { nil: undefined }),
      // Only a header without these fields can be too small.
      bare: fc.boolean(),
      headerSize: fc.option(fc.constantFrom(64, 256, 300, 512, 601, 1024, 4096, 8192), {
        nil: undefined,
        freq: 2,
      }),
      customTlvs: fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        { weight: 2, arbitrary: fc.array(customTlv(), { maxLength: 4 }) },
        { weight: 1, arbitrary: fc.array(customTlv(), { minLength: 14, maxLength: 15 }) },
      ),
      cmdline: maybe(cmdline()),
      deviceTree: maybe(deviceTree()),
      certificateChain: maybe(fc.uint8Array({ minLength: 1, maxLength: 900 })),
      policy: first ? maybe(policyFile()) : fc.constant(undefined),
      deltaRun: maybe(fc.boolean()),
      payload: fc.uint8Array({ maxLength: 400 }),
    })
    .map(({ bare, cmdline: line, customTlvs, deviceTree: tree, certificateChain, ...rest }) => ({
      first,
      second,
      order: {
        ...rest,
        ...(!bare && { deviceTree: tree, certificateChain }),
        hash,
        customTlvs: bare ? [] : line ? [...customTlvs, line] : customTlvs,
        policyText,
        key: first?.key,
        secondKey: second?.key,
      },
    }));
}

/** The same order in the words of the core. */
export function optionsOf({ order, first, second }: SignedOrder): ImageOptions {
  const { hash, deviceTree: tree, policy, headerSize, version, partitionId } = order;
  return {
    keyType: first?.key.authKey ?? UNSIGNED_KEY_TYPE,
    secondaryKeyType: second?.key.authKey,
    partitionId,
    version,
    hash,
    timestamp: order.timestamp,
    headerSizeBytes: headerSize,
    customTlvs: order.customTlvs,
    deviceTreeDigest: tree && deviceTreeDigest(hash, tree, 'board.dtb'),
    certificateChain: order.certificateChain,
    policy: policy && parsePolicyFile(policy, 'policy.bin'),
    deltaRun: order.deltaRun,
  };
}
