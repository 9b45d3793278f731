/**
 * A virtual board as it lies on the desk after provisioning: keys in OTP, sample bootloader and
 * application version 1 in flash, TrustZone on. And the key, to sign more.
 */
import { scheme, type KeyPair, type KeySpec } from '../../src/core/crypto/index.ts';
import type { BytePipe } from '../../src/core/ports/index.ts';
import {
  authKeyNamed,
  bootloaderProfiles,
  buildOtpImage,
  buildSignedImage,
  type AuthKeyName,
  type BootloaderProfile,
  type KeystoreSlot,
} from '../../src/core/wolfboot/index.ts';
import { createPrng } from '../../src/virtual/prng.ts';
import {
  buildSampleApplication,
  buildSampleBootloader,
  type VirtualBenchOptions,
} from '../../src/virtual/index.ts';
import { simBench, type SimBench } from './sim-bench.ts';

const BOOTLOADER_ADDRESS = 0x08000000;
export const BOOT_PARTITION = 0x08060000;
export const UPDATE_PARTITION = 0x08160000;
const APPLICATION_PARTITION_ID = 1;

export const [p256Profile] = bootloaderProfiles;

export interface TestKey {
  readonly pair: KeyPair;
  readonly slot: KeystoreSlot;
}

export async function testKey(
  options: { readonly name?: string; readonly type?: AuthKeyName; readonly mask?: number } = {},
): Promise<TestKey> {
  const { algorithms, code } = authKeyNamed(options.type ?? 'ECC256');
  const [algorithm] = algorithms;
  if (algorithm === undefined) throw new Error('no scheme for this key type');
  const rng = createPrng(7, `test key ${options.name ?? ''}`);
  const pair = await scheme(algorithm).generate({ algorithm } as KeySpec, { rng });
  const publicKeySize = pair.publicKey.length;
  const partitionMask = options.mask ?? 0xffffffff;
  return {
    pair,
    slot: { slotId: 0, keyType: code, partitionMask, publicKey: pair.publicKey, publicKeySize },
  };
}

export interface SignOptions {
  readonly version: number;
  readonly payload?: Uint8Array;
  readonly partitionId?: number;
  readonly headerSizeBytes?: number;
}

export function signImage(key: TestKey, options: SignOptions): Promise<Uint8Array> {
  const { pair, slot } = key;
  const payload = options.payload ?? buildSampleApplication(`version ${options.version}`);
  return buildSignedImage(
    payload,
    {
      keyType: slot.keyType,
      partitionId: options.partitionId ?? APPLICATION_PARTITION_ID,
      version: options.version,
      hash: 'sha256',
      headerSizeBytes: options.headerSizeBytes ?? 1024,
    },
    {
      publicKey: pair.publicKey,
      sign: async (digest) => {
        const rng = createPrng(9, 'signature');
        const { signature } = await scheme(pair.algorithm).sign(pair.privateKey, digest, { rng });
        return signature;
      },
    },
  );
}

export interface ProvisionOptions extends Partial<VirtualBenchOptions> {
  readonly keys: readonly Pick<TestKey, 'slot'>[];
  readonly bootImage?: Uint8Array | undefined;
  readonly updateImage?: Uint8Array | undefined;
  readonly otpProfile?: BootloaderProfile;
}

/** Writes OTP and flash of a board that was started by nobody yet. */
export function layDown(
  { board, panel }: SimBench,
  what: {
    readonly slots: readonly KeystoreSlot[];
    readonly profile: BootloaderProfile;
    readonly bootImage?: Uint8Array | undefined;
    readonly updateImage?: Uint8Array | undefined;
  },
): void {
  const otp = buildOtpImage({ profile: what.profile, slots: what.slots, uds: undefined });
  for (let at = 0; at < otp.length; at += 2) {
    const value = otp[at]! | (otp[at + 1]! << 8);
    if (value !== 0xffff) board.otp.program(at / 2, value);
  }
  board.flash.load(BOOTLOADER_ADDRESS, buildSampleBootloader());
  if (what.bootImage) board.flash.load(BOOT_PARTITION, what.bootImage);
  if (what.updateImage) board.flash.load(UPDATE_PARTITION, what.updateImage);
  panel.setTrustZone(true);
}

/** Off: nothing has been started yet. */
export function provisionedBench(options: ProvisionOptions): SimBench {
  const bench = simBench({ ...options, startPowered: false });
  layDown(bench, {
    slots: options.keys.map(({ slot }) => slot),
    profile: options.otpProfile ?? p256Profile,
    bootImage: options.bootImage,
    updateImage: options.updateImage,
  });
  return bench;
}

/** Powers the board on and opens its console. */
export async function openConsole(bench: SimBench): Promise<BytePipe> {
  bench.panel.setPlug('stLink', true);
  const port = await bench.bench.serial.choose();
  return port.open({ baudRate: 115200 });
}
