/**
 * The plug of QEMU's emulated FTDI adapter, which the guest sees only while its socket is connected:
 * connecting is plugging in, closing is pulling out.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PacedLine } from './paced-line.ts';

const BAUD = 115_200;

export class SerialPlug {
  /** What the guest sends, at the line's pace. */
  onReceive: (bytes: Uint8Array) => void = () => undefined;
  readonly #path: string;
  #socket: Socket | undefined;
  #toGuest: PacedLine | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async plugIn(): Promise<void> {
    if (this.#socket !== undefined) return;
    const socket = connect(this.#path);
    await once(socket, 'connect');
    // QEMU ends before this process does.
    socket.on('error', () => undefined);
    const fromGuest = new PacedLine(BAUD, (bytes) => {
      this.onReceive(bytes);
    });
    socket.on('data', (chunk) => {
      fromGuest.push(chunk);
    });
    socket.on('close', () => {
      fromGuest.stop();
    });
    this.#toGuest = new PacedLine(BAUD, (bytes) => socket.write(bytes));
    this.#socket = socket;
  }

  /** Nothing arrives while the plug is out. */
  send(bytes: Uint8Array): void {
    this.#toGuest?.push(bytes);
  }

  async unplug(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#toGuest?.stop();
    this.#toGuest = undefined;
    if (socket === undefined || socket.destroyed) return;
    const closed = once(socket, 'close');
    socket.destroy();
    await closed;
  }
}
