/** Packets of the usbredir protocol, as far as a device without data endpoints needs them. */

export const Packet = {
  hello: 0,
  deviceConnect: 1,
  deviceDisconnect: 2,
  reset: 3,
  interfaceInfo: 4,
  epInfo: 5,
  setConfiguration: 6,
  getConfiguration: 7,
  configurationStatus: 8,
  setAlternate: 9,
  getAlternate: 10,
  alternateStatus: 11,
  cancelData: 21,
  filterReject: 22,
  filterFilter: 23,
  disconnectAck: 24,
  control: 100,
} as const;

export const TransferStatus = { success: 0, stall: 4 } as const;

/** Bits of the capability word. QEMU's xHCI controller takes no device without the last three. */
const Capability = {
  connectVersion: 1,
  disconnectAck: 3,
  epInfoMaxPacket: 4,
  ids64: 5,
  bulkLength32: 6,
} as const;

const OUR_CAPABILITIES = Object.values(Capability).reduce((bits, bit) => bits | (1 << bit), 0);
const NAME_BYTES = 64;

export function helloBody(name: string): Buffer {
  const body = Buffer.alloc(NAME_BYTES + 4);
  body.write(name, 0, 'latin1');
  body.writeUInt32LE(OUR_CAPABILITIES, NAME_BYTES);
  return body;
}

/** Whether both ends have agreed on ids of eight bytes. */
export function agreesOnLongIds(peerHello: Buffer): boolean {
  const theirs = peerHello.length >= NAME_BYTES + 4 ? peerHello.readUInt32LE(NAME_BYTES) : 0;
  return (theirs & OUR_CAPABILITIES & (1 << Capability.ids64)) !== 0;
}

export interface PacketIn {
  readonly type: number;
  readonly id: bigint;
  readonly body: Buffer;
}

/** Cuts the byte stream into packets. */
export class PacketReader {
  longIds = false;
  #received: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
  }

  next(): PacketIn | undefined {
    const headerBytes = this.longIds ? 16 : 12;
    if (this.#received.length < headerBytes) return undefined;
    const type = this.#received.readUInt32LE(0);
    const end = headerBytes + this.#received.readUInt32LE(4);
    if (this.#received.length < end) return undefined;
    const id = this.longIds
      ? this.#received.readBigUInt64LE(8)
      : BigInt(this.#received.readUInt32LE(8));
    const body = this.#received.subarray(headerBytes, end);
    this.#received = this.#received.subarray(end);
    return { type, id, body };
  }
}

export function packetBytes(type: number, id: bigint, body: Buffer, longIds: boolean): Buffer {
  const header = Buffer.alloc(longIds ? 16 : 12);
  header.writeUInt32LE(type, 0);
  header.writeUInt32LE(body.length, 4);
  if (longIds) header.writeBigUInt64LE(id, 8);
  else header.writeUInt32LE(Number(id & 0xffffffffn), 8);
  return Buffer.concat([header, body]);
}
