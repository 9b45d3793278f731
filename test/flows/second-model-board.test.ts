/** Primer, boot and update on the second model of the board: its programs are written from documents, too. */
import { describe, expect, it } from 'vitest';
import { verifyOverPrimer, type BurnProgress } from '../../src/core/provisioning/index.ts';
import {
  createConsole,
  createPrimerDialogue,
  updateFirmware,
} from '../../src/core/serial/index.ts';
import type { KeystoreSlot } from '../../src/core/wolfboot/index.ts';
import { boardBench, type BoardBench } from '../real-stack/in-node/board-bench.ts';
import { approve, burnChip } from '../real-stack/in-node/chip-burning.ts';
import { otpImage, p256Profile } from '../support/burning.ts';
import { intendedKeyfusePrimer } from '../support/keyfuse-primer.ts';
import { slots } from '../support/keys.ts';
import { signingKey, updateOf, wholeImage } from '../support/update-images.ts';

const keystore = await slots('ecdsa-p256', 2);
const intended = intendedKeyfusePrimer(keystore);
const wish = { keystore, intended };
const key = await signingKey('ecdsa-p256');

/** Lets the board run for a while and brings it back, as the burn asks. */
function letsRun(bench: BoardBench, whileItRuns: () => Promise<void>) {
  const move = async (): Promise<void> => {
    bench.board.boot0 = false;
    await bench.board.reset();
    await bench.clock.sleep(1000);
    await whileItRuns();
    bench.board.boot0 = true;
    await bench.board.reset();
  };
  return {
    onProgress: ({ stage }: BurnProgress) => {
      if (stage === 'waiting-for-run') void bench.clock.sleep(100).then(move);
    },
  };
}

describe('our primer as its document describes it', () => {
  it('burns, answers status, dump and lock, and proves what it did', async () => {
    const bench = boardBench();
    let proof: unknown;
    let result: string | undefined;
    const outcome = await burnChip(
      bench,
      await approve(bench, wish),
      letsRun(bench, async () => {
        const dialogue = createPrimerDialogue(bench.line, bench.clock);
        result = (await dialogue.status()).result;
        const expected = { intended, profile: p256Profile, serial: bench.chip.serialNumber };
        proof = await verifyOverPrimer(bench.line, bench.clock, expected);
      }),
    );
    expect(result).toBe('done');
    expect(proof).toMatchObject({ serial: bench.chip.serialNumber });
    expect(outcome).toMatchObject({ kind: 'burned', verification: { ok: true, uds: 'present' } });
    expect(bench.chip.otp.rewrites).toBe(0);
    expect(bench.chip.otp.cells).not.toContain('ruined');
    expect(bench.board.started).toEqual(['primer', 'rom']);
    expect(bench.chip.flash.read(0x08000000, 64)).toEqual(new Uint8Array(64).fill(0xff));
  });
});

function provisioned(slot: KeystoreSlot, image: Uint8Array): BoardBench {
  const bench = boardBench();
  for (const [halfword, value] of new Uint16Array(otpImage([slot]).buffer).entries()) {
    if (value !== 0xffff) bench.chip.otp.programHalfword(halfword, value);
  }
  bench.chip.flash.load(0x08060000, image);
  bench.board.boot0 = false;
  return bench;
}

describe('an update over the console', () => {
  it('is proven and confirmed on the second model', async () => {
    const bench = provisioned(key.slot, await wholeImage(key, { version: 1 }));
    await bench.board.reset();
    const console = createConsole(bench.line, bench.clock);
    const image = updateOf(await wholeImage(key, { version: 2 }));
    const outcome = await updateFirmware(console, bench.clock, image, {
      receiverHeaderSizeBytes: 1024,
    });
    expect(outcome).toMatchObject({ kind: 'proven', versionBefore: 1, version: 2 });
    expect(outcome.confirmed.keys[0]?.bytes).toEqual(key.slot.publicKey);
    await console.close();
  });

  it('does not boot what another key has signed', async () => {
    const other = await signingKey('ecdsa-p256', {}, 'other');
    const bench = provisioned(key.slot, await wholeImage(other, { version: 1 }));
    await bench.board.reset();
    expect(bench.board.started).toEqual(['nothing']);
  });
});
