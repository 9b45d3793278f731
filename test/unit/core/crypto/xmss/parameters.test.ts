/** The sets: numbers of RFC 8391 and SP 800-208, sizes of wolfBoot's files. */
import { describe, expect, it } from 'vitest';
import { keyFileBytes, xmssSetOfKeyFile } from '../../../../../src/core/crypto/xmss/key-file.ts';
import {
  allXmssSets,
  capacityOf,
  parametersByName,
  parametersByOid,
  registeredSetName,
  signatureBytesOf,
} from '../../../../../src/core/crypto/xmss/parameters.ts';
import { expectThrows } from '../../../../support/expect-error.ts';

describe('the sets', () => {
  it.each([
    ['xmss', 'XMSS-SHA2_10_256', 1, 2500, 1411],
    ['xmss', 'XMSS-SHA2_16_256', 2, 2692, 2113],
    ['xmss', 'XMSS-SHA2_20_256', 3, 2820, 2581],
    ['xmssmt', 'XMSSMT-SHA2_20/2_256', 1, 4963, 5848],
    ['xmssmt', 'XMSSMT-SHA2_20/4_256', 2, 9251, 10877],
    ['xmssmt', 'XMSSMT-SHA2_40/2_256', 3, 5605, 9360],
    ['xmssmt', 'XMSSMT-SHA2_40/4_256', 4, 9893, 14806],
    ['xmssmt', 'XMSSMT-SHA2_40/8_256', 5, 18469, 24303],
    ['xmssmt', 'XMSSMT-SHA2_60/3_256', 6, 8392, 16181],
    ['xmssmt', 'XMSSMT-SHA2_60/6_256', 7, 14824, 23765],
    ['xmssmt', 'XMSSMT-SHA2_60/12_256', 8, 27688, 37730],
  ] as const)('%s %s: OID %i, signature %i, file %i', (algorithm, name, oid, signature, file) => {
    const set = parametersByName(algorithm, name);
    expect(parametersByOid(algorithm, oid)).toBe(set);
    expect(signatureBytesOf(set)).toBe(signature);
    expect(keyFileBytes(set)).toBe(file);
  });

  it('have files of one length each, which tells the set', () => {
    const lengths = allXmssSets.map(keyFileBytes);
    expect(new Set(lengths).size).toBe(allXmssSets.length);
    for (const set of allXmssSets) expect(xmssSetOfKeyFile(keyFileBytes(set))).toBe(set);
    expect(xmssSetOfKeyFile(124)).toBeUndefined();
  });

  it('never sign with their last index', () => {
    expect(capacityOf(parametersByName('xmss', 'XMSS-SHA2_10_256'))).toBe(1023n);
    expect(capacityOf(parametersByName('xmssmt', 'XMSSMT-SHA2_60/12_256'))).toBe(2n ** 60n - 1n);
  });
});

describe('sets that are not built', () => {
  it.each([
    ['xmss', 4, 'XMSS-SHA2_10_512'],
    ['xmss', 7, 'XMSS-SHAKE_10_256'],
    ['xmss', 0x0c, 'XMSS-SHAKE_20_512'],
    ['xmss', 0x0d, 'XMSS-SHA2_10_192'],
    ['xmss', 0x12, 'XMSS-SHAKE256_20_256'],
    ['xmss', 0x15, 'XMSS-SHAKE256_20_192'],
    ['xmssmt', 9, 'XMSSMT-SHA2_20/2_512'],
    ['xmssmt', 0x11, 'XMSSMT-SHAKE_20/2_256'],
    ['xmssmt', 0x21, 'XMSSMT-SHA2_20/2_192'],
    ['xmssmt', 0x29, 'XMSSMT-SHAKE256_20/2_256'],
    ['xmssmt', 0x38, 'XMSSMT-SHAKE256_60/12_192'],
  ] as const)('%s %i is %s, named in the refusal', (algorithm, oid, name) => {
    expect(registeredSetName(algorithm, oid)).toBe(name);
    expectThrows(() => parametersByOid(algorithm, oid), 'not-supported', name);
    expectThrows(() => parametersByName(algorithm, name), 'not-supported', name);
  });

  it.each([0, 0x16, 0xffffffff])('XMSS has no set %i', (oid) => {
    expect(registeredSetName('xmss', oid)).toBeUndefined();
    expectThrows(() => parametersByOid('xmss', oid), 'key-invalid', String(oid));
  });

  it('a name that nobody registered is an argument at fault', () => {
    expectThrows(() => parametersByName('xmss', 'XMSS-SHA2_11_256'), 'invalid-argument');
    expectThrows(() => parametersByName('xmss', 'XMSSMT-SHA2_20/2_256'), 'invalid-argument');
    expectThrows(() => parametersByOid('xmssmt', 0x39), 'key-invalid');
  });
});
