/**
 * Whole runs with the engines in the device worker: burning on both routes, its faults and its resumption, an
 * update over the console. And what the worker must refuse, whoever asks.
 */
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/bytes/index.ts';
import { createConsole, updateFirmware } from '../../src/core/serial/index.ts';
import { openBoard, type TransferEntry } from '../../src/core/stm32/index.ts';
import { writeOtpUnit } from '../../src/core/stm32/otp-write.ts';
import {
  confirmBurned,
  erasePrimer,
  type BurnProgress,
  type ApprovedPlan,
} from '../../src/core/provisioning/index.ts';
import { buildSampleApplication } from '../../src/virtual/index.ts';
import type { CallRequest, DeviceRequest } from '../../src/workers/devices/protocol.ts';
import { openConsole, provisionedBench, signImage, testKey } from '../support/booted-board.ts';
import {
  approved,
  burnWith,
  cellsOf,
  enterDfu,
  intendedImage,
  intendedPrimer,
  journalOf,
  otpImage,
  person,
  plan,
  udsOf,
  writesToOtp,
} from '../support/burning.ts';
import type { FakeWorker } from '../support/device-worker.ts';
import { expectRejects } from '../support/expect-error.ts';
import { behindWorker, hostedDfuBench } from '../support/hosted-bench.ts';
import { slots } from '../support/keys.ts';

const keystore = await slots('ecdsa-p256', 2);
const OTP_BASE = 0x08fff000;

function isOrder(request: DeviceRequest): request is CallRequest {
  return 'method' in request && request.method === 'perform';
}

/** Sends a message as any script of the page could that got hold of the worker. */
function sendRaw(worker: FakeWorker, request: Omit<CallRequest, 'hooks' | 'call'>) {
  return new Promise<unknown>((resolve) => {
    worker.onMessage((reply) => {
      if ('call' in reply && reply.call === 9999) resolve(reply);
    });
    worker.postMessage({ call: 9999, hooks: [], ...request });
  });
}

