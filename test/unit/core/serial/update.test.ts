import { afterEach, describe, expect, it } from 'vitest';
import { createCanceller } from '../../../../src/core/ports/index.ts';
import {
  createConsole,
  updateFirmware,
  type UpdateImage,
  type UpdateOptions,
  type UpdateOutcome,
  type UpdateProgress,
} from '../../../../src/core/serial/index.ts';
import { imageLike } from '../../../support/serial/model-receiver.ts';
import { RecordedBoard, recordedReboot } from '../../../support/serial/recorded-board.ts';
import { SimLine } from '../../../support/serial/sim-line.ts';
import { simClock } from '../../../support/sim-bench.ts';

const HEADER = 1024;
const PACKETS = 40;
const ACK = 0x06;

let stop: () => void = () => undefined;
afterEach(() => stop());

function setUp(rebootText = recordedReboot('xmodem-ok'), version = 2) {
  const line = new SimLine(simClock());
  const board = new RecordedBoard(line, { rebootText, headerSizeBytes: HEADER });
  stop = () => board.stop();
  const console = createConsole(line, line.clock);
  const bytes = imageLike(PACKETS, HEADER);
  const image: UpdateImage = {
    bytes,
    version,
    headerSizeBytes: HEADER,
    payloadSizeBytes: bytes.length - HEADER,
  };
  const stages: UpdateProgress[] = [];
  const update = (
    options: Partial<UpdateOptions> = {},
    of: UpdateImage = image,
  ): Promise<UpdateOutcome> =>
    updateFirmware(console, line.clock, of, {
      receiverHeaderSizeBytes: HEADER,
      onProgress: (progress) => stages.push(progress),
      ...options,
    });
  return { line, board, image, stages, update, console };
}

function names(stages: readonly UpdateProgress[]): string[] {
  return stages.map(({ stage }) => stage).filter((stage, index, all) => stage !== all[index - 1]);
}

/** Loses the nth ACK. */
function loseAck(n: number) {
  let acks = 0;
  return (bytes: Uint8Array): Uint8Array =>
    bytes.length === 1 && bytes[0] === ACK && acks++ === n ? new Uint8Array(0) : bytes;
}

