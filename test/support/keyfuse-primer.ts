/** Our own primer, filled, and the serial line to it. */
import type { BytePipe } from '../../src/core/ports/index.ts';
import { intendPrimer, type IntendedOtp } from '../../src/core/provisioning/index.ts';
import { builtInPrimer } from '../../src/core/wolfboot/built-in-primer.ts';
import {
  analysePrimer,
  fillKeyfusePrimer,
  type KeyfusePrimerInput,
  type KeystoreSlot,
} from '../../src/core/wolfboot/index.ts';
import { p256Profile } from './burning.ts';
import type { SimBench } from './sim-bench.ts';

type Wish = Partial<Omit<KeyfusePrimerInput, 'slots'>>;

export function keyfusePrimer(slots: readonly KeystoreSlot[], wish: Wish = {}): Uint8Array {
  return fillKeyfusePrimer(builtInPrimer(), {
    profile: p256Profile,
    uds: 'generate',
    ...wish,
    slots,
  });
}

export function intendedKeyfusePrimer(
  slots: readonly KeystoreSlot[],
  wish: Wish = {},
): IntendedOtp {
  const bytes = keyfusePrimer(slots, wish);
  return intendPrimer(analysePrimer(bytes, 'keyfuse-primer.bin'), bytes);
}

export async function openLine({ bench }: SimBench): Promise<BytePipe> {
  const port = await bench.serial.choose();
  return port.open({ baudRate: 115200 });
}

/** The primer in flash without a burn, started. */
export async function runInFlash(bench: SimBench, image: Uint8Array): Promise<void> {
  bench.board.flash.load(0x08000000, image);
  bench.panel.setPlug('stLink', true);
  bench.panel.setBoot0(false);
  bench.panel.pressReset();
  await bench.clock.sleep(1000);
}
