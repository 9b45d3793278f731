import { describe, expect, it } from 'vitest';
import {
  complaintsAbout,
  type ImageOrder,
  type OrderHash,
  type OrderTlv,
} from '../../support/independent-image.ts';
import { decipher, type DeltaOrder } from '../../support/independent-patch.ts';
import type { OrderKey } from '../../support/independent-signature.ts';
import {
  imageManifest,
  slotsOfKeys,
  timestampOf,
  type ImageOutput,
  type ImageVector,
} from '../../support/image-vectors.ts';
import { vectorFile } from '../../support/wolfboot-vectors.ts';

/*
 * The independent reading of the format, held against everything that wolfBoot's sign made: what it says
 * of our images counts only because it says nothing against these.
 */

/** A key of another size under the option of a larger one, and a signature that is none. */
const QUIRKS = ['quirk-rsa4096-option-with-rsa2048-key', 'quirk-rsa2048-manual-hdr1024'];

const cases = imageManifest.images
  .filter(({ id }) => !QUIRKS.includes(id))
  .flatMap((vector) =>
    vector.outputs
      .filter(({ kind }) => kind !== 'digest' && kind !== 'policy_sig')
      .map((output) => ({ file: output.file, vector, output })),
  );

describe('the independent reading', () => {
  it('sees them all', () => {
    expect(cases.length).toBeGreaterThan(250);
  });

  it.each(cases)('says nothing against $file', ({ vector, output }) => {
    expect(complaintsAbout(plainOf(vector, output), orderOf(vector, output))).toEqual([]);
  });

  const [plain] = cases;
  it.each([0, 4, 9, 20, 33, 50, 90, 130, 200, 300])('speaks up about byte %i', (at) => {
    if (!plain) throw new Error('no vector');
    const bytes = plainOf(plain.vector, plain.output);
    bytes[at]! ^= 1;
    expect(complaintsAbout(bytes, orderOf(plain.vector, plain.output))).not.toEqual([]);
  });
});

/** Decrypted, where it is encrypted: AES fills the last block with FF. */
function plainOf(vector: ImageVector, { kind, file }: ImageOutput): Uint8Array {
  const bytes = vectorFile(file);
  if (!kind.endsWith('encrypted')) return bytes;
  const plain = vector.outputs.find(
    (other) => other.kind === (kind === 'encrypted' ? 'signed' : 'diff'),
  );
  const decrypted = decipher(cipherOf(vector), vectorFile(keyFileOf(vector)), bytes);
  const length = plain?.size ?? 0;
  expect(decrypted.subarray(length).every((byte) => byte === 0xff)).toBe(true);
  return decrypted.subarray(0, length);
}

function cipherOf({ command }: ImageVector): 'chacha20' | 'aes128-ctr' | 'aes256-ctr' {
  if (command.includes('--aes128')) return 'aes128-ctr';
  return command.includes('--aes256') ? 'aes256-ctr' : 'chacha20';
}

function keyFileOf(vector: ImageVector): string {
  return {
    chacha20: 'payloads/enc_chacha.key',
    'aes128-ctr': 'payloads/enc_aes128.key',
    'aes256-ctr': 'payloads/enc_aes256.key',
  }[cipherOf(vector)];
}

/** The words of the command, as section 19 has them. */
function orderOf(vector: ImageVector, output: ImageOutput): ImageOrder {
  const { command, env } = vector;
  const has = (word: string): boolean => command.includes(word);
  const after = (word: string): string => command[command.indexOf(word) + 1] ?? '';
  const hash: OrderHash = has('--sha384') ? 'sha384' : has('--sha3') ? 'sha3-384' : 'sha256';
  const partitionId = has('--wolfboot-update') ? 0 : has('--id') ? Number(after('--id')) : 1;
  const payload = imageManifest.payloads.find(({ id }) => id === vector.payload)!;
  const isDiff = output.kind.startsWith('diff');
  const headerSize =
    env.IMAGE_HEADER_SIZE === undefined ? undefined : Number(env.IMAGE_HEADER_SIZE);
  return {
    hash,
    version: vector.version,
    partitionId,
    timestamp: has('--no-ts') ? undefined : timestampOf(vector),
    key: keyOf(vector, vector.key),
    secondKey: keyOf(vector, vector.key2),
    headerSize,
    customTlvs: customTlvs(command),
    deviceTree: has('--dts') ? vectorFile('payloads/board.dtb') : undefined,
    certificateChain: has('--cert-chain') ? vectorFile('payloads/certchain.bin') : undefined,
    policy: has('--policy') ? vectorFile('payloads/policy.bin') : undefined,
    deltaRun: has('--delta'),
    delta: isDiff ? deltaOf(vector) : undefined,
    payload: isDiff ? plainOf(vector, output).slice(vector.header_size) : vectorFile(payload.file),
    headerOnly: output.kind === 'header',
  };
}

/** The base is the image of another vector; of keys that never sign alike twice it was not kept. */
function deltaOf(vector: ImageVector): DeltaOrder {
  const { command, env, key, outputs } = vector;
  const base = imageManifest.images.find(
    ({ id, key: baseKey }) => /^delta-(?:ed25519-)?base$/.test(id) && baseKey === key,
  );
  return {
    base: base?.outputs[0] && vectorFile(base.outputs[0].file),
    baseHeaderSize: base?.header_size ?? 0,
    target: vectorFile(outputs.find(({ kind }) => kind === 'signed')!.file),
    sectorSize: Number(env.WOLFBOOT_SECTOR_SIZE),
    padTo: command.includes('--encrypt') ? 64 : 16,
    baseDigest: !command.includes('--no-base-sha'),
  };
}

function keyOf({ command }: ImageVector, id: string | null | undefined): OrderKey | undefined {
  const [slot] = slotsOfKeys(id);
  return (
    slot && {
      authKey: slot.keyType,
      publicKey: slot.publicKey,
      multiTree: id?.startsWith('xmssmt'),
      digestInfo: command.some((word) => /^--rsa\d+enc$/.test(word)),
    }
  );
}

function customTlvs(command: readonly string[]): OrderTlv[] {
  return command.flatMap((word, index): readonly OrderTlv[] => {
    const [first = '', second = '', third = ''] = command.slice(index + 1);
    const tag = Number(first);
    switch (word) {
      case '--custom-tlv': {
        const value = Buffer.alloc(8);
        value.writeBigUInt64LE(BigInt(third));
        return [{ tag, value: value.subarray(0, Number(second)) }];
      }
      case '--custom-tlv-string':
        return [{ tag, value: Buffer.from(second) }];
      case '--custom-tlv-buffer':
        return [{ tag, value: Buffer.from(second, 'hex') }];
      case '--custom-tlv-file':
        return [{ tag, value: vectorFile('payloads/blob.bin') }];
      case '--custom-tlv-pubkey-der':
        return slotsOfKeys('ecc256-der').map(({ publicKey: value }) => ({ tag, value }));
      case '--cmdline':
        return [{ tag: 0x34, value: Buffer.from(first) }];
      default:
        return [];
    }
  });
}
