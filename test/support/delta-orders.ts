/** Random pairs of a signed image and its successor, of which a delta image is to be made. */
import fc from 'fast-check';
import { orderSigners, ordersFor, type SignedOrder } from './image-orders.ts';

export interface DeltaPair {
  readonly base: SignedOrder;
  readonly next: SignedOrder;
  readonly sectorSize: number;
  readonly baseDigest: boolean;
  readonly forEncryption: boolean;
}

/** One of every length of signature that matters: short, long, longer than a sector. */
const signers = orderSigners.filter(({ name }) =>
  ['ed25519', 'ecc256', 'ecc384', 'mldsa2', 'xmss-10'].includes(name),
);

/** Cut out, put in, changed: what happens to code between two builds. */
function edit(payload: Uint8Array): fc.Arbitrary<Uint8Array> {
  const at = fc.nat(payload.length);
  return fc
    .array(fc.record({ at, cut: fc.nat(60), put: fc.uint8Array({ maxLength: 60 }) }), {
      maxLength: 4,
    })
    .map((edits) =>
      edits.reduce(
        (bytes, { at: start, cut, put }) =>
          new Uint8Array([...bytes.slice(0, start), ...put, ...bytes.slice(start + cut)]),
        payload,
      ),
    );
}

/** The escape byte of patches is frequent, and stretches repeat. */
function firmware(): fc.Arbitrary<Uint8Array> {
  const byte = fc.oneof(fc.nat(255), fc.constant(0x7f));
  const stretch = fc.array(byte, { minLength: 1, maxLength: 200 });
  return fc
    .array(fc.tuple(stretch, fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 6 })
    .map((parts) =>
      Uint8Array.from(
        parts.flatMap(([bytes, times]) => Array(times).fill(bytes).flat() as number[]),
      ),
    );
}

/** A board keeps one header size, and a device tree is not compatible with a delta. */
export function deltaPairs(): fc.Arbitrary<DeltaPair> {
  return fc
    .constantFrom(...signers)
    .chain((signer) => fc.tuple(ordersFor(signer), firmware()))
    .chain(([next, payload]) =>
      fc.record({
        next: fc.constant(next),
        payload: fc.constant(payload),
        nextPayload: edit(payload),
        baseVersion: fc.integer({ min: 1, max: 0xffffffff }),
        sectorSize: fc.constantFrom(7, 64, 256, 1000, 4096, 65_535),
        baseDigest: fc.boolean(),
        forEncryption: fc.boolean(),
      }),
    )
    .map(({ next, payload, nextPayload, baseVersion, ...rest }) => {
      const shared = { ...next.order, deviceTree: undefined, deltaRun: true };
      return {
        ...rest,
        base: { ...next, order: { ...shared, version: baseVersion, payload } },
        next: { ...next, order: { ...shared, payload: nextPayload } },
      };
    });
}
