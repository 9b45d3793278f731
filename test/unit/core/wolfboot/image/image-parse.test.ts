import { describe, expect, it } from 'vitest';
import { asciiToBytes, concatBytes } from '../../../../../src/core/bytes/index.ts';
import {
  buildSignedImage,
  parseImage,
  type ImageOptions,
} from '../../../../../src/core/wolfboot/index.ts';
import { firmware, testKey } from '../../../../support/image-keys.ts';

const key = await testKey('ed25519');
const code = firmware(100);
const options: ImageOptions = {
  keyType: key.keyType,
  partitionId: 3,
  version: 0x01020304,
  hash: 'sha256',
  timestamp: 99n,
  customTlvs: [{ tag: 0x30, value: asciiToBytes('abc') }],
};
const good = await buildSignedImage(code, options, key.signer);
const large = await buildSignedImage(code, { ...options, headerSizeBytes: 1024 }, key.signer);

// Offsets in `good`: section 11 with a timestamp and one custom field of three bytes.
const AT = { version: 8, type: 32, custom: 44, hint: 52, digest: 92, signature: 132, end: 200 };

function changed(image: Uint8Array, at: number, ...bytes: readonly number[]): Uint8Array {
  const copy = image.slice();
  copy.set(bytes, at);
  return copy;
}

function problem(field: string, offset: number, words = '') {
  return expect.objectContaining({
    code: 'malformed',
    context: expect.objectContaining({ file: 'x.bin', field, offset }) as unknown,
    message: expect.stringContaining(words) as unknown,
  }) as Error;
}

const parse = (bytes: Uint8Array, headerSizeBytes?: number) =>
  parseImage(bytes, 'x.bin', { headerSizeBytes });

describe('reading an image', () => {
  it('says what stands in it', () => {
    expect(parse(good)).toMatchObject({
      headerSizeBytes: 256,
      headerSizeFrom: 'file',
      payloadSizeBytes: 100,
      payloadPresent: true,
      version: 0x01020304,
      timestamp: 99n,
      partitionId: 3,
      authKeyCode: 1,
      unsigned: false,
      hash: 'sha256',
      digestOffsetBytes: AT.digest,
      delta: undefined,
      secondary: undefined,
      policy: undefined,
      warnings: [],
    });
  });

  it('knows which fields the digest vouches for', () => {
    expect(parse(good).tlvs.map(({ name, covered }) => [name, covered])).toEqual([
      ['version', true],
      ['timestamp', true],
      ['img_type', true],
      ['custom', true],
      ['pubkey_hint', true],
      ['sha256', false],
      ['signature', false],
    ]);
  });

  it('copies: changing the file afterwards changes nothing', () => {
    const bytes = good.slice();
    const image = parse(bytes);
    bytes.fill(0);
    expect(image.digest).toEqual(parse(good).digest);
  });

  it('gives words to every span that has a meaning', () => {
    const { spans } = parse(good);
    const values = Object.fromEntries(spans.map(({ path, value }) => [path, value]));
    expect(values).toMatchObject({
      magic: 'WOLF',
      size: '100',
      version: '16909060',
      timestamp: '99 s since 1970',
      img_type: 'Ed25519, partition 3',
      'custom 0x0030': '616263',
      payload: '100 bytes',
      filler: 'FF',
    });
  });
});

describe('files that are no images', () => {
  it.each([
    ['nothing', new Uint8Array(), 'is empty'],
    ['three bytes', asciiToBytes('WOL'), '574f4c'],
    ['an encrypted image', firmware(356), 'encrypted'],
    ['an OTP image', concatBytes(asciiToBytes('WOLFBOOT'), new Uint8Array(2040)), 'OTP image'],
  ])('%s', (_name, bytes, words) => {
    expect(() => parse(bytes)).toThrow(
      expect.objectContaining({
        code: 'unrecognised-file',
        message: expect.stringContaining(words) as unknown,
      }) as Error,
    );
  });

  it.each([
    ['only the magic', asciiToBytes('WOLF'), 'size'],
    ['magic and size', concatBytes(asciiToBytes('WOLF'), new Uint8Array(4)), 'size'],
    ['no fields', concatBytes(asciiToBytes('WOLF'), new Uint8Array(400)), 'digest'],
    [
      'only filler',
      concatBytes(asciiToBytes('WOLF'), new Uint8Array(4), new Uint8Array(400).fill(255)),
      'digest',
    ],
  ])('%s', (_name, bytes, field) => {
    expect(() => parse(bytes)).toThrow(
      expect.objectContaining({
        code: 'malformed',
        context: expect.objectContaining({ field }) as unknown,
      }) as Error,
    );
  });
});

