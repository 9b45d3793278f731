/** The few requests a test sends to the ROM by hand; deliberately not our DfuSe engine. */
import type { ControlPipe, ControlRequest } from '../../../../src/core/ports/index.ts';
import type { SimBench } from '../../../support/sim-bench.ts';

export const TIMEOUT = { timeoutMs: 5000 };

function classRequest(request: number, value = 0): ControlRequest {
  return { type: 'class', recipient: 'interface', request, value, index: 0 };
}

export interface Status {
  readonly status: number;
  readonly pollTimeoutMs: number;
  readonly state: number;
}

export class DfuClient {
  readonly pipe: ControlPipe;
  readonly #bench: SimBench;

  constructor(pipe: ControlPipe, bench: SimBench) {
    this.pipe = pipe;
    this.#bench = bench;
  }

  download(block: number, data: Uint8Array): Promise<void> {
    return this.pipe.controlOut(classRequest(1, block), data, TIMEOUT);
  }

  upload(block: number, lengthBytes: number): Promise<Uint8Array> {
    return this.pipe.controlIn(classRequest(2, block), lengthBytes, TIMEOUT);
  }

  async getStatus(): Promise<Status> {
    const answer = await this.pipe.controlIn(classRequest(3), 6, TIMEOUT);
    const [status, low, mid, high, state] = answer as unknown as number[];
    return { status: status!, pollTimeoutMs: low! | (mid! << 8) | (high! << 16), state: state! };
  }

  clearStatus(): Promise<void> {
    return this.pipe.controlOut(classRequest(4), new Uint8Array(), TIMEOUT);
  }

  abort(): Promise<void> {
    return this.pipe.controlOut(classRequest(6), new Uint8Array(), TIMEOUT);
  }

  /** The status after the announced wait. */
  async finish(): Promise<Status> {
    const first = await this.getStatus();
    if (first.state !== 4) return first;
    await this.#bench.clock.sleep(first.pollTimeoutMs);
    return this.getStatus();
  }

  async run(block: number, data: Uint8Array): Promise<Status> {
    await this.download(block, data);
    return this.finish();
  }

  setAddress(address: number): Promise<Status> {
    return this.run(0, withAddress(0x21, address));
  }

  eraseSector(address: number): Promise<Status> {
    return this.run(0, withAddress(0x41, address));
  }

  /** Set address, ABORT, one UPLOAD, ABORT. */
  async read(address: number, lengthBytes: number): Promise<Uint8Array> {
    await this.setAddress(address);
    await this.abort();
    const bytes = await this.upload(2, lengthBytes);
    await this.abort();
    return bytes;
  }
}

export function withAddress(opcode: number, address: number): Uint8Array {
  const command = new Uint8Array(5);
  command[0] = opcode;
  new DataView(command.buffer).setUint32(1, address, true);
  return command;
}

/** USER USB in, BOOT0 high, reset; waits for the device and opens it. */
export async function openRom(bench: SimBench): Promise<DfuClient> {
  bench.panel.setPlug('userUsb', true);
  bench.panel.setBoot0(true);
  bench.panel.pressReset();
  await bench.clock.sleep(300);
  const device = await bench.bench.usb.choose();
  return new DfuClient(await device.open(TIMEOUT), bench);
}
