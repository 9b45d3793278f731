import { describe, expect, it } from 'vitest';
import { asciiToBytes } from '../../../../../src/core/bytes/index.ts';
import {
  planImageHeader,
  UNSIGNED_KEY_TYPE,
  type ImageOptions,
} from '../../../../../src/core/wolfboot/index.ts';

const ED25519 = 1;
const ECC256 = 2;

const plain: ImageOptions = { keyType: ECC256, partitionId: 1, version: 1, hash: 'sha256' };

/** Offsets of the tags, in the order of the header. */
function offsets(options: Partial<ImageOptions>): readonly number[] {
  return planImageHeader({ ...plain, ...options }).fields.map(({ offsetBytes }) => offsetBytes);
}

function refusal(code: string, message = ''): Error {
  return expect.objectContaining({
    code,
    message: expect.stringContaining(message) as string,
  }) as Error;
}

describe('where the fields of a header go', () => {
  // The rows of formats/wolfboot.md, section 11, "Typical offsets".
  it.each([
    ['SHA-256 with timestamp', { timestamp: 5n }, [8, 20, 32, 44, 84, 124]],
    ['SHA-256 without', {}, [8, 20, 28, 68, 108]],
    ['SHA-384 with timestamp', { hash: 'sha384', timestamp: 5n }, [8, 20, 32, 44, 100, 156]],
    ['SHA3-384 without', { hash: 'sha3-384' }, [8, 20, 28, 84, 140]],
  ] as const)('%s', (_name, options, expected) => {
    expect(offsets(options)).toEqual(expected);
  });

  it('an unsigned image ends with its digest', () => {
    expect(offsets({ keyType: UNSIGNED_KEY_TYPE })).toEqual([8, 20, 28, 68]);
  });

  it('only SHA-256 aligns the hint of the second key', () => {
    const hybrid = { secondaryKeyType: ED25519, headerSizeBytes: 512 };
    expect(offsets({ ...hybrid, hash: 'sha256' })).toEqual([8, 20, 28, 68, 76, 116, 156, 228]);
    expect(offsets({ ...hybrid, hash: 'sha384' })).toEqual([8, 20, 28, 84, 90, 148, 204, 276]);
  });

  it('a field of odd length is followed by filler', () => {
    const customTlvs = [{ tag: 0x40, value: asciiToBytes('abc') }];
    expect(offsets({ customTlvs })).toEqual([8, 20, 28, 36, 76, 116]);
  });
});

describe('how large a header becomes', () => {
  const size = (options: Partial<ImageOptions>): readonly (number | undefined)[] => {
    const { headerSizeBytes, grownFromBytes } = planImageHeader({ ...plain, ...options });
    return [headerSizeBytes, grownFromBytes];
  };
  const custom = (lengthBytes: number) => [{ tag: 0x30, value: new Uint8Array(lengthBytes) }];

  it('has 256 bytes, or more if the bootloader says so', () => {
    expect(size({})).toEqual([256, undefined]);
    expect(size({ headerSizeBytes: 128 })).toEqual([256, undefined]);
    expect(size({ headerSizeBytes: 300 })).toEqual([300, undefined]);
    expect(size({ headerSizeBytes: 8192 })).toEqual([8192, undefined]);
  });

  it('grows to a power of two for custom fields, chains and device trees', () => {
    expect(size({ customTlvs: custom(200) })).toEqual([512, 256]);
    expect(size({ customTlvs: custom(200), headerSizeBytes: 300 })).toEqual([512, 300]);
    expect(size({ certificateChain: new Uint8Array(5000) })).toEqual([8192, 256]);
    expect(size({ customTlvs: custom(200), headerSizeBytes: 600 })).toEqual([600, undefined]);
    expect(
      size({ hash: 'sha384', secondaryKeyType: ED25519, deviceTreeDigest: new Uint8Array(48) }),
    ).toEqual([512, 256]);
  });

  it('may be filled to its last byte', () => {
    // 8 + version 8 + filler 4 + type 6 + filler 2, field, and 148 bytes from hint to signature.
    const value = 256 - 28 - 4 - (36 + 4 + 36 + 4 + 68);
    expect(size({ customTlvs: custom(value) })).toEqual([256, undefined]);
    expect(size({ customTlvs: custom(value + 1) })).toEqual([512, 256]);
  });

  it('grows for a second signature unless a size was asked for, and never for a policy', () => {
    const hybrid = { timestamp: 1n, secondaryKeyType: ED25519 };
    expect(size(hybrid)).toEqual([512, 256]);
    expect(size({ ...hybrid, headerSizeBytes: 512 })).toEqual([512, undefined]);
    const policy = { pcrMask: new Uint8Array(4), digest: new Uint8Array(32) };
    for (const options of [
      { ...hybrid, headerSizeBytes: 256 },
      { timestamp: 1n, policy },
    ]) {
      expect(() => size(options)).toThrow(
        refusal('image-header-overflow', 'IMAGE_HEADER_SIZE to 512'),
      );
    }
  });

  it('is of the size and has the signature that were named when nothing is checked', () => {
    const unchecked = { headerSizeBytes: 512, signatureBytes: 100 };
    const layout = planImageHeader({ ...plain, headerSizeBytes: 4096, unchecked });
    expect(layout.headerSizeBytes).toBe(512);
    expect(layout.fields.at(-1)?.lengthBytes).toBe(100);
  });
});

