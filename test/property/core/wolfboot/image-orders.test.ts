import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../../src/core/errors.ts';
import { buildSignedImage, verifyImage } from '../../../../src/core/wolfboot/index.ts';
import {
  optionsOf,
  orderSigners,
  ordersFor,
  type SignedOrder,
} from '../../../support/image-orders.ts';
import { complaintsAbout, headerSizeOf } from '../../../support/independent-image.ts';

/*
 * Whatever is ordered: the builder makes an image that a second reading of the document, with code of its
 * own, has nothing to say against, and that our own verifier takes; or it refuses exactly what wolfBoot's
 * sign refuses.
 */

const TIMEOUT_MS = 120_000;
/** A private operation of RSA-4096 takes most of a second; trees and lattices some tens of milliseconds. */
const SLOW = /^(?:rsa|lms|xmss|mldsa)/;

function runsFor(name: string): number {
  return SLOW.test(name) ? 6 : 30;
}

function build(ordered: SignedOrder): Promise<Uint8Array> {
  const { order, first, second } = ordered;
  return buildSignedImage(order.payload, optionsOf(ordered), first?.signer, second?.signer);
}

const overflow = Symbol('overflow');

async function buildOrOverflow(ordered: SignedOrder): Promise<Uint8Array | typeof overflow> {
  try {
    return await build(ordered);
  } catch (error) {
    if (isAppError(error, 'image-header-overflow')) return overflow;
    throw error;
  }
}

async function checkOrder(ordered: SignedOrder): Promise<void> {
  const { order, first, second } = ordered;
  const bytes = await buildOrOverflow(ordered);
  expect(bytes === overflow).toBe(headerSizeOf(order) === 'overflow');
  if (bytes === overflow) return;
  expect(complaintsAbout(bytes, order)).toEqual([]);
  const slots = [second, first].flatMap((signer) => (signer ? [signer.slot] : []));
  const verdict = await verifyImage(bytes, slots);
  if (!first) {
    expect(verdict).toMatchObject({ ok: false, code: 'image-unsigned' });
    return;
  }
  expect(verdict).toMatchObject({
    ok: true,
    slotIndex: slots.length - 1,
    secondarySlotIndex: second && 0,
    version: order.version,
    partitionId: order.partitionId,
    headerSizeBytes: headerSizeOf(order),
  });
}

describe.each(orderSigners)('images signed with $name', (signer) => {
  it('obey the document and verify', { timeout: TIMEOUT_MS }, async () => {
    await fc.assert(fc.asyncProperty(ordersFor(signer), checkOrder), {
      numRuns: runsFor(signer.name),
    });
  });
});

describe('images signed with nothing', () => {
  it('obey the document and are refused', async () => {
    await fc.assert(fc.asyncProperty(ordersFor(undefined), checkOrder), { numRuns: 60 });
  });
});