describe('a firmware update', () => {
  it('ends proven when the new version answers, is TESTING and lets itself be confirmed', async () => {
    const { board, stages, update } = setUp();
    const outcome = await update();
    expect(outcome).toMatchObject({
      kind: 'proven',
      versionBefore: 1,
      version: 2,
      stateAfterReboot: 'TESTING',
      confirmed: { state: 'CONFIRMED', firmwareVersion: 2 },
      transfer: { packets: PACKETS, resends: 0 },
      transfersNeeded: 1,
    });
    expect(board.receiver).toBeUndefined();
    expect(names(stages)).toEqual([
      'checking',
      'erasing',
      'waiting-for-receiver',
      'sending',
      'receiver-done',
      'rebooting',
      'proving',
      'confirming',
    ]);
  });

  it('is proven as well when the image boots without having been marked', async () => {
    const { update } = setUp(recordedReboot('xmodem-trailing-reboot'));
    expect(await update()).toMatchObject({
      stateAfterReboot: 'NEW',
      confirmed: { state: 'CONFIRMED' },
    });
  });

  it('is rejected when the old version is back and the update partition is empty', async () => {
    const { update } = setUp(recordedReboot('xmodem-wrongkey'));
    await expect(update()).rejects.toMatchObject({
      code: 'update-rejected',
      context: { expectedVersion: 2, runningVersion: 1 },
    });
  });

  it('is not proven when the image stays a candidate', async () => {
    const { update } = setUp(recordedReboot('xmodem-v1'));
    await expect(update()).rejects.toMatchObject({
      code: 'update-not-proven',
      context: { reason: 'still-a-candidate' },
    });
  });

  it('is rejected when the newer image stays in the update partition of a build with one bank', async () => {
    const kept = recordedReboot('xmodem-v1').replace(
      'Candidate firmware version : 0x1',
      'Candidate firmware version : 0x2',
    );
    const { update } = setUp(kept);
    await expect(update()).rejects.toMatchObject({
      code: 'update-rejected',
      context: { reason: 'image-refused-and-kept' },
    });
  });

  it('is not proven by a version that was running before', async () => {
    const { update } = setUp(recordedReboot('xmodem-v1'), 1);
    await expect(update({ force: true })).rejects.toMatchObject({
      code: 'update-not-proven',
      context: { reason: 'same-as-before' },
    });
  });

  it('is not proven when the new version does not let itself be confirmed', async () => {
    const { board, update } = setUp();
    const refusing = 'update success confirmed.\r\n\r\ncmd> ';
    const say = board.say.bind(board);
    board.say = (text) => {
      if (text === refusing) board.infoText = recordedReboot('xmodem-ok');
      say(text);
    };
    await expect(update()).rejects.toMatchObject({
      code: 'update-not-proven',
      context: { reason: 'not-confirmed', state: 'TESTING' },
    });
  });

  it('reads info again when the boot text came damaged', async () => {
    const { line, update } = setUp();
    line.damageIn = (bytes) =>
      bytes.length > 600 && bytes[0] === 0x3d ? bytes.with(700, 0x00) : bytes;
    expect((await update()).version).toBe(2);
  });

  it('is proven by info when the banner got lost', async () => {
    const { line, update } = setUp();
    line.damageIn = (bytes) => (bytes.length > 600 && bytes[0] === 0x3d ? bytes.slice(200) : bytes);
    const outcome = await update();
    expect(outcome.boot.banner).toBeUndefined();
    expect(outcome.version).toBe(2);
  });

  it('gives up when the board does not come back', async () => {
    const { board, update, line } = setUp();
    const failing = update({
      bootTimeoutMs: 20_000,
      onProgress: ({ stage }) => {
        if (stage === 'rebooting') line.clock.schedule(500, () => board.stop());
      },
    });
    await expect(failing).rejects.toMatchObject({ code: 'console-silent' });
  });
});

describe('before anything is erased, an update is refused', () => {
  async function refused(
    reason: string,
    change: (image: UpdateImage) => UpdateImage,
    options = {},
  ) {
    const { board, image, update } = setUp();
    await expect(update(options, change(image))).rejects.toMatchObject({
      code: 'update-refused',
      context: { reason },
    });
    expect(board.commands).not.toContain('update');
  }

  it.each([0, 1])('when version %i is not newer than what runs', async (version) => {
    await refused('not-newer', (image) => ({ ...image, version }));
  });

  it('when the header is not of the size the receiver was built with', async () => {
    await refused('header-size', (image) => image, { receiverHeaderSizeBytes: 256 });
  });

  it('when the file is shorter or longer than header and payload', async () => {
    await refused('incomplete', (image) => ({ ...image, bytes: image.bytes.slice(0, -1) }));
    await refused('incomplete', (image) => ({ ...image, bytes: Uint8Array.of(...image.bytes, 0) }));
  });

  it('when its size field says something else, as in an encrypted image', async () => {
    await refused('not-a-plain-image', (image) => ({ ...image, bytes: image.bytes.with(5, 0xee) }));
    await refused('not-a-plain-image', (image) => ({ ...image, bytes: image.bytes.with(0, 0xee) }));
  });

  it('when it is a patch for another version than the one that runs', async () => {
    await refused('wrong-base', (image) => ({ ...image, baseVersion: 7 }));
  });

  it('when its ciphertext would end the transfer early', async () => {
    const encrypted = (sizeField: number) => (image: UpdateImage) => {
      const bytes = image.bytes.slice();
      bytes[0]! ^= 0xff;
      new DataView(bytes.buffer).setUint32(4, sizeField, true);
      return { ...image, bytes, encrypted: true };
    };
    const lastPacketAt = (PACKETS - 1) * 128;
    await refused('receiver-ends-early', encrypted(0));
    await refused('receiver-ends-early', encrypted(lastPacketAt - HEADER));
    // The sum has 32 bits.
    await refused('receiver-ends-early', encrypted(0xffffffff));
    const { update, image } = setUp();
    const fits = encrypted(lastPacketAt - HEADER + 1)(image);
    expect(await update({}, fits)).toMatchObject({ kind: 'proven' });
  });

  it('when an encrypted file is more than its padding longer than the image', async () => {
    const padded = (extraBytes: number) => (image: UpdateImage) => ({
      ...image,
      bytes: new Uint8Array(image.bytes.length + extraBytes).fill(0x55),
      encrypted: true,
    });
    await refused('incomplete', padded(16));
    await refused('incomplete', padded(-1));
  });

  it('when it does not fit the partition', async () => {
    const { update } = setUp();
    await expect(update({ partitionSizeBytes: 4096 })).rejects.toMatchObject({
      code: 'image-too-large',
    });
  });
});