describe('a burn in the worker', () => {
  it('writes the image through the OTP alternate and returns what a burn here returns', async () => {
    const { hosted } = await hostedDfuBench();
    const stages: string[] = [];
    const approval = await approved(hosted, { keystore, intended: intendedImage(keystore) });
    const outcome = await burnWith(hosted, approval, {
      onProgress: ({ stage }) => {
        if (stages.at(-1) !== stage) stages.push(stage);
      },
    });
    expect(outcome).toMatchObject({ kind: 'burned', resumed: false, plan: approval.plan });
    expect(outcome.verification).toMatchObject({ ok: true, itemCount: 2, uds: 'present' });
    expect(outcome.halfwordsWritten).toBe(approval.plan.summary.counts.new);
    expect(outcome.inspection.otp).toMatchObject({ kind: 'read', via: 'otp-alternate' });
    expect(stages).toEqual(['inspecting', 'writing-otp', 'verifying']);
    expect(toHex(hosted.board.otp.peek())).toBe(toHex(otpImage(keystore)));
    expect((await journalOf(hosted))?.phase).toBe('done');
  });

  it('writes nothing a second time, and orders nothing for it', async () => {
    const { hosted, devices } = await hostedDfuBench();
    const wish = { keystore, intended: intendedImage(keystore) };
    const approval = await approved(hosted, wish);
    await burnWith(hosted, approval);
    const orders = devices.workers[0]!.requests.filter(isOrder).length;
    const writes = writesToOtp(hosted);
    expect((await burnWith(hosted, approval)).kind).toBe('already-burned');
    expect((await confirmBurned(await plan(hosted, wish), hosted.env)).verification.ok).toBe(true);
    expect(devices.workers[0]!.requests.filter(isOrder)).toHaveLength(orders);
    expect(writesToOtp(hosted)).toBe(writes);
  });

  it('stops after the unit under way when cancelled, and the same approval goes on', async () => {
    const { hosted } = await hostedDfuBench();
    const approval = await approved(hosted, { keystore, intended: intendedImage(keystore) });
    const controller = new AbortController();
    const onProgress = (progress: BurnProgress): void => {
      if (progress.stage === 'writing-otp' && progress.doneHalfwords >= 24) controller.abort();
    };
    await expectRejects(
      burnWith(hosted, approval, { signal: controller.signal, onProgress }),
      'cancelled',
    );
    expect((await journalOf(hosted))?.phase).toBe('writing');
    expect(writesToOtp(hosted)).toBeGreaterThan(0);
    expect(toHex(hosted.board.otp.peek())).not.toBe(toHex(otpImage(keystore)));
    const outcome = await burnWith(hosted, approval);
    expect(outcome).toMatchObject({ kind: 'burned', resumed: true });
    expect(toHex(hosted.board.otp.peek())).toBe(toHex(otpImage(keystore)));
  });

  it('tells a pulled plug by its code, and goes on when the board is back', async () => {
    const { hosted } = await hostedDfuBench();
    const approval = await approved(hosted, { keystore, intended: intendedImage(keystore) });
    hosted.panel.armFault({ kind: 'unplug-at-byte', plug: 'user-usb', atByte: 9_000 });
    await expectRejects(burnWith(hosted, approval), 'usb-disconnected');
    await enterDfu(hosted);
    expect((await burnWith(hosted, approval)).verification.ok).toBe(true);
    expect(toHex(hosted.board.otp.peek())).toBe(toHex(otpImage(keystore)));
  });

  it('goes on in a new worker when the old one died in the middle', async () => {
    const { hosted, devices } = await hostedDfuBench();
    const approval = await approved(hosted, { keystore, intended: intendedImage(keystore) });
    const onProgress = (progress: BurnProgress): void => {
      if (progress.stage === 'writing-otp' && progress.doneHalfwords >= 24) {
        devices.workers[0]!.die('out of memory');
      }
    };
    await expectRejects(burnWith(hosted, approval, { onProgress }), 'internal', 'out of memory');
    expect(devices.workers[0]!.terminated).toBe(true);
    // A browser ends the worker's work with it; here the dead one still runs its step to the end.
    await hosted.clock.sleep(60_000);
    const outcome = await burnWith(hosted, approval);
    expect(outcome.verification.ok).toBe(true);
    expect(devices.workers).toHaveLength(2);
  });

  it('flashes a primer, lets the board burn itself and erases the primer', async () => {
    const { hosted } = await hostedDfuBench();
    const approval = await approved(hosted, { keystore, intended: intendedPrimer(keystore) });
    const outcome = await burnWith(hosted, approval, person(hosted));
    expect(outcome).toMatchObject({ kind: 'burned', halfwordsWritten: 0 });
    expect(outcome.verification).toMatchObject({ ok: true, uds: 'present' });
    expect(hosted.board.flash.usedSectors()).toEqual([]);
    await erasePrimer(hosted.env, hosted.serial);
    expect((await journalOf(hosted))?.phase).toBe('done');
  });

  it('keeps the UDS out of every answer but the reading, and out of the transcript', async () => {
    const { hosted } = await hostedDfuBench();
    const entries: TransferEntry[] = [];
    const approval = await approved(hosted, { keystore, intended: intendedImage(keystore) });
    await burnWith(
      {
        ...hosted,
        env: { ...hosted.env, transcript: (entry) => entries.push(entry) },
      },
      approval,
    );
    expect(entries.length).toBeGreaterThan(100);
    const uds = toHex(udsOf('a'));
    expect(JSON.stringify(entries)).not.toContain(uds.slice(0, 16));
    expect(JSON.stringify(approval.plan)).not.toContain(uds.slice(0, 16));
  });
});

