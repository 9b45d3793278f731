/**
 * Values of the reference implementation that RFC 8391, section 7, names (XMSS/xmss-reference,
 * test/vectors.c: seeds 0, 1, 2 …, message 0x25, index 2^(h-1)), and keys of its keygen that the
 * Botan and Open Quantum Safe projects keep among their test data.
 */
import { shake128 } from '@noble/hashes/sha3.js';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../../../../src/core/bytes/index.ts';
import { computeNodes } from '../../../../../src/core/crypto/xmss/forest.ts';
import { XmssHash } from '../../../../../src/core/crypto/xmss/hash-functions.ts';
import { publicKeyOf } from '../../../../../src/core/crypto/xmss/key-file.ts';
import { createKey } from '../../../../../src/core/crypto/xmss/key-state.ts';
import { parametersByName } from '../../../../../src/core/crypto/xmss/parameters.ts';
import { composeSignature } from '../../../../../src/core/crypto/xmss/signature.ts';
import { xmssScheme } from '../../../../../src/core/crypto/xmss/index.ts';
import { traversalAt } from '../../../../../src/core/crypto/xmss/traversal.ts';
import { nodeAt } from '../../../../../src/core/crypto/xmss/tree-node.ts';
import { wordsToBytes } from '../../../../../src/core/crypto/xmss/words.ts';
import { fixedRng } from '../../../../support/xmss-vectors.ts';

const MESSAGE = Uint8Array.of(37);
const seeds = Uint8Array.from({ length: 96 }, (_, at) => at);
const secretSeed = seeds.subarray(0, 32);
const publicSeed = seeds.subarray(64);

/** What the reference program prints of a long value. */
function shortHash(bytes: Uint8Array): string {
  return toHex(shake128(bytes, { dkLen: 10 }));
}

describe('XMSS-SHA2_10_256', () => {
  it('a leaf', () => {
    const hash = new XmssHash(publicSeed, secretSeed);
    const leaf = new Int32Array(8);
    const bytes = new Uint8Array(32);
    hash.setTree(0, 0n);
    hash.leaf(512, leaf);
    wordsToBytes(leaf, 0, bytes, 0);
    expect(toHex(bytes)).toBe('e0d82ae8c037c54d8db0505b5b176c29b9af90a403848d2511f39608f0024d55');
  });

  it('the key and a signature half-way', async () => {
    const { publicKey, privateKey } = await xmssScheme.generate(
      { algorithm: 'xmss', set: 'XMSS-SHA2_10_256' },
      { rng: fixedRng(seeds) },
    );
    expect(toHex(publicKey.subarray(4, 36))).toBe(
      '9d898033e37af48e6a116f8b15651cc26773467007ad19375d38c23c690c3483',
    );
    expect(shortHash(publicKey.subarray(4))).toBe('7de72d192121f414d4bb');
    const half = await xmssScheme.state!.advanceTo(privateKey, 512n);
    const { signature } = await xmssScheme.sign(half, MESSAGE, { rng: fixedRng(MESSAGE) });
    expect(toHex(signature.subarray(4, 36))).toBe(
      '8ff0300be485dea7e5ae2c56080302febc91b41318c504f895baab0b068968f2',
    );
    expect(toHex(signature.subarray(-320, -288))).toBe(
      '5f132f059c3abc25868bd9b75d80b95eef2f315667d7d6e26045ccf487780552',
    );
    expect(shortHash(signature)).toBe('8b6cb278d50a3694ca38');
  });

  it('the key from other seeds', async () => {
    const secret = fromHex('1fda099cf85b9a0a7533e10ac6e167eb1328c516604256a64ca2acc810fea45d');
    const seed = fromHex('526c3af9e0a9264ac18eba44b1ffbd1518e68db159a58a2876552f8d6f969bb7');
    const root = nodeAt({ layer: 0, tree: 0n }, 10, 0);
    const source = { secretSeed: secret, publicSeed: seed, treeHeight: 10 };
    await computeNodes([root], source, new XmssHash(seed, secret), {});
    expect(toHex(publicKeyOf(1, root.bytes!, seed))).toBe(
      '00000001413a5928c279397f4de1ec74b16e4fb8f5310ae3fe53049e9a9b3f627248460f' + toHex(seed),
    );
  });
});

describe('XMSSMT-SHA2_20/4_256', () => {
  it('the key and a signature half-way', async () => {
    const parameters = parametersByName('xmssmt', 'XMSSMT-SHA2_20/4_256');
    const key = await createKey(parameters, seeds, {});
    expect(toHex(key.root)).toBe(
      '2063c0b3ddf86940b17f60d5f607b1af8a2a8be6281ce5121012291e66a1f83a',
    );
    expect(shortHash(concatBytes(key.root, key.publicSeed))).toBe('9df4c75282451bf2bc53');

    // The place itself, without the way there.
    const index = 1n << 19n;
    const traversal = traversalAt(parameters, index);
    const hash = new XmssHash(publicSeed, secretSeed);
    const nodes = traversal.records.flatMap(({ auth }) => auth);
    const roots = traversal.rootSignatures.map(({ of }) => of!.root);
    await computeNodes([...nodes, ...roots], { secretSeed, publicSeed, treeHeight: 5 }, hash, {});
    for (const signature of traversal.rootSignatures) {
      const { tree, leaf, root } = signature.of!;
      signature.bytes = new Uint8Array(67 * 32);
      hash.setTree(tree.layer, tree.tree);
      hash.signWots(leaf, root.bytes!, signature.bytes);
    }
    const signature = composeSignature({ ...key, index, traversal }, MESSAGE, hash);
    expect(shortHash(signature)).toBe('fd4ff4c18801147b2804');
  });
});

describe('XMSSMT-SHA2_40/8_256', () => {
  it('a new key and the state of its lowest tree', async () => {
    const known = {
      secretSeed: '061550234d158c5ec95595fe04ef7a25767f2e24cc2bc479d09d86dc9abcfde7',
      prfKey: '056a8c266f9ef97ed08541dbd2e1ffa19810f5392d076276ef41277c3ab6e94a',
      root: 'af6e11950b411d09b02c47aa513fc66675e96aa47c3b284279f9543fa23a2268',
      publicSeed: '04562ad35e8ecafaafda16981cdaa147606beea62801342af13c8b5535f72f94',
      path: [
        'c22f2e9109f9bb35426bddb4a69eb8f45cd5b226f92e8026f1e62de1de435a4f',
        'c0caeda91c38a88f0037bdb296cd7b07ff040b1e08f02711e946b307a5a38487',
        'f53070985b8e28be6cce809f34100f0ca780996cd38e91ba7773bb632d0be797',
        '8f3af3a92b961bd3a8759590726d6c1811f9e0bca87377334e7c1f12fe37401c',
        'a0200823938c816ed98981521470f7f2ccdd69d85e7530ebf39e3a592b1c09bc',
      ],
      nextRight: 'babee5ddead48c384dd12b603e7dc662becd05787e659b7a4f42c219604631e9',
    };
    const parameters = parametersByName('xmssmt', 'XMSSMT-SHA2_40/8_256');
    const { secretSeed, prfKey, publicSeed } = known;
    const key = await createKey(parameters, fromHex(secretSeed + prfKey + publicSeed), {});
    const [lowest] = key.traversal.records;
    expect(toHex(key.root)).toBe(known.root);
    expect(lowest!.auth.map(({ bytes }) => toHex(bytes!))).toEqual(known.path);
    expect(toHex(lowest!.treeHashNodes[0]!.bytes!)).toBe(known.nextRight);
  });
});
