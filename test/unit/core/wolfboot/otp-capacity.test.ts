import { describe, expect, it } from 'vitest';
import {
  bootloaderProfiles,
  buildableLmsSets,
  buildableXmssSetsOfOid,
  canBuildLms,
  canBuildXmss,
  capacityTable,
  lmsSignatureBytes,
  makeProfile,
  slotCapacity,
  slotStrideBytes,
  xmssSetsOfOid,
} from '../../../../src/core/wolfboot/index.ts';

describe('capacityTable', () => {
  const rows = (target: 'stm32h5' | 'stm32h7') =>
    capacityTable(target).map(({ key, mlDsaLevel, universal, slots, limits }) => [
      `${key.name}${mlDsaLevel ?? ''}${universal ? ' universal' : ''}`,
      slots,
      ...limits,
    ]);

  it('says what stm32h5 holds, and why not more', () => {
    expect(rows('stm32h5')).toEqual([
      ['ED25519', 41],
      ['ECC256', 24],
      ['RSA2048', 5, 'upstream-generator-stride'],
      ['RSA4096', 3, 'upstream-generator-stride'],
      ['ED448', 26, 'upstream-primer-odd-addresses'],
      ['ECC384', 17],
      ['ECC521', 13],
      ['RSA3072', 4, 'upstream-generator-stride'],
      ['LMS', 25],
      ['XMSS', 23],
      ['ML_DSA2', 1, 'upstream-generator-memory'],
      ['ML_DSA3', 1, 'upstream-generator-memory'],
      ['ML_DSA5', 0, 'does-not-fit', 'upstream-generator-memory'],
      ['RSAPSS2048', 5, 'upstream-generator-stride'],
      ['RSAPSS3072', 4, 'upstream-generator-stride'],
      ['RSAPSS4096', 3, 'upstream-generator-stride'],
      ['ECC256 universal', 3, 'upstream-generator-stride'],
    ]);
  });

  it('says what stm32h7 holds: no ML-DSA at all, and nothing by a primer', () => {
    const found = rows('stm32h7').map(([name, slots]) => [name, slots]);
    expect(found).toEqual([
      ['ED25519', 19],
      ['ECC256', 11],
      ['RSA2048', 2],
      ['RSA4096', 1],
      ['ED448', 12],
      ['ECC384', 8],
      ['ECC521', 6],
      ['RSA3072', 2],
      ['LMS', 12],
      ['XMSS', 11],
      ['ML_DSA2', 0],
      ['ML_DSA3', 0],
      ['ML_DSA5', 0],
      ['RSAPSS2048', 2],
      ['RSAPSS3072', 2],
      ['RSAPSS4096', 1],
      ['ECC256 universal', 1],
    ]);
    for (const row of capacityTable('stm32h7')) {
      expect(row.limits).toContain('upstream-primer-missing');
      expect(row.upstreamPrimerSlots).toBe(0);
    }
  });

  it('counts what the upstream tools get right', () => {
    const row = (name: string) => capacityTable('stm32h5').find(({ key }) => key.name === name)!;
    expect(row('ED448')).toMatchObject({ upstreamGeneratorSlots: 26, upstreamPrimerSlots: 1 });
    expect(row('RSA2048')).toMatchObject({ upstreamGeneratorSlots: 1, upstreamPrimerSlots: 5 });
    expect(row('ML_DSA')).toMatchObject({ upstreamGeneratorSlots: 0, upstreamPrimerSlots: 1 });
    expect(row('ECC256')).toMatchObject({ upstreamGeneratorSlots: 24, upstreamPrimerSlots: 24 });
  });

  it('is never more than the bootloader accepts', () => {
    for (const target of ['stm32h5', 'stm32h7'] as const) {
      for (const row of capacityTable(target)) {
        expect(row.slots).toBe(slotCapacity(target, row.strideBytes));
        expect(row.strideBytes).toBe(row.keyBytes + 16);
      }
    }
  });
});

describe('makeProfile', () => {
  it.each([
    [{ signName: 'ECC256' }, 1024, 80],
    [{ signName: 'RSA4096' }, 1024, 592],
    [{ signName: 'LMS', lms: { levels: 2, height: 5, winternitz: 8 } }, 8192, 76],
    [{ signName: 'LMS', lms: { levels: 1, height: 10, winternitz: 8 } }, 4096, 76],
    [{ signName: 'XMSS', xmss: 'XMSS-SHA2_10_256' }, 8192, 84],
    [{ signName: 'XMSS', xmss: 'XMSSMT-SHA2_20/4_256' }, 32768, 84],
    [{ signName: 'ML_DSA' }, 8192, 1328],
    [{ signName: 'ML_DSA', mlDsaLevel: 5 }, 16384, 2608],
  ] as const)('%j: a header that holds the signature, and its stride', (input, header, stride) => {
    const profile = makeProfile({ target: 'stm32h5', ...input });
    expect(profile.headerSizeBytes).toBe(header);
    expect(slotStrideBytes(profile)).toBe(stride);
  });

  it('keeps the small header of stm32h7 where it is enough', () => {
    expect(makeProfile({ target: 'stm32h7', signName: 'ECC256' }).headerSizeBytes).toBe(256);
    expect(makeProfile({ target: 'stm32h7', signName: 'RSA2048' }).headerSizeBytes).toBe(512);
  });

  it('has an id and a name of its own for every build', () => {
    const made = capacityTable('stm32h5').map(({ key, mlDsaLevel, universal }) =>
      makeProfile({
        target: 'stm32h5',
        signName: key.name,
        universal,
        ...(mlDsaLevel && { mlDsaLevel }),
      }),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(made.length);
    expect(new Set(made.map(({ name }) => name)).size).toBe(made.length);
    expect(new Set(bootloaderProfiles.map(({ id }) => id)).size).toBe(bootloaderProfiles.length);
  });
});

describe('the parameter sets of a bootloader', () => {
  it('are those of section 9', () => {
    expect(buildableLmsSets).toHaveLength(20 + 12 + 5 + 5);
    expect(canBuildLms({ levels: 2, height: 5, winternitz: 1 })).toBe(false);
    expect(canBuildLms({ levels: 3, height: 10, winternitz: 2 })).toBe(false);
    expect(canBuildLms({ levels: 5, height: 5, winternitz: 8 })).toBe(false);
    expect(canBuildLms({ levels: 4, height: 10, winternitz: 4 })).toBe(true);
  });

  it.each([
    [1, 5, 8, 1296],
    [1, 10, 8, 1456],
    [2, 5, 8, 2644],
    [2, 10, 8, 2964],
    [3, 5, 8, 3992],
    [4, 5, 8, 5340],
    [1, 5, 4, 2352],
    [3, 5, 4, 7160],
  ])('L%i H%i W%i signs with %i... bytes', (levels, height, winternitz, bytes) => {
    expect(lmsSignatureBytes({ levels, height, winternitz })).toBe(bytes);
  });

  it('are those of section 10; the numbers of keys can mean two', () => {
    expect(canBuildXmss('XMSSMT-SHA2_40/2_256')).toBe(false);
    expect(buildableXmssSetsOfOid(1)).toEqual(['XMSS-SHA2_10_256', 'XMSSMT-SHA2_20/2_256']);
    expect(buildableXmssSetsOfOid(3)).toEqual(['XMSS-SHA2_20_256']);
    expect(buildableXmssSetsOfOid(7)).toEqual(['XMSS-SHAKE_10_256']);
    expect(buildableXmssSetsOfOid(4)).toEqual([]);
    expect(xmssSetsOfOid(4)).toEqual(['XMSSMT-SHA2_40/4_256']);
  });
});
