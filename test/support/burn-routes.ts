/** The same burn on either route, for tests that must hold on both. */
import type { ApprovedPlan, IntendedOtp } from '../../src/core/provisioning/index.ts';
import type { KeystoreSlot } from '../../src/core/wolfboot/index.ts';
import {
  approved,
  dfuBench,
  intendedImage,
  intendedPrimer,
  udsOf,
  type BurnBench,
} from './burning.ts';

export const BENCH_OF_EACH = ['otp-alternate', 'primer'] as const;

export interface RouteBench extends BurnBench {
  intend(slots: readonly KeystoreSlot[], uds: Uint8Array): IntendedOtp;
  approve(slots: readonly KeystoreSlot[]): Promise<ApprovedPlan>;
}

export async function burnBench(
  route: (typeof BENCH_OF_EACH)[number],
  options: { readonly powerOverUsbOnly?: boolean } = {},
): Promise<RouteBench> {
  const bench = await dfuBench();
  if (options.powerOverUsbOnly === true) bench.panel.setPlug('stLink', false);
  const intend = (slots: readonly KeystoreSlot[], uds: Uint8Array): IntendedOtp =>
    route === 'primer' ? intendedPrimer(slots) : intendedImage(slots, { uds });
  return {
    ...bench,
    intend,
    approve: (slots) => approved(bench, { keystore: slots, intended: intend(slots, udsOf('a')) }),
  };
}
