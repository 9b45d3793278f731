/** The flashers that are compared: our engine, and the loops that other programs have. */
import type { ControlPipe, ControlRequest } from '../../src/core/ports/index.ts';
import { openDfu } from '../../src/core/stm32/index.ts';
import { createRealClock } from '../../src/platform/clock.ts';
import { FLASH, framesOf, PacedDevice, type DeviceShape } from './paced-device.ts';

export const sideNames = ['keyfuse', 'pointer-each-block', 'page-timers'] as const;

export type SideName = (typeof sideNames)[number];

export interface Measured {
  readonly milliseconds: number;
  /** What the device states and bound B, for the blocks and one set-address. */
  readonly limitMs: number;
  readonly earlyPolls: number;
  readonly transfers: number;
}

const clock = createRealClock();

/** Sum of the stated waits and the frames of the transfers that no flasher can do without. */
function limitOf(shape: DeviceShape, lengthBytes: number): number {
  const blocks = Math.ceil(lengthBytes / shape.transferBytes);
  const block = shape.blockPollMs + framesOf(shape.transferBytes) + 2 * framesOf(6);
  return blocks * block + shape.addressPollMs + framesOf(5) + 2 * framesOf(6);
}

/** Writes `lengthBytes` and looks whether they are there. Throws when they are not. */
export async function measure(
  side: SideName,
  shape: DeviceShape,
  lengthBytes: number,
): Promise<Measured> {
  const device = new PacedDevice(shape);
  const image = Uint8Array.from({ length: lengthBytes }, (_, index) => (index * 31 + 7) & 0xff);
  const write = await prepare(side, device, shape);
  const before = device.transfers;
  const startedMs = performance.now();
  await write(image);
  const milliseconds = performance.now() - startedMs;
  if (image.some((byte, index) => device.flash[index] !== byte)) {
    throw new Error(`${side}: the device does not hold the image`);
  }
  return {
    milliseconds,
    limitMs: limitOf(shape, lengthBytes),
    earlyPolls: device.earlyPolls,
    transfers: device.transfers - before,
  };
}

async function prepare(
  side: SideName,
  device: PacedDevice,
  shape: DeviceShape,
): Promise<(image: Uint8Array) => Promise<void>> {
  if (side === 'keyfuse') {
    const session = await openDfu(device, clock);
    await session.readMemory(0, FLASH, 16);
    return (image) => session.writeFlash(0, FLASH, image);
  }
  return (image) => plainLoop(device, image, shape.transferBytes, PLAIN[side]);
}

interface PlainLoop {
  /** dfu-util sets the pointer before every block. */
  readonly pointerEachBlock: boolean;
  readonly sleep: (durationMs: number) => Promise<void>;
}

const PLAIN: Readonly<Record<Exclude<SideName, 'keyfuse'>, PlainLoop>> = {
  'pointer-each-block': { pointerEachBlock: true, sleep: (ms) => clock.sleep(ms) },
  'page-timers': {
    pointerEachBlock: false,
    sleep: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms);
      }),
  },
};

const TIME = { timeoutMs: 5_000 };

function dfu(request: number, value = 0): ControlRequest {
  return { type: 'class', recipient: 'interface', request, value, index: 0 };
}

async function plainLoop(
  pipe: ControlPipe,
  image: Uint8Array,
  blockBytes: number,
  { pointerEachBlock, sleep }: PlainLoop,
): Promise<void> {
  const download = async (value: number, data: Uint8Array): Promise<void> => {
    await pipe.controlOut(dfu(1, value), data, TIME);
    for (;;) {
      const answer = await pipe.controlIn(dfu(3), 6, TIME);
      if (answer[4] !== 4) return;
      await sleep((answer[1] ?? 0) + (answer[2] ?? 0) * 256);
    }
  };
  for (let at = 0; at < image.length; at += blockBytes) {
    if (pointerEachBlock || at === 0) await download(0, pointerTo(FLASH + at));
    const block = pointerEachBlock ? 2 : 2 + at / blockBytes;
    await download(block, image.subarray(at, at + blockBytes));
  }
}

function pointerTo(address: number): Uint8Array {
  const command = new Uint8Array(5);
  command[0] = 0x21;
  new DataView(command.buffer).setUint32(1, address, true);
  return command;
}
