/** A board that runs version 1, and the images of a boot proof for it. */
import { scheme, type KeySpec } from '../../src/core/crypto/index.ts';
import type { BoardBuild } from '../../src/core/ports/index.ts';
import {
  proveBoot,
  type BootProof,
  type BootProofCall,
  type BootProofInput,
} from '../../src/core/provisioning/index.ts';
import { createConsole, type UpdateImage } from '../../src/core/serial/index.ts';
import {
  parseImage,
  wronglySigned,
  type BootloaderProfile,
} from '../../src/core/wolfboot/index.ts';
import {
  openConsole,
  p256Profile,
  provisionedBench,
  signImage,
  type TestKey,
} from './booted-board.ts';
import { seededRng } from './bytes-rng.ts';
import type { SimBench } from './sim-bench.ts';

export async function runningBoard(
  key: TestKey,
  build: Partial<BoardBuild> = {},
): Promise<SimBench> {
  const bench = provisionedBench({
    keys: [key],
    bootImage: await signImage(key, { version: 1 }),
    build,
  });
  bench.panel.setPlug('stLink', true);
  await bench.clock.sleep(5000);
  return bench;
}

export function updateImage(bytes: Uint8Array): UpdateImage {
  const { version, headerSizeBytes, payloadSizeBytes } = parseImage(bytes, 'image');
  return { bytes, version, headerSizeBytes, payloadSizeBytes };
}

/** Signs as somebody would who has no key of the keystore. */
export async function strangerSign(key: TestKey, digest: Uint8Array): Promise<Uint8Array> {
  const { algorithm } = key.pair;
  const rng = seededRng('stranger');
  const pair = await scheme(algorithm).generate({ algorithm } as KeySpec, { rng });
  return (await scheme(algorithm).sign(pair.privateKey, digest, { rng })).signature;
}

export interface ProofWish {
  readonly rightVersion?: number;
  readonly wrongVersion?: number;
  readonly how?: 'stranger-key' | 'signature-of-another';
  readonly profile?: BootloaderProfile;
}

export async function proofInput(key: TestKey, wish: ProofWish = {}): Promise<BootProofInput> {
  const { rightVersion = 3, wrongVersion = 2, how = 'stranger-key' } = wish;
  const right = await signImage(key, { version: rightVersion });
  const wrong = await wronglySigned(right, 'wrong.bin', {
    version: wrongVersion,
    sign: how === 'stranger-key' ? (digest) => strangerSign(key, digest) : undefined,
  });
  return {
    slots: [key.slot],
    profile: wish.profile ?? p256Profile,
    right: { image: updateImage(right), fileName: 'right.bin' },
    wrong: { image: updateImage(wrong), fileName: 'wrong.bin', how },
  };
}

export async function prove(
  bench: SimBench,
  input: BootProofInput,
  call: BootProofCall = {},
): Promise<BootProof> {
  const console = createConsole(await openConsole(bench), bench.clock);
  try {
    return await proveBoot(console, bench.clock, input, call);
  } finally {
    await console.close();
  }
}