describe('how much is header', () => {
  it('follows from the length of the file', () => {
    expect(parse(large)).toMatchObject({ headerSizeBytes: 1024, headerSizeFrom: 'file' });
    expect(parse(large, 1024)).toMatchObject({ headerSizeBytes: 1024, headerSizeFrom: 'given' });
  });

  it('a size that does not fit is named', () => {
    expect(() => parse(good, 1024)).toThrow(problem('size', 4, '768 less'));
    expect(() => parse(large, 256)).toThrow(problem('size', 4, '768 more'));
  });

  it.each([0, 8, 1.5, -256])('%d is no size of a header', (size) => {
    expect(() => parse(good, size)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }) as Error,
    );
  });

  it('bytes after the firmware are named', () => {
    expect(() => parse(concatBytes(good, new Uint8Array(3)))).toThrow(problem('size', 4, '3 more'));
    expect(() => parse(concatBytes(large, Uint8Array.of(0xff)))).toThrow(
      problem('size', 4, '1 more'),
    );
  });

  it('a file that was cut off is named', () => {
    expect(() => parse(good.slice(0, -1))).toThrow(problem('size', 4, 'cut off'));
    expect(() => parse(good.slice(0, 200))).toThrow(problem('size', 4, 'cut off'));
    const { warnings } = parse(large.slice(0, -1));
    expect(warnings).toMatchObject([{ code: 'odd-header-size' }]);
  });

  it('a header without its firmware is one', () => {
    for (const image of [good.slice(0, 256), large.slice(0, 1024)]) {
      const { payloadPresent, headerSizeBytes, spans } = parse(image);
      expect({ payloadPresent, headerSizeBytes }).toEqual({
        payloadPresent: false,
        headerSizeBytes: image.length,
      });
      expect(spans.at(-1)).toMatchObject({ path: 'filler', endBytes: image.length });
    }
    expect(parse(good.slice(0, 256), 256)).toMatchObject({ payloadPresent: false });
  });

  it('firmware of FF bytes is not taken for filler', async () => {
    const blank = await buildSignedImage(new Uint8Array(44).fill(0xff), options, key.signer);
    expect(parse(blank)).toMatchObject({ headerSizeBytes: 256, payloadPresent: true });
  });

  it('foreign bytes in the filler do not hide it', () => {
    const { headerSizeBytes, warnings } = parse(changed(good, 250, 1, 2));
    expect(headerSizeBytes).toBe(256);
    expect(warnings).toMatchObject([{ code: 'uncovered-bytes', offsetBytes: 250, lengthBytes: 2 }]);
  });
});

describe('broken headers', () => {
  it.each([
    ['a version of 8 bytes', changed(good, AT.version + 2, 8), 'version', AT.version],
    ['an image type of 4 bytes', changed(good, AT.type + 2, 4), 'img_type', AT.type],
    ['a digest of 31 bytes', changed(good, AT.digest + 2, 31), 'sha256', AT.digest],
    ['no version', changed(good, AT.version, 0x50), 'version', AT.digest],
    ['no image type', changed(good, AT.type, 0x50), 'img_type', AT.digest],
    ['no hint', changed(good, AT.hint, 0x50), 'pubkey_hint', AT.digest],
    ['no digest', changed(good, AT.digest, 0x50), 'digest', 8],
    ['an end before the digest', changed(good, AT.hint, 0, 0), 'digest', 8],
    ['a field beyond the header', changed(good, AT.custom + 2, 0xff, 0x7f), 'digest', AT.custom],
    ['a second digest', changed(good, AT.end + 4, 0x14, 0, 4, 0), 'sha384', AT.end + 4],
  ])('%s', (_name, bytes, field, offset) => {
    expect(() => parse(bytes, 256)).toThrow(problem(field, offset));
  });

  it('a version that nobody signed is refused', () => {
    const hidden = changed(good, AT.version, 0x50);
    const bytes = changed(hidden, AT.end + 4, 0x01, 0, 4, 0, 9, 0, 0, 0);
    expect(() => parse(bytes, 256)).toThrow(problem('version', AT.end + 4, 'after the digest'));
  });
});

describe('what is odd but readable', () => {
  const codes = (bytes: Uint8Array) => parse(bytes).warnings.map(({ code: each }) => each);

  it('a field after the digest, which a bootloader would believe', () => {
    const bytes = changed(good, AT.end + 4, 0x34, 0, 2, 0, 0x68, 0x69);
    expect(codes(bytes)).toEqual(['uncovered-field', 'uncovered-bytes']);
    expect(parse(bytes).warnings[0]?.message).toContain('cmdline (0x0034)');
  });

  it('a field that stands twice', async () => {
    const customTlvs = [1, 2].map((value) => ({ tag: 0x30, value: Uint8Array.of(value) }));
    const bytes = await buildSignedImage(code, { ...options, customTlvs }, key.signer);
    expect(codes(bytes)).toEqual(['duplicate-field']);
  });

  it('a header that is no power of two', async () => {
    const bytes = await buildSignedImage(code, { ...options, headerSizeBytes: 300 }, key.signer);
    expect(codes(bytes)).toEqual(['odd-header-size']);
    expect(parse(bytes, 300).warnings).toEqual([]);
  });

  it('flags that wolfBoot does not know', () => {
    expect(codes(changed(good, AT.type + 4, 0x43))).toEqual(['unknown-flags']);
  });

  it('a broken field after the signature ends the header, as on a board', () => {
    const bytes = changed(good, AT.end + 4, 0x34, 0, 0xfe, 0x7f);
    expect(codes(bytes)).toEqual(['uncovered-bytes']);
    expect(parse(bytes).spans).toContainEqual(
      expect.objectContaining({ path: 'unread', startBytes: AT.end + 4, endBytes: 256 }),
    );
  });
});
