// The firmware store: a signature may take long, is counted, and what is signed is judged.
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { throwIfCancelled } from '../../../src/core/ports/index.ts';
import { makeDeltaPatches } from '../../../src/core/wolfboot/index.ts';
import { createFirmwareStore } from '../../../src/state/firmware.ts';
import { createKeysStore, type KeysStore } from '../../../src/state/keys.ts';
import { createKeystoreStore } from '../../../src/state/keystore.ts';
import type { Files } from '../../../src/state/services.ts';
import { buildSampleApplication } from '../../../src/virtual/index.ts';
import { createKeyring } from '../../../src/workers/keyring/keyring.ts';
import type { Keyring } from '../../../src/workers/keyring/protocol.ts';
import { until } from '../../support/app-bench.ts';
import { testBrowser } from '../../support/keyring-parts.ts';
import { memoryStore } from '../../support/memory-store.ts';

const secret = { kind: 'passphrase', passphrase: 'correct horse battery' } as const;
const spec = { algorithm: 'lms', lms: { levels: 1, height: 5, winternitz: 8 } } as const;

function page(browser = testBrowser(), signImage?: Keyring['signImage']) {
  const own = createKeyring(browser.tab());
  const keyring: Keyring = signImage === undefined ? own : { ...own, signImage };
  const files: Files = { save: () => undefined, pick: () => Promise.resolve(undefined) };
  const samples = {
    application: async () => ({ name: 'app.bin', bytes: buildSampleApplication('test') }),
    bootloader: () => Promise.reject(new Error('not asked for')),
    primer: () => Promise.reject(new Error('not asked for')),
  };
  const clock = { nowMs: () => 0, wallMs: () => 1_800_000_000_000, sleep: async () => undefined };
  const keys = createKeysStore({ keyring, files });
  const keystore = createKeystoreStore({ keyring, files, store: memoryStore() }, keys);
  const deltaMaker = { makePatches: makeDeltaPatches };
  const services = { keyring, files, samples, clock, deltaMaker };
  const firmware = createFirmwareStore(services, keys, keystore);
  const sign = (version: number): Promise<void> =>
    firmware.getState().sign({
      firmwareId: firmware.getState().files[0]!.id,
      keyId: keys.getState().keys[0]!.id,
      version,
      partitionId: 1,
      headerSizeBytes: 8192,
      timestamp: false,
    });
  return { browser, keys, keystore, firmware, sign };
}

describe('the firmware store', () => {
  it('shows how far a signature is, and signs nothing when it is cancelled', async () => {
    const { keys, firmware, sign } = page(undefined, (_id, _firmware, _options, call) => {
      call?.onProgress?.({ done: 1, total: 4 });
      return new Promise((_resolve, reject) => {
        call?.signal?.addEventListener('abort', () => {
          reject(new AppError('cancelled', 'cancelled'));
        });
      });
    });
    await keys.getState().generate('k', { algorithm: 'ed25519' });
    await firmware.getState().loadSample();
    const signing = sign(1);
    await until(() => firmware.getState().progress !== undefined, 'progress is shown');
    expect(firmware.getState()).toMatchObject({
      progress: { done: 1, total: 4 },
      activity: { kind: 'busy', what: 'sign' },
    });
    firmware.getState().cancel();
    await signing;
    expect(firmware.getState()).toMatchObject({
      progress: undefined,
      activity: { kind: 'idle' },
      images: [],
    });
  });

  it('judges anew without touching what it does or what failed', async () => {
    const notYet = (): void => undefined;
    let finish: (error: unknown) => void = notYet;
    const { keys, firmware, sign } = page(undefined, async (_id, _firmware, _options, call) => {
      throwIfCancelled(call?.signal);
      return new Promise((_resolve, reject) => {
        finish = reject;
      });
    });
    await keys.getState().generate('k', { algorithm: 'ed25519' });
    await firmware.getState().loadSample();
    const signing = sign(1);
    await until(() => finish !== notYet, 'the key is asked');
    await firmware.getState().judgeAll();
    expect(firmware.getState().activity).toEqual({ kind: 'busy', what: 'sign' });
    finish(new AppError('key-exhausted', 'no index is left'));
    await signing;
    await firmware.getState().judgeAll();
    expect(firmware.getState().activity).toMatchObject({ kind: 'failed', what: 'sign' });
  });

  it('lets the keys page count what is signed, here and in another tab', async () => {
    const { browser, keys: one, firmware, sign } = page();
    await one.getState().generate('counted', spec);
    await one.getState().createVault(secret);
    const { keys: two } = page(browser);
    await two.getState().unlock(secret);
    const next = (keys: KeysStore) => keys.getState().keys[0]?.signatures?.nextIndex;
    expect([next(one), next(two)]).toEqual([0n, 0n]);
    await firmware.getState().loadSample();
    await sign(1);
    expect(firmware.getState().images[0]?.verdict).toBeDefined();
    await until(() => next(one) === 1n, 'this tab counts the signature');
    await until(() => (next(two) ?? 0n) >= 1n, 'the other tab counts it');
  });
});
