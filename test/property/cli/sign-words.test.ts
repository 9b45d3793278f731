import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildSignedImage } from '../../../src/core/wolfboot/index.ts';
import { CliDirectory } from '../../support/cli-host.ts';
import { deltaPairs, type DeltaPair } from '../../support/delta-orders.ts';
import {
  optionsOf,
  orderSigners,
  ordersFor,
  type OrderSigner,
  type SignedOrder,
} from '../../support/image-orders.ts';
import { complaintsAbout, headerSizeOf } from '../../support/independent-image.ts';
import { decipher } from '../../support/independent-patch.ts';
import { commandOf } from '../../support/order-words.ts';

/* Random words of `sign`: what they make is what was ordered, and the same as without a command line. */

const TIMEOUT_MS = 120_000;
const DELTA_RUNS = 25;

const signers: readonly (OrderSigner | undefined)[] = [
  undefined,
  ...orderSigners.filter(({ name }) =>
    ['ed25519', 'ed448', 'ecc256', 'ecc521', 'rsa2048', 'rsa2048enc', 'rsapss2048'].includes(name),
  ),
];

/** Whether every run gives the same signature. */
function isRepeatable({ first, second }: SignedOrder): boolean {
  return [first, second].every((signer) => !signer || /^(?:ed|rsa2048)/.test(signer.name));
}

async function inDirectory(work: (directory: CliDirectory) => Promise<void>): Promise<void> {
  const directory = new CliDirectory();
  try {
    await work(directory);
  } finally {
    directory.remove();
  }
}

describe.each(signers.map((signer) => ({ name: signer?.name ?? 'nothing', signer })))(
  'the words of sign, with $name',
  ({ signer }) => {
    it('make what they say', { timeout: TIMEOUT_MS }, async () => {
      await fc.assert(
        fc.asyncProperty(ordersFor(signer), async ({ order, first, second }) => {
          const ordered = { order: { ...order, deltaRun: undefined }, first, second };
          await inDirectory((directory) => checkCommand(directory, ordered));
        }),
        { numRuns: signer?.name.startsWith('rsa') === true ? 6 : 20 },
      );
    });
  },
);

async function checkCommand(directory: CliDirectory, ordered: SignedOrder): Promise<void> {
  const { order, first, second } = ordered;
  const { words, environment } = commandOf(directory, ordered);
  const before = directory.list();
  const changeTimeSeconds = order.timestamp;
  const { exitCode, stderr } = await directory.run(words, { environment, changeTimeSeconds });
  if (headerSizeOf(order) === 'overflow') {
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('IMAGE_HEADER_SIZE');
    expect(directory.list()).toEqual(before);
    return;
  }
  expect({ exitCode, stderr: withoutWarnings(stderr) }).toEqual({ exitCode: 0, stderr: '' });
  const image = directory.read(`fw_v${order.version}_signed.bin`);
  expect(complaintsAbout(image, order)).toEqual([]);
  if (!isRepeatable(ordered)) return;
  const direct = await buildSignedImage(
    order.payload,
    optionsOf(ordered),
    first?.signer,
    second?.signer,
  );
  expect(Buffer.compare(image, direct)).toBe(0);
}

const CIPHER_OPTIONS = {
  chacha20: '--chacha',
  'aes128-ctr': '--aes128',
  'aes256-ctr': '--aes256',
} as const;

const keyFile = Uint8Array.from({ length: 48 }, (_, index) => index * 5);

interface DeltaCommand {
  readonly pair: DeltaPair;
  readonly cipher: keyof typeof CIPHER_OPTIONS;
  readonly headerSize: number;
}

async function checkDeltaCommand(directory: CliDirectory, command: DeltaCommand): Promise<void> {
  const { pair, cipher, headerSize } = command;
  const { base, next, sectorSize, baseDigest, forEncryption } = pair;
  const baseImage = await buildSignedImage(
    base.order.payload,
    optionsOf(base),
    base.first?.signer,
    base.second?.signer,
  );
  directory.write('base.bin', baseImage);
  directory.write('enc.key', keyFile);
  const { words, environment } = commandOf(directory, next, [
    ...['--delta', 'base.bin', ...(baseDigest ? [] : ['--no-base-sha'])],
    ...(forEncryption ? ['--encrypt', 'enc.key', CIPHER_OPTIONS[cipher], '--keep-iv'] : []),
  ]);
  const { exitCode, stderr } = await directory.run(words, {
    environment: { ...environment, WOLFBOOT_SECTOR_SIZE: String(sectorSize) },
    changeTimeSeconds: next.order.timestamp,
  });
  const padTo = forEncryption ? 64 : 16;
  const stem = `fw_v${next.order.version}_signed`;
  const shared = {
    base: baseImage,
    baseHeaderSize: headerSize,
    sectorSize,
    padTo,
    baseDigest,
  } as const;
  if (headerSizeOf({ ...next.order, delta: { ...shared, target: baseImage } }) !== headerSize) {
    // Its fields need a larger header than the base has: no bootloader would boot both.
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('IMAGE_HEADER_SIZE');
    return;
  }
  expect({ exitCode, stderr: withoutWarnings(stderr) }).toEqual({ exitCode: 0, stderr: '' });
  const target = directory.read(`${stem}.bin`);
  expect(complaintsAbout(target, next.order)).toEqual([]);
  const diff = directory.read(`${stem}_diff.bin`);
  const payload = diff.subarray(headerSize);
  const delta = { ...shared, target };
  expect(complaintsAbout(diff, { ...next.order, payload, delta })).toEqual([]);
  if (!forEncryption) return;
  const plain = decipher(cipher, keyFile, directory.read(`${stem}_diff_encrypted.bin`));
  expect(Buffer.compare(plain.subarray(0, diff.length), diff)).toBe(0);
}

describe('the words of sign, with --delta and --encrypt', () => {
  // The keys of XMSS count on: that is another test's matter.
  const pairs = deltaPairs().filter(({ next }) => next.first?.algorithm !== 'xmss');
  const ciphers = fc.constantFrom('chacha20', 'aes128-ctr', 'aes256-ctr');

  it('make what they say', { timeout: TIMEOUT_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(pairs, ciphers, async (pair, cipher) => {
        const headerSize = headerSizeOf(pair.next.order);
        if (headerSize === 'overflow') return;
        await inDirectory((directory) =>
          checkDeltaCommand(directory, { pair, cipher, headerSize }),
        );
      }),
      { numRuns: DELTA_RUNS },
    );
  });
});

function withoutWarnings(stderr: string): string {
  return stderr.replace(/^warning: .*$/gm, '').trim();
}
