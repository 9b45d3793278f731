// A hash-based key all the way: made in a vault, signed with after a lock, started by the virtual board.
import { expect, it } from 'vitest';
import { createKeyring } from '../../../src/workers/keyring/keyring.ts';
import { appBench } from '../../support/app-bench.ts';
import { layDown } from '../../support/booted-board.ts';
import { testBrowser } from '../../support/keyring-parts.ts';
import { simBench } from '../../support/sim-bench.ts';

const secret = { kind: 'passphrase', passphrase: 'correct horse battery' } as const;
const walkthrough = { algorithm: 'lms', lms: { levels: 2, height: 5, winternitz: 8 } } as const;
/** Two levels of trees are computed without WebAssembly. */
const timeoutMs = 60_000;

it(
  'an LMS key of a vault signs what the virtual board with that bootloader starts',
  async () => {
    const browser = testBrowser();
    const bench = simBench({ startPowered: false });
    const { state } = appBench({ bench, keyring: createKeyring(browser.tab()) });
    const { bench: benches, keys, keystore, firmware, update } = state;
    keystore.getState().setProfile('stm32h5-tz-dualbank-otp-lms');
    const { profile } = keystore.getState().view;
    expect(profile.headerSizeBytes).toBe(8192);
    await keys.getState().generate('line', walkthrough);
    await keys.getState().createVault(secret);
    await keys.getState().lock();
    await keys.getState().unlock(secret);

    await firmware.getState().loadSample();
    for (const version of [1, 2]) {
      await firmware.getState().sign({
        firmwareId: firmware.getState().files[0]!.id,
        keyId: keys.getState().keys[0]!.id,
        version,
        partitionId: 1,
        headerSizeBytes: profile.headerSizeBytes,
        timestamp: false,
      });
    }
    expect(firmware.getState().activity).toEqual({ kind: 'idle' });
    const [first, second] = firmware.getState().images;
    expect([first?.verdict, second?.verdict]).toMatchObject([
      { ok: true, slotIndex: 0 },
      { ok: true, slotIndex: 0 },
    ]);

    const { slots } = keystore.getState().view;
    layDown(bench, { slots, profile, bootImage: first!.bytes });
    await benches.getState().useVirtual(1);
    bench.panel.setPlug('stLink', true);
    await bench.clock.sleep(5000);
    await update.getState().connect();
    expect(update.getState().board?.info.firmwareVersion).toBe(1);
    update.getState().chooseImage(second!.id);
    await update.getState().start();
    expect(update.getState().job).toMatchObject({ kind: 'proven' });
    expect(update.getState().board?.info.firmwareVersion).toBe(2);
  },
  timeoutMs,
);