describe('what cannot be an image', () => {
  it.each([
    ['an unknown key type', { keyType: 0x55 }, 'key type'],
    ['a partition id of 16', { partitionId: 16 }, 'partition id'],
    ['a partition id of -1', { partitionId: -1 }, 'partition id'],
    ['a version of 2^32', { version: 2 ** 32 }, 'version'],
    ['half a version', { version: 1.5 }, 'version'],
    ['a negative timestamp', { timestamp: -1n }, 'timestamp'],
    ['a timestamp of 65 bits', { timestamp: 1n << 64n }, 'timestamp'],
    ['two signatures of one type', { secondaryKeyType: ECC256 }, 'different types'],
    ['a second signature on an unsigned image', { keyType: 0xff, secondaryKeyType: 1 }, 'unsigned'],
    ['a tag below the custom range', { customTlvs: [tlv(0x2f)] }, '0x002F'],
    ['a tag above the custom range', { customTlvs: [tlv(0xfeff)] }, '0xFEFF'],
    ['a tag whose low byte is filler', { customTlvs: [tlv(0x12ff)] }, '0x12FF'],
    ['a tag whose high byte is filler', { customTlvs: [tlv(0xff30)] }, '0xFF30'],
    ['17 custom fields', { customTlvs: Array.from({ length: 17 }, () => tlv(0x30)) }, '16 fit'],
    ['a field of 65525 bytes', { customTlvs: [tlv(0x30, 65525)] }, 'too long'],
    ['an empty chain', { certificateChain: new Uint8Array() }, 'certificate chain'],
    ['a chain of 65525 bytes', { certificateChain: new Uint8Array(65525) }, 'certificate chain'],
    ['a device tree digest of another hash', { deviceTreeDigest: new Uint8Array(48) }, '32'],
    ['half a policy', { policy: { pcrMask: new Uint8Array(4), digest: new Uint8Array(31) } }, '32'],
  ] as const)('%s', (_name, options, message) => {
    expect(() => planImageHeader({ ...plain, ...options })).toThrow(
      refusal('invalid-argument', message),
    );
  });

  it.each([9, 10, 11])('the signatures of key type %i have no length without a key', (keyType) => {
    expect(() => planImageHeader({ ...plain, keyType })).toThrow(refusal('invalid-argument'));
    const primary = new Uint8Array(7);
    expect(() => planImageHeader({ ...plain, keyType }, { primary })).toThrow(
      refusal('key-invalid'),
    );
  });

  it.each([12, 13, 14])('key type %i does not go with SHA3-384', (keyType) => {
    expect(() => planImageHeader({ ...plain, keyType, hash: 'sha3-384' })).toThrow(
      refusal('invalid-argument'),
    );
  });

  it('16 fields of the largest size fit', () => {
    const customTlvs = Array.from({ length: 16 }, () => tlv(0xfefe, 65524));
    expect(planImageHeader({ ...plain, customTlvs }).headerSizeBytes).toBe(2 ** 21);
  });
});

function tlv(tag: number, lengthBytes = 1) {
  return { tag, value: new Uint8Array(lengthBytes) };
}