describe('what the worker refuses', () => {
  it('writes no OTP through a session from afar', async () => {
    const { hosted } = await hostedDfuBench();
    const [device] = await hosted.bench.usb.list();
    const board = await openBoard(device!, hosted.bench.clock, { timeoutMs: 1000 });
    const word = Uint8Array.of(1, 2, 3, 4);
    await expectRejects(writeOtpUnit(board.session, 3, OTP_BASE, word), 'invalid-argument');
    await expectRejects(board.session.writeFlash(3, OTP_BASE, word), 'invalid-argument');
    await expectRejects(
      device!.open({ timeoutMs: 1000 }),
      'not-supported',
      'by the engine in its worker',
    );
    await board.close();
    expect(writesToOtp(hosted)).toBe(0);
  });

  it.each([
    [
      'another confirmation',
      (order: Order) => ({ ...order, typed: { ...order.typed, boardTail: 'ZZZZ' } }),
      'confirmation-mismatch',
    ],
    ['another plan', (order: Order) => ({ ...order, planHash: '0'.repeat(64) }), 'plan-changed'],
    [
      'unproven backups',
      (order: Order) => ({ ...order, backups: { proven: new Set(), external: new Set() } }),
      'plan-refused',
    ],
    ['another keystore', (order: Order) => ({ ...order, keystore: [] }), 'plan-refused'],
    ['no act at all', () => ({ act: 'write-otp', address: OTP_BASE }), 'plan-not-approved'],
    ['nothing', () => undefined, 'plan-not-approved'],
  ] as const)('burns nothing for an order with %s', async (_name, forge, code) => {
    const { hosted, devices } = await hostedDfuBench();
    const order = await orderOf(hosted, devices.workers);
    const before = cellsOf(hosted);
    const reply = await sendRaw(devices.workers[0]!, {
      handle: undefined,
      method: 'perform',
      args: [forge(order), {}],
    });
    expect(reply).toMatchObject({ ok: false, error: { code } });
    expect(cellsOf(hosted)).toBe(before);
    expect(writesToOtp(hosted)).toBe(0);
  });

  it('carries the order out that was not forged: the refusals are about the forgery', async () => {
    const { hosted, devices } = await hostedDfuBench();
    const order = await orderOf(hosted, devices.workers);
    const reply = await sendRaw(devices.workers[0]!, {
      handle: undefined,
      method: 'perform',
      args: [order, {}],
    });
    expect(reply).toMatchObject({ ok: true, value: { kind: 'burned' } });
  });

  it('burns nothing on a board that is not as it was when the plan was made', async () => {
    const { hosted, devices } = await hostedDfuBench();
    const order = await orderOf(hosted, devices.workers);
    hosted.board.otp.program(900, 0x1234);
    const reply = await sendRaw(devices.workers[0]!, {
      handle: undefined,
      method: 'perform',
      args: [order, {}],
    });
    expect(reply).toMatchObject({ ok: false, error: { code: 'plan-changed' } });
    expect(writesToOtp(hosted)).toBe(0);
  });

  it('knows no call that is not of the desk or of what it opened', async () => {
    const { hosted, devices } = await hostedDfuBench();
    await hosted.bench.usb.list();
    for (const method of ['constructor', '__proto__', 'toString', 'engineOf', 'controlOut']) {
      const reply = await sendRaw(devices.workers[0]!, { handle: undefined, method, args: [] });
      expect(reply, method).toMatchObject({ ok: false, error: { code: 'invalid-argument' } });
    }
  });
});

type Order = Readonly<Record<string, unknown>> & { readonly typed: { readonly boardTail: string } };

/** The order that a real burn sends, caught before it was carried out: the board stays blank. */
async function orderOf(
  hosted: Awaited<ReturnType<typeof hostedDfuBench>>['hosted'],
  workers: readonly FakeWorker[],
): Promise<Order> {
  const approval: ApprovedPlan = await approved(hosted, {
    keystore,
    intended: intendedImage(keystore),
  });
  const worker = workers[0]!;
  hosted.panel.setPlug('userUsb', false);
  await hosted.clock.sleep(1000);
  await expectRejects(burnWith(hosted, approval), 'usb-no-device');
  await enterDfu(hosted);
  const sent = worker.requests.findLast(isOrder);
  // The worker overwrote the secret bytes of what it took; so the image is put in again.
  const order = sent?.args[0] as Order & { image: object; inspection: { otp: object } };
  const blank = new Uint8Array(2048).fill(0xff);
  return {
    ...order,
    image: { ...order.image, bytes: otpImage(keystore) },
    inspection: { ...order.inspection, otp: { ...order.inspection.otp, bytes: blank } },
  };
}

describe('an update with the line in the worker', () => {
  it('ends with the new version seen running and confirmed', async () => {
    const key = await testKey();
    const payload = buildSampleApplication('small').slice(0, 6 * 1024);
    const bootImage = await signImage(key, { version: 1, payload });
    const image = await signImage(key, { version: 2, payload });
    const { hosted } = behindWorker(provisionedBench({ keys: [key], bootImage }));
    hosted.panel.setPlug('stLink', true);
    await hosted.clock.sleep(5000);
    const dialogue = createConsole(await openConsole(hosted), hosted.bench.clock);
    const outcome = await updateFirmware(
      dialogue,
      hosted.bench.clock,
      { bytes: image, version: 2, headerSizeBytes: 1024, payloadSizeBytes: image.length - 1024 },
      { receiverHeaderSizeBytes: 1024 },
    );
    await dialogue.close();
    expect(outcome).toMatchObject({ kind: 'proven', version: 2, transfersNeeded: 1 });
  });
});