describe('an accident during an update', () => {
  it('of a lost ACK costs a moment only', async () => {
    const { line, update } = setUp();
    line.damageIn = loseAck(9);
    expect(await update()).toMatchObject({
      kind: 'proven',
      transfersNeeded: 1,
      transfer: { resends: 2 },
    });
  });

  it('of a lost first ACK costs a second transfer', async () => {
    const { line, update } = setUp();
    line.damageIn = loseAck(0);
    expect(await update()).toMatchObject({ kind: 'proven', transfersNeeded: 2 });
  });

  it('of a lost last ACK is decided by the proof', async () => {
    const { line, update } = setUp();
    line.damageIn = loseAck(PACKETS - 1);
    expect(await update()).toMatchObject({
      kind: 'proven',
      transfer: { lastPacket: 'unconfirmed' },
    });
  });

  it('of a silent receiver is named, and a new call succeeds', async () => {
    const { line, board, update } = setUp();
    const { damageOut } = line;
    let packets = 0;
    line.damageOut = (bytes) => (bytes.length > 100 && ++packets > 7 ? new Uint8Array(0) : bytes);
    line.damageIn = (bytes) => (packets > 7 && bytes.length === 1 ? new Uint8Array(0) : bytes);
    await expect(update()).rejects.toMatchObject({ code: 'xmodem-no-receiver' });
    line.damageOut = damageOut;
    line.damageIn = damageOut;
    expect(await update()).toMatchObject({ kind: 'proven' });
    expect(board.commands.filter((command) => command === 'update')).toHaveLength(2);
  });

  it('of an unplugged adapter is named, and a new console finishes the job', async () => {
    const { line, image, board, update } = setUp();
    let packets = 0;
    line.damageOut = (bytes) => {
      if (bytes.length > 100 && ++packets === 7) line.unplug();
      return bytes;
    };
    await expect(update()).rejects.toMatchObject({ code: 'serial-disconnected' });
    line.replug();
    line.damageOut = (bytes) => bytes;
    const again = await updateFirmware(createConsole(line, line.clock), line.clock, image, {
      receiverHeaderSizeBytes: HEADER,
    });
    expect(again.kind).toBe('proven');
    expect(board.reboots).toBe(1);
  });

  it('of a reset in mid-transfer is named, and a new call succeeds', async () => {
    const { line, board, update } = setUp();
    let packets = 0;
    line.damageOut = (bytes) => {
      if (bytes.length > 100 && ++packets === 7) board.reset('\r\nVersion : 0x1\r\n\r\ncmd> ');
      return bytes;
    };
    await expect(update()).rejects.toMatchObject({
      code: 'xmodem-failed',
      context: { reason: 'receiver-reset' },
    });
    expect(await update()).toMatchObject({ kind: 'proven' });
  });

  it('is not a cancelled call: that leads the board back to its prompt', async () => {
    const { board, update, console } = setUp();
    const canceller = createCanceller();
    const cancelled = update({
      signal: canceller.signal,
      onProgress: (progress) => {
        if (progress.stage === 'sending' && progress.packets === 10) canceller.cancel();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(board.receiver?.accepted).toHaveLength(11);
    expect(board.reboots).toBe(0);
    expect(await console.probe()).toBe('prompt');
  });
});
