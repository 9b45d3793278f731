import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromHex, hexNumber, toHex } from '../../../src/core/bytes/index.ts';
import { hash } from '../../../src/core/crypto/index.ts';
import { isAppError } from '../../../src/core/errors.ts';
import {
  applyDeltaImage,
  decryptImage,
  encryptImage,
  imageCiphers,
  parseEncryptionKeyFile,
  parseImage,
  verifyImage,
  type ImageCipher,
} from '../../../src/core/wolfboot/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { wasmTreeHasher } from '../../support/hash-engine.ts';
import { encryptionKeyFile, provideInputs } from '../../support/image-inputs.ts';
import {
  imageManifest,
  slotsOfKeys,
  timestampOf,
  type ImageOutput,
  type ImageVector,
} from '../../support/image-vectors.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

/** Signatures that are none: a key of another size, and 256 zero bytes (section 23, 18 and 19). */
const QUIRKS: Readonly<Record<string, string>> = {
  'quirk-rsa4096-option-with-rsa2048-key': 'image-key-type-refused',
  'quirk-rsa2048-manual-hdr1024': 'image-signature-invalid',
};

/** Two trees of 1024 leaves, and the machine may have other work. */
const SLOW_MS = 120_000;

/** Its base was signed with a header of another size, which no board has (section 23, 28). */
const OTHER_HEADER: readonly string[] = ['delta-hybrid'];

/** What wolfBoot's tool does here ours does when told to; everything else it does without a word. */
function optionsOf({ id, command }: ImageVector): readonly string[] {
  if (id in QUIRKS || OTHER_HEADER.includes(id)) return ['--upstream-compatible'];
  return command.includes('--encrypt') ? ['--keep-iv'] : [];
}

const readable = imageManifest.images.flatMap((vector) =>
  vector.outputs
    .filter(({ kind }) => ['signed', 'header', 'diff'].includes(kind))
    .map((output) => ({ name: output.file, vector, output })),
);

const encrypted = imageManifest.images.flatMap(({ outputs }) =>
  outputs.filter(({ kind }) => kind === 'encrypted' || kind === 'diff_encrypted'),
);

describe('reading the images of wolfBoot', () => {
  it('has them all', () => {
    expect(readable.length).toBeGreaterThan(240);
    expect(encrypted.length).toBeGreaterThan(10);
  });

  it.each(readable)('$name: every field where the tool put it', ({ vector, output }) => {
    const image = parseImage(vectorFile(output.file), output.file);
    expect(image.payloadSizeBytes).toBe(output.firmware_size_field);
    expect(image.payloadPresent).toBe(output.kind !== 'header');
    expect(image.headerSizeBytes).toBe(vector.header_size);
    expect(image.version).toBe(vector.version);
    expect(image.delta !== undefined).toBe(output.kind === 'diff');
    expect(image.warnings.filter(({ code }) => code !== 'odd-header-size')).toEqual([]);
    expect(
      image.tlvs.map(({ tag, name, offsetBytes, value }) => ({
        tag: hexNumber(tag, 4).toLowerCase(),
        name,
        offset: offsetBytes,
        len: value.length,
        sha256: toHex(hash('sha256', value)),
      })),
    ).toEqual(
      (output.tlvs ?? []).map(({ tag, name, offset, len, value, value_sha256 }) => ({
        tag,
        name,
        offset,
        len,
        sha256: value === undefined ? value_sha256 : toHex(hash('sha256', fromHex(value))),
      })),
    );
  });

  it.each(readable)('$name: spans cover every byte once', ({ output }) => {
    const bytes = vectorFile(output.file);
    let at = 0;
    for (const { startBytes, endBytes } of parseImage(bytes, output.file).spans) {
      expect(startBytes).toBe(at);
      at = endBytes;
    }
    expect(at).toBe(bytes.length);
  });

  it.each(encrypted)('$file is refused: nobody can tell what it is', ({ file }) => {
    expect(() => parseImage(vectorFile(file), file)).toThrow(
      expect.objectContaining({ code: 'unrecognised-file' }),
    );
  });
});

const whole = readable.filter(({ output }) => output.kind !== 'header');
const signed = whole.filter(({ vector: { key, id } }) => key !== null && !(id in QUIRKS));

