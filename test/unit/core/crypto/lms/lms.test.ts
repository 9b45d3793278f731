import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../../../../src/core/bytes/index.ts';
import {
  signDurably,
  type KeyPair,
  type LmsParameters,
  type PrivateKey,
} from '../../../../../src/core/crypto/index.ts';
import { lmsScheme, lmsSubtreePlain } from '../../../../../src/core/crypto/lms/index.ts';
import { writeKey } from '../../../../../src/core/crypto/lms/key-file.ts';
import { digitsOf } from '../../../../../src/core/crypto/lms/one-time.ts';
import { oneTimeSet } from '../../../../../src/core/crypto/lms/parameters.ts';
import { createCanceller, type TreeHasher } from '../../../../../src/core/ports/index.ts';
import { seededRng } from '../../../../support/bytes-rng.ts';
import { countingLmsHasher } from '../../../../support/counting-hasher.ts';
import { expectRejects, expectThrows } from '../../../../support/expect-error.ts';
import { mapCache } from '../../../../support/map-cache.ts';

const rng = seededRng('lms');
const state = lmsScheme.state!;
const persistState = () => Promise.resolve();
const SMALL: LmsParameters = { levels: 2, height: 5, winternitz: 1 };

function generate(lms: LmsParameters, trees = mapCache()): Promise<KeyPair> {
  return lmsScheme.generate({ algorithm: 'lms', lms }, { rng, trees });
}

function changed(bytes: Uint8Array, at: number, to: number): PrivateKey {
  return { algorithm: 'lms', bytes: bytes.map((byte, index) => (index === at ? to : byte)) };
}

describe('LMS: digits of a digest (RFC 8554, section 4.4)', () => {
  it.each([
    [1, 265],
    [2, 133],
    [4, 67],
    [8, 34],
  ] as const)('W = %i has %i', (winternitz, count) => {
    const set = oneTimeSet(winternitz);
    const zeros = digitsOf(new Uint8Array(32), set);
    const ones = digitsOf(new Uint8Array(32).fill(0xff), set);
    expect([zeros.length, ones.length]).toEqual([count, count]);
    const messageDigits = 256 / winternitz;
    expect(ones.slice(messageDigits).every((digit) => digit === 0)).toBe(true);
    expect(new Set(ones.slice(0, messageDigits))).toEqual(new Set([2 ** winternitz - 1]));
    // No digest can be changed upwards only: the checksum goes down.
    expect(zeros.slice(messageDigits).some((digit) => digit > 0)).toBe(true);
  });
});

describe('LMS: parameters', () => {
  it.each([
    { levels: 0, height: 5, winternitz: 8 },
    { levels: 9, height: 5, winternitz: 8 },
    { levels: 1.5, height: 5, winternitz: 8 },
    { levels: 1, height: 6, winternitz: 8 },
    { levels: 1, height: 5, winternitz: 3 },
  ])('%j do not exist', async (parameters) => {
    await expectRejects(generate(parameters as LmsParameters), 'invalid-argument');
  });

  it('are not those of another algorithm', async () => {
    await expectRejects(lmsScheme.generate({ algorithm: 'ed25519' }, { rng }), 'invalid-argument');
  });

  it.each([
    [{ levels: 1, height: 5, winternitz: 8 }, 1296],
    [{ levels: 1, height: 10, winternitz: 8 }, 1456],
    [{ levels: 2, height: 5, winternitz: 8 }, 2644],
    [{ levels: 2, height: 10, winternitz: 8 }, 2964],
    [{ levels: 3, height: 5, winternitz: 8 }, 3992],
    [{ levels: 4, height: 5, winternitz: 8 }, 5340],
    [{ levels: 1, height: 5, winternitz: 4 }, 2352],
    [{ levels: 3, height: 5, winternitz: 4 }, 7160],
  ] as const)('%j: signatures of %i bytes', (parameters, length) => {
    const key = writeKey(parameters, rng.bytes(32), rng.bytes(16), rng.bytes(32));
    expect(lmsScheme.signatureBytes(key.slice(64))).toBe(length);
  });

  it('the counter of a key with more than 64 bits of indices ends with its field', () => {
    const parameters = { levels: 8, height: 25, winternitz: 8 } as const;
    const bytes = writeKey(parameters, rng.bytes(32), rng.bytes(16), rng.bytes(32));
    expect(toHex(bytes.slice(8, 16))).toBe('9494949494949494');
    expect(state.usage({ algorithm: 'lms', bytes })).toEqual({
      nextIndex: 0n,
      capacity: 2n ** 64n - 1n,
      parameters: 'L8-H25-W8',
    });
  });
});

