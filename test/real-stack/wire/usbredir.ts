/**
 * Plugs an emulated device into QEMU's `-device usb-redir,chardev=...`: the usbredir protocol as the
 * "usb-host" side, over QEMU's listening socket. Endpoint 0, configuration, alternates, reset.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { EmulatedUsbDevice } from '../chip/usb-device.ts';
import {
  Packet,
  PacketReader,
  TransferStatus,
  agreesOnLongIds,
  helloBody,
  packetBytes,
  type PacketIn,
} from './usbredir-packets.ts';

const FULL_SPEED = 1;
const CONTROL_HEADER_BYTES = 10;
const DIRECTION_IN = 0x80;
const ENDPOINTS = 32;
const UNUSED_ENDPOINT = 255;

export class UsbRedirPort {
  readonly #socket: Socket;
  readonly #reader = new PacketReader();
  readonly #peerHello: Promise<void>;
  #device: EmulatedUsbDevice | undefined;
  #greet: () => void = () => undefined;
  #acknowledge: () => void = () => undefined;
  controlTransfers = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#peerHello = new Promise((resolve) => {
      this.#greet = resolve;
    });
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#reader.push(chunk);
      for (let packet = this.#reader.next(); packet; packet = this.#reader.next()) {
        this.#handle(packet);
      }
    });
    // QEMU ends before this process does.
    socket.on('error', () => undefined);
  }

  static async open(path: string): Promise<UsbRedirPort> {
    const socket = connect(path);
    await once(socket, 'connect');
    const port = new UsbRedirPort(socket);
    port.#send(Packet.hello, 0n, helloBody('keyfuse'));
    await port.#peerHello;
    return port;
  }

  get plugged(): boolean {
    return this.#device !== undefined;
  }

  /** The guest sees a new full-speed device and enumerates it. */
  plug(device: EmulatedUsbDevice): void {
    this.#device = device;
    device.busReset();
    this.#sendInterfaces(device);
    const body = Buffer.alloc(10);
    body.writeUInt8(FULL_SPEED, 0);
    body.writeUInt16LE(device.vendorId, 4);
    body.writeUInt16LE(device.productId, 6);
    body.writeUInt16LE(device.versionBcd, 8);
    this.#send(Packet.deviceConnect, 0n, body);
  }

  /** Resolves once QEMU says that the guest's device is gone. */
  async unplug(): Promise<void> {
    if (this.#device === undefined) return;
    this.#device = undefined;
    const acknowledged = new Promise<void>((resolve) => {
      this.#acknowledge = resolve;
    });
    this.#send(Packet.deviceDisconnect, 0n, Buffer.alloc(0));
    await acknowledged;
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(type: number, id: bigint, body: Buffer): void {
    this.#socket.write(packetBytes(type, id, body, this.#reader.longIds));
  }

  #handle({ type, id, body }: PacketIn): void {
    if (type === Packet.hello) {
      this.#reader.longIds = agreesOnLongIds(body);
      this.#greet();
      return;
    }
    if (type === Packet.disconnectAck) {
      this.#acknowledge();
      return;
    }
    if (type === Packet.filterReject) throw new Error('QEMU refused the device');
    if (this.#device !== undefined) this.#handleFor(this.#device, { type, id, body });
  }

  #handleFor(device: EmulatedUsbDevice, { type, id, body }: PacketIn): void {
    switch (type) {
      case Packet.reset:
        device.busReset();
        return;
      case Packet.setConfiguration:
        device.configuration = body.readUInt8(0);
        this.#sendInterfaces(device);
        this.#sendConfiguration(device, id);
        return;
      case Packet.getConfiguration:
        this.#sendConfiguration(device, id);
        return;
      case Packet.setAlternate:
        this.#setAlternate(device, id, body);
        return;
      case Packet.getAlternate: {
        const number = body.readUInt8(0);
        this.#sendAlternate(id, TransferStatus.success, number, device.getAlternate(number));
        return;
      }
      case Packet.control:
        this.#control(device, id, body);
        return;
      case Packet.cancelData:
      case Packet.filterFilter:
        // A transfer that is never answered was given up; there is nothing to filter.
        return;
      default:
        throw new Error(`usbredir packet ${type} is not supported`);
    }
  }

  #setAlternate(device: EmulatedUsbDevice, id: bigint, body: Buffer): void {
    const [number = 0, alternate = 0] = body;
    const taken = device.setAlternate(number, alternate);
    this.#sendInterfaces(device);
    const status = taken ? TransferStatus.success : TransferStatus.stall;
    this.#sendAlternate(id, status, number, alternate);
  }

  #sendAlternate(id: bigint, status: number, number: number, alternate: number): void {
    this.#send(Packet.alternateStatus, id, Buffer.from([status, number, alternate]));
  }

  #sendConfiguration(device: EmulatedUsbDevice, id: bigint): void {
    const body = Buffer.from([TransferStatus.success, device.configuration]);
    this.#send(Packet.configurationStatus, id, body);
  }

  #control(device: EmulatedUsbDevice, id: bigint, body: Buffer): void {
    this.controlTransfers += 1;
    const setup = {
      request: body.readUInt8(1),
      requestType: body.readUInt8(2),
      value: body.readUInt16LE(4),
      index: body.readUInt16LE(6),
      length: body.readUInt16LE(8),
    };
    const result = device.control(setup, body.subarray(CONTROL_HEADER_BYTES));
    if (result.kind === 'silence') return;
    const ok = result.kind === 'ok';
    const toHost = (setup.requestType & DIRECTION_IN) !== 0;
    const data = ok && toHost ? result.data.subarray(0, setup.length) : new Uint8Array();
    const moved = toHost ? data.length : setup.length;
    const reply = Buffer.alloc(CONTROL_HEADER_BYTES + data.length);
    body.copy(reply, 0, 0, CONTROL_HEADER_BYTES);
    reply.writeUInt8(ok ? TransferStatus.success : TransferStatus.stall, 3);
    reply.writeUInt16LE(ok ? moved : 0, 8);
    reply.set(data, CONTROL_HEADER_BYTES);
    this.#send(Packet.control, id, reply);
  }

  #sendInterfaces(device: EmulatedUsbDevice): void {
    const interfaces = Buffer.alloc(4 + 4 * ENDPOINTS);
    interfaces.writeUInt32LE(device.interfaces.length, 0);
    for (const [at, entry] of device.interfaces.entries()) {
      interfaces[4 + at] = entry.number;
      interfaces[4 + ENDPOINTS + at] = entry.class;
      interfaces[4 + 2 * ENDPOINTS + at] = entry.subclass;
      interfaces[4 + 3 * ENDPOINTS + at] = entry.protocol;
    }
    this.#send(Packet.interfaceInfo, 0n, interfaces);

    const endpoints = Buffer.alloc(3 * ENDPOINTS + 2 * ENDPOINTS);
    endpoints.fill(UNUSED_ENDPOINT, 0, ENDPOINTS);
    for (const control of [0, ENDPOINTS / 2]) {
      endpoints[control] = 0;
      endpoints.writeUInt16LE(64, 3 * ENDPOINTS + 2 * control);
    }
    this.#send(Packet.epInfo, 0n, endpoints);
  }
}