describe('verifying the images of wolfBoot', () => {
  it.each(signed)('$name verifies with its key', async ({ vector, output }) => {
    const decoy = vector.key === 'ed448' ? 'ecc384' : 'ed448';
    const slots = slotsOfKeys(decoy, vector.key2, vector.key);
    const verdict = await verifyImage(vectorFile(output.file), slots);
    expect(verdict).toMatchObject({ ok: true, slotIndex: slots.length - 1 });
    expect(
      verdict.ok &&
        verdict.warnings.map(({ code }) => code).filter((code) => code !== 'odd-header-size'),
    ).toEqual(vector.command.includes('--policy') ? ['policy-unchecked'] : []);
  });

  it('checks both signatures of a hybrid image', async () => {
    const hybrid = whole.filter(({ vector }) => vector.key2 !== undefined);
    expect(hybrid.length).toBeGreaterThan(10);
    for (const { vector, output } of hybrid) {
      const slots = slotsOfKeys(vector.key, vector.key2);
      const verdict = await verifyImage(vectorFile(output.file), slots);
      expect(verdict).toMatchObject({ ok: true, slotIndex: 0, secondarySlotIndex: 1 });
    }
  });

  it.each(signed.filter(({ vector }) => vector.id.endsWith('-nots')))(
    '$name does not verify with one bit of its signature changed',
    async ({ vector, output }) => {
      const bytes = vectorFile(output.file);
      const field = output.tlvs?.find(({ name }) => name === 'signature');
      const at = (field?.offset ?? 0) + 4 + Math.floor((field?.len ?? 0) / 2);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      expect(await verifyImage(bytes, slotsOfKeys(vector.key, vector.key2))).toMatchObject({
        ok: false,
        code: 'image-signature-invalid',
      });
    },
  );

  const quirks = whole.filter(({ vector: { id } }) => id in QUIRKS);

  // The tool signs them all the same; a bootloader would not boot them.
  it.each(quirks)('$name is refused', async ({ vector, output }) => {
    const verdict = await verifyImage(vectorFile(output.file), slotsOfKeys('rsa2048'));
    expect(verdict).toMatchObject({ ok: false, code: QUIRKS[vector.id] });
  });

  it('refuses unsigned images', async () => {
    for (const { output } of whole.filter(({ vector }) => vector.key === null)) {
      expect(await verifyImage(vectorFile(output.file), slotsOfKeys('ecc256'))).toMatchObject({
        ok: false,
        code: 'image-unsigned',
      });
    }
  });
});

describe('signing as wolfBoot does', () => {
  let directory: CliDirectory;
  beforeEach(() => {
    directory = new CliDirectory();
  });
  afterEach(() => {
    directory.remove();
  });

  it('is tried with every run', () => {
    expect(imageManifest.images.length).toBeGreaterThan(220);
  });

  it.each(imageManifest.images)(
    '$id: the same command gives the same files',
    { timeout: SLOW_MS },
    async (vector) => {
      await provideInputs(directory, vector);
      const before = directory.list();
      const [name = '', ...words] = vector.command;
      const { exitCode, stderr } = await directory.run([name, ...optionsOf(vector), ...words], {
        environment: vector.env,
        changeTimeSeconds: timestampOf(vector),
        treeHasher: wasmTreeHasher,
      });
      expect(stderr.replace(/^(?:warning: |key2?\.der: used ind).*$/gm, '').trim()).toBe('');
      expect(exitCode).toBe(0);
      const names = vector.outputs.map(({ tool_name }) => tool_name);
      const written = directory.list().filter((file) => !file.endsWith('.trees'));
      expect(written).toEqual([...before, ...names].sort());
      for (const output of vector.outputs) await compare(directory, vector, output);
    },
  );
});

async function compare(
  directory: CliDirectory,
  vector: ImageVector,
  output: ImageOutput,
): Promise<void> {
  const ours = directory.read(output.tool_name);
  if (output.kind === 'encrypted' || output.kind === 'diff_encrypted') {
    compareEncrypted(directory, vector, output);
  } else if (output.kind === 'diff') await compareDelta(directory, vector, output);
  else await comparePlain(ours, vector, output);
}