describe('LMS: public keys', () => {
  it('of other lengths, levels and types are none', async () => {
    const { publicKey } = await generate(SMALL);
    lmsScheme.checkPublicKey(publicKey);
    const refused = (bytes: Uint8Array, words: string): void =>
      expectThrows(() => lmsScheme.checkPublicKey(bytes), 'key-invalid', words);
    refused(publicKey.slice(1), '59 bytes');
    for (const [at, to] of [
      [3, 0],
      [3, 9],
      [0, 1],
      [7, 4],
      [7, 10],
      [11, 0],
      [11, 5],
    ] as const) {
      refused(changed(publicKey, at, to).bytes, 'type codes');
    }
    expectThrows(() => lmsScheme.signatureBytes(new Uint8Array(60)), 'key-invalid');
  });

  it('of SHA-256/192 are none (ACVP, LMS-keyGen-1.0, test 1, as HSS)', () => {
    const m24 = fromHex(
      `00000001 0000000A 00000006 571284648295F8BE3EF86D53828FED4D
       BA9A7B575BA634DAC138C7D8C3F903BDA344B53230D93C6F`,
    );
    expectThrows(() => lmsScheme.checkPublicKey(m24), 'key-invalid', '52 bytes');
    const padded = concatBytes(m24, new Uint8Array(8));
    expectThrows(() => lmsScheme.checkPublicKey(padded), 'key-invalid', 'type codes');
  });
});

describe('LMS: private keys', () => {
  it('that are damaged are refused', async () => {
    const { bytes } = (await generate(SMALL)).privateKey;
    const cases: readonly (readonly [number, number, string])[] = [
      [6, 0xff, 'beyond'],
      [8, 0x00, 'parameters are none'],
      [8, 0xff, 'parameters are none'],
      [9, 0x54, 'differ from level to level'],
      [12, 0x51, 'differ from level to level'],
      [9, 0xff, 'public half'],
      [50, bytes[50]! ^ 1, 'public half'],
      [67, 1, 'public half'],
      [71, 6, 'public half'],
    ];
    for (const [at, to, words] of cases) {
      expectThrows(() => state.usage(changed(bytes, at, to)), 'key-invalid', words);
    }
    expectThrows(
      () => state.usage({ algorithm: 'lms', bytes: bytes.slice(1) }),
      'key-invalid',
      '123 bytes',
    );
    expectThrows(() => state.usage({ algorithm: 'xmss', bytes }), 'key-invalid');
  });

  it('whose public half is of another secret sign nothing', async () => {
    const { privateKey } = await generate(SMALL);
    const foreign = changed(privateKey.bytes, 20, privateKey.bytes[20]! ^ 1);
    await expectRejects(
      lmsScheme.sign(foreign, rng.bytes(32), { rng, persistState }),
      'key-invalid',
      'does not belong',
    );
    await expect(lmsScheme.derivePublicKey(foreign)).resolves.not.toEqual(
      privateKey.bytes.slice(64),
    );
  });

  it('go forward and never back', async () => {
    const { privateKey } = await generate(SMALL);
    const before = privateKey.bytes.slice();
    const at = await state.advanceTo(privateKey, 700n);
    expect(state.usage(at)).toMatchObject({ nextIndex: 700n, capacity: 1024n });
    expect(privateKey.bytes).toEqual(before);
    expect(at.bytes.slice(8)).toEqual(before.slice(8));
    await expectRejects(state.advanceTo(at, 699n), 'invalid-argument');
    await expectRejects(state.advanceTo(at, 1025n), 'invalid-argument');
    expect(state.usage(await state.advanceTo(at, 1024n)).nextIndex).toBe(1024n);
    expect((await state.advanceTo(at, 700n)).bytes).toEqual(at.bytes);
  });
});

describe('LMS: the state', () => {
  it('is stored before the signature leaves, and not at all when there is none', async () => {
    const pair = await generate(SMALL);
    const stored: bigint[] = [];
    const signed = await signDurably(lmsScheme, pair.privateKey, rng.bytes(32), {
      rng,
      persistState: async (advanced, index) => {
        stored.push(index, state.usage(advanced).nextIndex);
      },
    });
    expect(stored).toEqual([0n, 1n]);
    expect(signed.consumedIndex).toBe(0n);
    const failing = () => Promise.reject(new Error('disk full'));
    await expect(
      lmsScheme.sign(pair.privateKey, rng.bytes(32), { rng, persistState: failing }),
    ).rejects.toThrow('disk full');
    await expectRejects(
      lmsScheme.sign(pair.privateKey, rng.bytes(32), { rng }),
      'invalid-argument',
      'store the advanced key',
    );
  });

  it('does not move when signing is cancelled', async () => {
    const pair = await generate(SMALL);
    const canceller = createCanceller();
    const never = () => Promise.reject(new Error('not to be called'));
    const signing = lmsScheme.sign(pair.privateKey, rng.bytes(32), {
      rng,
      signal: canceller.signal,
      persistState: never,
      onProgress: () => canceller.cancel(),
    });
    await expectRejects(signing, 'cancelled');
  });

  it('generation is cancelled in the middle of a tree', async () => {
    const canceller = createCanceller();
    let last = 0;
    const generating = lmsScheme.generate(
      { algorithm: 'lms', lms: { levels: 1, height: 25, winternitz: 8 } },
      {
        rng,
        signal: canceller.signal,
        onProgress: ({ done, total }) => {
          last = done / total;
          if (done > 20_000) canceller.cancel();
        },
      },
    );
    await expectRejects(generating, 'cancelled');
    expect(last).toBeGreaterThan(0);
    expect(last).toBeLessThan(0.001);
  });

  it('the same state and message give the same signature, with any cache', async () => {
    const trees = mapCache();
    const pair = await generate(SMALL, trees);
    const message = rng.bytes(48);
    const at = await state.advanceTo(pair.privateKey, 37n);
    const sign = async (cache: typeof trees | undefined) =>
      (await lmsScheme.sign(at, message, { rng, persistState, trees: cache })).signature;
    const cold = await sign(undefined);
    expect(await sign(trees)).toEqual(cold);
    expect(await sign(trees)).toEqual(cold);
    await expect(lmsScheme.verify(pair.publicKey, message, cold)).resolves.toBe(true);
  });
});

