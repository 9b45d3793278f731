/**
 * Whole updates of the virtual board over its console, undisturbed and with every fault that can
 * strike a serial line: each ends with version 2 proven, or in a named error with version 1 intact
 * and a second attempt that succeeds.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { isAppError } from '../../src/core/errors.ts';
import type { BoardFault } from '../../src/core/ports/index.ts';
import { createConsole, updateFirmware, type UpdateOutcome } from '../../src/core/serial/index.ts';
import { buildSampleApplication } from '../../src/virtual/index.ts';
import {
  openConsole,
  provisionedBench,
  signImage,
  testKey,
  type TestKey,
} from '../support/booted-board.ts';
import type { SimBench } from '../support/sim-bench.ts';

const HEADER_BYTES = 1024;
/** Small, so that many updates take little time; more than 256 packets are tried once. */
const PAYLOAD_BYTES = 6 * 1024;

let key: TestKey;
let version1: Uint8Array;
let version2: Uint8Array;
beforeAll(async () => {
  key = await testKey();
  const payload = buildSampleApplication('small').slice(0, PAYLOAD_BYTES);
  version1 = await signImage(key, { version: 1, payload });
  version2 = await signImage(key, { version: 2, payload });
});

async function bootedBench(): Promise<SimBench> {
  const bench = provisionedBench({ keys: [key], bootImage: version1 });
  bench.panel.setPlug('stLink', true);
  await bench.clock.sleep(5000);
  return bench;
}

async function update(bench: SimBench, image = version2): Promise<UpdateOutcome> {
  bench.panel.setPlug('stLink', true);
  const console = createConsole(await openConsole(bench), bench.clock);
  try {
    return await updateFirmware(
      console,
      bench.clock,
      {
        bytes: image,
        version: 2,
        headerSizeBytes: HEADER_BYTES,
        payloadSizeBytes: image.length - HEADER_BYTES,
      },
      { receiverHeaderSizeBytes: HEADER_BYTES },
    );
  } finally {
    await console.close();
  }
}

function detailOf(bench: SimBench): string {
  const { running } = bench.panel.state();
  return running.kind === 'firmware' ? running.detail : running.kind;
}

describe('an update over the console', () => {
  it('ends with the new version seen running and confirmed', async () => {
    const bench = await bootedBench();
    const outcome = await update(bench);
    expect(outcome).toMatchObject({
      kind: 'proven',
      versionBefore: 1,
      version: 2,
      stateAfterReboot: 'TESTING',
      transfersNeeded: 1,
    });
    expect(detailOf(bench)).toBe('application version 2, CONFIRMED');
  });

  it('of more than 256 packets works too', async () => {
    const payload = new Uint8Array(40 * 1024);
    payload.set(buildSampleApplication('large'));
    const bench = await bootedBench();
    expect(await update(bench, await signImage(key, { version: 2, payload }))).toMatchObject({
      kind: 'proven',
    });
  });

  it('is not believed when the image does not verify', async () => {
    const flipped = version2.slice();
    flipped[4000]! ^= 1;
    const bench = await bootedBench();
    await expect(update(bench, flipped)).rejects.toMatchObject({ code: 'update-rejected' });
    expect(await update(bench)).toMatchObject({ kind: 'proven' });
  });
});

const matrix: BoardFault[] = [
  ...[1, 2, 9, 56, 57].map((atPacket): BoardFault => ({ kind: 'lost-ack', atPacket })),
  ...[0, 1, 2, 30, 56].map((atPacket): BoardFault => ({ kind: 'silent-receiver', atPacket })),
  ...[3, 500, 1100, 1300, 1600, 2500, 7000].flatMap((atByte): BoardFault[] => [
    { kind: 'corrupt-byte', path: 'serial-out', atByte },
    { kind: 'unplug-at-byte', plug: 'st-link', atByte },
  ]),
  ...[3, 400, 1000, 1040, 1060].map((atByte): BoardFault => ({
    kind: 'corrupt-byte',
    path: 'serial-in',
    atByte,
  })),
];

describe('with a fault on the line:', () => {
  it.each(matrix.map((fault) => [JSON.stringify(fault), fault] as const))(
    '%s',
    async (_name, fault) => {
      const bench = await bootedBench();
      bench.panel.armFault(fault);
      let outcome = 'proven';
      try {
        await update(bench);
      } catch (error) {
        if (!isAppError(error)) throw error;
        outcome = error.code;
      }
      if (outcome !== 'proven') {
        expect(outcome).not.toBe('internal');
        bench.panel.clearFaults();
        bench.panel.setPlug('stLink', true);
        bench.panel.pressReset();
        await bench.clock.sleep(5000);
        // A complete image counts by its version, whether or not its transfer was heard to end.
        const alreadyThere = await update(bench).then(
          () => false,
          (error: unknown) => isAppError(error, 'update-refused'),
        );
        expect(detailOf(bench)).toMatch(
          alreadyThere ? /^application version 2, (NEW|TESTING)$/ : /^application version 2, CONF/,
        );
      } else {
        expect(detailOf(bench)).toBe('application version 2, CONFIRMED');
      }
    },
  );
});
