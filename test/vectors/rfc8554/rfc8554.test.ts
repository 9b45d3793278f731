/** RFC 8554, appendix F: HSS test cases 1 and 2 (ORIGIN.md). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asciiToBytes, concatBytes, fromHex, toHex } from '../../../src/core/bytes/index.ts';
import { lmsScheme, lmsSubtreePlain } from '../../../src/core/crypto/lms/index.ts';

function hexFile(name: string): Uint8Array {
  return fromHex(readFileSync(new URL(name, import.meta.url), 'utf8'));
}

const cases = [
  {
    name: 'case 1: H5 W8 twice',
    publicKey: fromHex(
      `00000002 00000005 00000004 61a5d57d37f5e46bfb7520806b07a1b8
       50650e3b31fe4a773ea29a07f09cf2ea30e579f0df58ef8e298da0434cb2b878`,
    ),
    message: asciiToBytes(
      'The powers not delegated to the United States by the Constitution, nor prohibited by it to ' +
        'the States, are reserved to the States respectively, or to the people.\n',
    ),
    signature: hexFile('case1.signature.hex'),
  },
  {
    name: 'case 2: H10 W4 over H5 W8',
    publicKey: fromHex(
      `00000002 00000006 00000003 d08fabd4a2091ff0a8cb4ed834e74534
       32a58885cd9ba0431235466bff9651c6c92124404d45fa53cf161c28f1ad5a8e`,
    ),
    message: asciiToBytes(
      'The enumeration in the Constitution, of certain rights, shall not be construed to deny or ' +
        'disparage others retained by the people.\n',
    ),
    signature: hexFile('case2.signature.hex'),
  },
];

describe.each(cases)('$name', ({ publicKey, message, signature }) => {
  it('verifies', async () => {
    lmsScheme.checkPublicKey(publicKey);
    await expect(lmsScheme.verify(publicKey, message, signature)).resolves.toBe(true);
  });

  it('verifies in no other form', async () => {
    const changed = (bytes: Uint8Array, at: number): Uint8Array =>
      bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
    for (let at = 0; at < signature.length; at += 37) {
      expect(await lmsScheme.verify(publicKey, message, changed(signature, at)), `${at}`).toBe(
        false,
      );
    }
    for (let at = 0; at < publicKey.length; at += 5) {
      expect(await lmsScheme.verify(changed(publicKey, at), message, signature)).toBe(false);
    }
    expect(await lmsScheme.verify(publicKey, changed(message, 3), signature)).toBe(false);
    expect(await lmsScheme.verify(publicKey, message, signature.slice(0, -1))).toBe(false);
    const longer = concatBytes(signature, new Uint8Array(1));
    expect(await lmsScheme.verify(publicKey, message, longer)).toBe(false);
    expect(await lmsScheme.verify(publicKey, message, new Uint8Array())).toBe(false);
  });
});

/** The private keys of case 2; their secrets follow from SEED and I by appendix A. */
describe('case 2: trees from their seeds', () => {
  it.each([
    {
      name: 'top tree',
      seed: '558b8966c48ae9cb898b423c83443aae014a72f1b1ab5cc85cf1d892903b5439',
      identifier: 'd08fabd4a2091ff0a8cb4ed834e74534',
      height: 10,
      winternitz: 4,
      root: '32a58885cd9ba0431235466bff9651c6c92124404d45fa53cf161c28f1ad5a8e',
    },
    {
      name: 'second level',
      seed: 'a1c4696e2608035a886100d05cd99945eb3370731884a8235e2fb3d4d71f2547',
      identifier: '215f83b7ccb9acbcd08db97b0d04dc2b',
      height: 5,
      winternitz: 8,
      root: 'a1cd035833e0e90059603f26e07ad2aad152338e7a5e5984bcd5f7bb4eba40b7',
    },
  ] as const)('$name', async ({ seed, identifier, height, winternitz, root }) => {
    const tree = { seed: fromHex(seed), identifier: fromHex(identifier), height, winternitz };
    const nodes = await lmsSubtreePlain(tree, { firstLeaf: 0, height });
    expect(toHex(nodes.slice(-32))).toBe(root);
  });
});