describe('LMS: the cache', () => {
  it('holds one tree a level, and the signature of each lower one', async () => {
    const trees = mapCache();
    const pair = await generate(SMALL, trees);
    for (const index of [0n, 31n, 32n, 33n, 900n]) {
      const at = await state.advanceTo(pair.privateKey, index);
      await lmsScheme.sign(at, rng.bytes(32), { rng, persistState, trees });
    }
    const shapes = trees.names.map((name) => name.replace(/[0-9a-f]{32}/, 'I'));
    expect(shapes).toEqual([
      'lms/0/I/bottom/0',
      'lms/0/I/top',
      'lms/0/current',
      'lms/1/I/bottom/0',
      'lms/1/I/signed',
      'lms/1/I/top',
      'lms/1/current',
    ]);
  });

  it('saves time and decides nothing: any damage is built anew', async () => {
    const trees = mapCache();
    const pair = await generate(SMALL, trees);
    const message = rng.bytes(32);
    const sign = async () =>
      (await lmsScheme.sign(pair.privateKey, message, { rng, persistState, trees })).signature;
    const good = await sign();
    for (const name of trees.names) {
      for (const damage of ['bit', 'length', 'gone'] as const) {
        const entry = trees.get(name)!;
        if (damage === 'gone') trees.delete(name);
        else if (damage === 'length') trees.put(name, entry.slice(1));
        else
          trees.put(
            name,
            entry.map((byte, at) => (at === entry.length - 40 || at === 40 ? byte ^ 4 : byte)),
          );
        expect(await sign(), `${name}: ${damage}`).toEqual(good);
      }
    }
  });

  it('a wrong hasher gives no signature and spoils no cache', async () => {
    const trees = mapCache();
    const pair = await generate(SMALL, trees);
    const right = trees.names;
    const wrong: TreeHasher = {
      ...countingLmsHasher(),
      lmsSubtree: async (tree, part) =>
        lmsSubtreePlain({ ...tree, seed: new Uint8Array(32) }, part),
    };
    const message = rng.bytes(32);
    const never = () => Promise.reject(new Error('not to be called'));
    await expectRejects(
      lmsScheme.sign(pair.privateKey, message, { rng, trees, hasher: wrong, persistState: never }),
      'internal',
      'does not verify',
    );
    expect(trees.names).toEqual(right);
    const { signature } = await lmsScheme.sign(pair.privateKey, message, {
      rng,
      trees,
      persistState,
    });
    await expect(lmsScheme.verify(pair.publicKey, message, signature)).resolves.toBe(true);
  });

  it('the key may be wiped while trees are built', async () => {
    const pair = await generate(SMALL);
    const key: PrivateKey = { algorithm: 'lms', bytes: pair.privateKey.bytes.slice() };
    const message = rng.bytes(32);
    const { signature } = await lmsScheme.sign(key, message, {
      rng,
      persistState,
      onProgress: () => key.bytes.fill(0),
    });
    await expect(lmsScheme.verify(pair.publicKey, message, signature)).resolves.toBe(true);
  });

  it('keeps one bottom subtree of a tall tree, and no leaf is hashed twice within it', async () => {
    // The nodes need not be right for this: only what is asked for counts.
    const hasher = {
      ...countingLmsHasher(),
      asked: [] as number[],
      lmsSubtree: async (...[tree, part]: Parameters<typeof lmsSubtreePlain>) => {
        hasher.asked.push(part.firstLeaf / 1024);
        if (part.firstLeaf < 2048) return lmsSubtreePlain(tree, part);
        return new Uint8Array(32 * 2047);
      },
    };
    const trees = mapCache();
    const lms = { levels: 1, height: 15, winternitz: 2 } as const;
    const pair = await lmsScheme.generate({ algorithm: 'lms', lms }, { rng, hasher, trees });
    expect(hasher.asked).toHaveLength(32);
    hasher.asked.length = 0;
    for (const index of [0n, 1n, 1023n, 1024n, 1500n]) {
      const at = await state.advanceTo(pair.privateKey, index);
      const message = rng.bytes(32);
      const call = { rng, persistState, trees, hasher };
      const { signature } = await lmsScheme.sign(at, message, call);
      await expect(lmsScheme.verify(pair.publicKey, message, signature)).resolves.toBe(true);
    }
    expect(hasher.asked).toEqual([1]);
    expect(trees.names.filter((name) => name.includes('bottom'))).toEqual([
      expect.stringMatching(/bottom\/1$/),
    ]);
  });
});