/** Both ways with the file of wolfBoot, and ours is what our own plain image gives. */
function compareEncrypted(
  directory: CliDirectory,
  vector: ImageVector,
  { file, tool_name, kind }: ImageOutput,
): void {
  const plainKind = kind === 'encrypted' ? 'signed' : 'diff';
  const plain = vector.outputs.find((each) => each.kind === plainKind)!;
  const cipher = /aes(?:128|256)/.exec(vector.command.join(' '))?.[0];
  const keyFile = encryptionKeyFile(vector);
  const key = parseEncryptionKeyFile(
    vectorFile(keyFile),
    keyFile,
    cipher === undefined ? 'chacha20' : (`${cipher}-ctr` as ImageCipher),
  );
  const theirs = vectorFile(file);
  expect(toHex(encryptImage(vectorFile(plain.file), key))).toBe(toHex(theirs));
  expect(decryptImage(theirs, key)).toEqual(vectorFile(plain.file));
  const ours = directory.read(tool_name);
  expect(ours.length % imageCiphers[key.cipher].blockBytes).toBe(0);
  expect(decryptImage(ours, key)).toEqual(directory.read(plain.tool_name));
  if (kind === 'encrypted') expect(ours.length).toBe(theirs.length);
}

/** Patches may be shorter than wolfBoot's: then sizes, digest and signature are others. */
const OF_PATCHES: readonly string[] = [
  'delta_size',
  'delta_inverse',
  'delta_inverse_size',
  'sha256',
  'signature',
  'secondary_signature',
];

async function compareDelta(
  directory: CliDirectory,
  vector: ImageVector,
  output: ImageOutput,
): Promise<void> {
  const diff = directory.read(output.tool_name);
  const ours = parseImage(diff, 'ours').tlvs;
  const theirs = parseImage(vectorFile(output.file), 'theirs').tlvs;
  expect(ours.map(({ tag, offsetBytes }) => [tag, offsetBytes])).toEqual(
    theirs.map(({ tag, offsetBytes }) => [tag, offsetBytes]),
  );
  for (const [index, { name, value }] of ours.entries()) {
    const same = theirs[index]!.value;
    if (OF_PATCHES.includes(name)) expect(value.length).toBe(same.length);
    else expect({ name, value: toHex(value) }).toEqual({ name, value: toHex(same) });
  }
  const sector = Number(vector.env.WOLFBOOT_SECTOR_SIZE);
  const base = directory.read('base.bin');
  const whole = directory.read(vector.outputs[0]!.tool_name);
  expect(applyDeltaImage(diff, base, sector, 'forward')).toEqual(whole);
  expect(applyDeltaImage(diff, whole, sector, 'inverse')).toEqual(base);
  const slots = slotsOfKeys(vector.key, vector.key2);
  expect(await verifyImage(diff, slots)).toMatchObject({ ok: true });
}

/** Byte for byte, except where ECDSA, PSS and ML-DSA drew random numbers: there each side verifies the other's. */
async function comparePlain(
  ours: Uint8Array,
  vector: ImageVector,
  output: ImageOutput,
): Promise<void> {
  const theirs = vectorFile(output.file);
  expect(ours.length).toBe(theirs.length);
  const random = randomRanges(vector, output);
  expect(toHex(without(ours, random))).toBe(toHex(without(theirs, random)));
  if (output.kind !== 'signed' || vector.key === null || vector.id in QUIRKS) return;
  const slots = slotsOfKeys(vector.key, vector.key2);
  expect(await verifyImage(ours, slots)).toMatchObject({ ok: true });
  expect(await verifyImage(theirs, slots)).toMatchObject({ ok: true });
}

type Range = readonly [start: number, end: number];

function randomRanges({ key, key2, command }: ImageVector, output: ImageOutput): readonly Range[] {
  if (command.includes('--manual-sign')) return [];
  const isRandom = (id: string | null | undefined): boolean =>
    /^(?:ecc|rsapss|mldsa)/.test(id ?? '');
  if (output.kind === 'policy_sig') return isRandom(key) ? [[4, output.size]] : [];
  return (output.tlvs ?? []).flatMap(({ name, offset, len }): readonly Range[] => {
    const value: Range = [offset + 4, offset + 4 + len];
    if (name === 'signature' && isRandom(key)) return [value];
    if (name === 'secondary_signature' && isRandom(key2)) return [value];
    return name === 'policy_signature' && isRandom(key) ? [[value[0] + 4, value[1]]] : [];
  });
}

function without(bytes: Uint8Array, ranges: readonly Range[]): Uint8Array {
  const copy = bytes.slice();
  for (const [start, end] of ranges) copy.fill(0, start, end);
  return copy;
}

it('says in its own words what is wrong', () => {
  try {
    parseImage(Uint8Array.of(1, 2, 3), 'x.bin');
    expect.unreachable();
  } catch (error) {
    expect(isAppError(error) && error.message).toContain('x.bin starts with 010203');
  }
});
