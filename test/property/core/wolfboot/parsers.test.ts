import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToLatin1 } from '../../../../src/core/bytes/index.ts';
import { AppError } from '../../../../src/core/errors.ts';
import {
  analysePrimer,
  describeOtp,
  parseKeystoreC,
  parseKeystoreDer,
  parseOtpImage,
  parsePrivateKeyFile,
  parsePublicKeyFile,
  primerOtpContent,
  readKeystoreFile,
  writeKeystoreC,
} from '../../../../src/core/wolfboot/index.ts';
import { upstreamKeystoreC } from '../../../support/upstream-keystore-c.ts';
import { byId, slotsOf, vectorFile, vectors } from '../../../support/wolfboot-vectors.ts';

/* Whatever the bytes are, a parser gives a value or an AppError, and soon. */

type Parser = (bytes: Uint8Array) => unknown;

const parsers: Readonly<Record<string, Parser>> = {
  parseKeystoreDer: (bytes) => parseKeystoreDer(bytes, 'f'),
  parseKeystoreC: (bytes) => parseKeystoreC(bytesToLatin1(bytes), 'f'),
  parseOtpImage: (bytes) => parseOtpImage(bytes, 'f'),
  'parseOtpImage with a stride': (bytes) => parseOtpImage(bytes, 'f', { strideBytes: 80 }),
  describeOtp: (bytes) => describeOtp(bytes),
  analysePrimer: (bytes) => primerOtpContent(analysePrimer(bytes, 'f')),
  parsePrivateKeyFile: (bytes) => parsePrivateKeyFile(bytes, 'f'),
  parsePublicKeyFile: (bytes) => parsePublicKeyFile(bytes, 'f'),
  readKeystoreFile: (bytes) => readKeystoreFile(bytes, 'f'),
};

const text = (content: string): Uint8Array => new Uint8Array(Buffer.from(content));
const threeKeys = slotsOf(byId(vectors.keystores, 'three-ecc256'));

const primers = new URL('../../../vectors/primer/', import.meta.url);

const goodFiles: readonly Uint8Array[] = [
  ...vectors.keystores.slice(0, 12).map(({ keystore_der }) => vectorFile(keystore_der)),
  ...vectors.keys.flatMap((key) => [vectorFile(key.private), vectorFile(key.public_export)]),
  ...vectors.otp.map(({ otp }) => vectorFile(otp)),
  ...readdirSync(primers)
    .filter((name) => name.endsWith('.bin'))
    .map((name) => new Uint8Array(readFileSync(new URL(name, primers)))),
  text(writeKeystoreC(threeKeys)),
  text(upstreamKeystoreC(threeKeys, 'ECC256', { lineEnd: '\r\n' })),
];

async function survives(parse: Parser, bytes: Uint8Array): Promise<void> {
  const before = bytes.slice();
  try {
    await parse(bytes);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  expect(bytes).toEqual(before);
}

/** A good file with some bytes changed, cut out, or put in. */
const mutated = fc
  .record({
    file: fc.constantFrom(...goodFiles),
    changes: fc.array(
      fc.record({
        at: fc.nat(4095),
        remove: fc.nat(8),
        insert: fc.uint8Array({ maxLength: 8 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ file, changes }) =>
    changes.reduce((bytes, { at, remove, insert }) => {
      const start = at % (bytes.length + 1);
      return Uint8Array.of(...bytes.slice(0, start), ...insert, ...bytes.slice(start + remove));
    }, file),
  );

const cLike = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'struct keystore_slot K[1] = {',
        '{',
        '}',
        '};',
        '.slot_id',
        '.key_type',
        '.pubkey = {',
        '.part_id_mask',
        '.pubkey_size',
        '=',
        ',',
        ';',
        '\n#if 0\n',
        '\n#ifdef A\n',
        '\n#else\n',
        '\n#elif 1\n',
        '\n#endif\n',
        '\n#define NUM_PUBKEYS 1\n',
        '/*',
        '*/',
        '//',
        '"',
        "'",
        '\\\n',
        '(',
        ')',
        '<<',
        '|',
        '0x01',
        '09',
        '64',
        'KEY_VERIFY_ONLY_ID',
        'AUTH_KEY_ECC256',
        '\r\n',
      ),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => text(parts.join(' ')));

describe.each(Object.entries(parsers))('%s', (_name, parse) => {
  it('survives random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), (bytes) => survives(parse, bytes)),
      { numRuns: 150 },
    );
  });

  it('survives mutated files', async () => {
    await fc.assert(
      fc.asyncProperty(mutated, (bytes) => survives(parse, bytes)),
      { numRuns: 250 },
    );
  });

  it('survives cut files', async () => {
    const cut = fc
      .tuple(fc.constantFrom(...goodFiles), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([file, part]) => file.slice(0, Math.floor(file.length * part)));
    await fc.assert(
      fc.asyncProperty(cut, (bytes) => survives(parse, bytes)),
      { numRuns: 100 },
    );
  });
});

describe('parseKeystoreC', () => {
  it('survives any mixture of the words it knows', async () => {
    await fc.assert(
      fc.asyncProperty(cLike, (bytes) =>
        survives((source) => parseKeystoreC(bytesToLatin1(source), 'f'), bytes),
      ),
      { numRuns: 1500 },
    );
  });

  it('is quick even with a file made to be slow', () => {
    const hard = ['/*'.repeat(100_000), '"'.repeat(100_001), '\\\n'.repeat(100_000)];
    for (const source of hard) {
      expect(() =>
        parseKeystoreC(`struct keystore_slot K[] = {\n#define X ${source}`, 'f'),
      ).toThrow(AppError);
    }
  });
});
