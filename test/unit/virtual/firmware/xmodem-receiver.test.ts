import { beforeEach, describe, expect, it } from 'vitest';
import { XmodemReceiver, type Reaction } from '../../../../src/virtual/firmware/xmodem-receiver.ts';

const ACK = { kind: 'answer', byte: 0x06 };
const NAK = { kind: 'answer', byte: 0x15 };
const NONE = { kind: 'none' };
const HEADER_BYTES = 256;

function packet(number: number, data: Uint8Array): Uint8Array {
  const sum = data.reduce((total, byte) => total + byte, 0) & 0xff;
  return Uint8Array.of(1, number, 255 - number, ...data, sum);
}

/** First packet of an image whose payload is so long. */
function firstData(payloadBytes: number): Uint8Array {
  const data = new Uint8Array(128).fill(0xaa);
  new DataView(data.buffer).setUint32(4, payloadBytes, true);
  return data;
}

describe('the XMODEM receiver', () => {
  let stored: { offsetBytes: number; first: number }[];
  let flashWorks: boolean;
  let receiver: XmodemReceiver;
  beforeEach(() => {
    stored = [];
    flashWorks = true;
    receiver = new XmodemReceiver(HEADER_BYTES, (offsetBytes, data) => {
      if (flashWorks) stored.push({ offsetBytes, first: data[0]! });
      return flashWorks;
    });
  });

  /** The reaction to the last byte; all before must be silent. */
  const feed = (bytes: Uint8Array): Reaction => {
    const reactions = Array.from(bytes, (byte) => receiver.take(byte));
    expect(reactions.slice(0, -1).every((reaction) => reaction.kind === 'none')).toBe(true);
    return reactions.at(-1)!;
  };

  const data = (value: number): Uint8Array => new Uint8Array(128).fill(value);

  it('takes packets in order, from any number, over 255 to 0', () => {
    expect(feed(packet(254, firstData(1000)))).toEqual(ACK);
    expect(feed(packet(255, data(1)))).toEqual(ACK);
    expect(feed(packet(0, data(2)))).toEqual(ACK);
    expect(stored).toEqual([
      { offsetBytes: 0, first: 0xaa },
      { offsetBytes: 128, first: 1 },
      { offsetBytes: 256, first: 2 },
    ]);
  });

  it('refuses a wrong sum, a wrong complement and a wrong number, and takes the right one then', () => {
    feed(packet(1, firstData(1000)));
    const badSum = packet(2, data(3));
    badSum[131]! ^= 1;
    expect(feed(badSum)).toEqual(NAK);
    const badComplement = packet(2, data(3));
    badComplement[2]! ^= 1;
    badComplement[131]! += 1;
    expect(feed(badComplement)).toEqual(NAK);
    expect(feed(packet(3, data(3)))).toEqual(NAK);
    expect(feed(packet(2, data(3)))).toEqual(ACK);
    expect(stored).toHaveLength(2);
  });

  it('refuses a repeat of the packet before, again and again', () => {
    feed(packet(1, firstData(1000)));
    feed(packet(2, data(3)));
    for (let repeat = 0; repeat < 5; repeat++) expect(feed(packet(2, data(3)))).toEqual(NAK);
    expect(feed(packet(3, data(4)))).toEqual(ACK);
  });

  it('ends at EOT wherever a packet could begin, even first', () => {
    expect(receiver.take(0x04)).toEqual({ kind: 'end', byte: 0x06, result: 0 });
  });

  it('takes 0x04 inside a packet as data', () => {
    expect(feed(packet(1, data(4)))).toEqual(ACK);
  });

  it('swallows the length of a packet when it begins with anything else', () => {
    const junk = new Uint8Array(132).fill(0x18);
    expect(feed(junk)).toEqual(NONE);
    expect(feed(packet(1, firstData(1000)))).toEqual(ACK);
  });

  it('ends with failure on a packet beyond the length in the header, numbered right or not', () => {
    for (const number of [3, 4]) {
      const one = new XmodemReceiver(HEADER_BYTES, () => true);
      const send = (bytes: Uint8Array): Reaction =>
        Array.from(bytes, (byte) => one.take(byte)).at(-1)!;
      // 256 bytes of header and one of payload: three packets.
      expect(send(packet(1, firstData(1)))).toEqual(ACK);
      expect(send(packet(2, data(0)))).toEqual(ACK);
      expect(send(packet(3, data(0)))).toEqual(ACK);
      expect(send(packet(number, data(0)))).toEqual({ kind: 'end', byte: 0x15, result: 1 });
    }
  });

  it('asks again after silence, but drops a begun packet without a word first', () => {
    expect(receiver.silence()).toEqual(NAK);
    feed(packet(1, firstData(1000)).slice(0, 50));
    expect(receiver.silence()).toEqual(NONE);
    expect(receiver.silence()).toEqual(NAK);
    expect(feed(packet(1, firstData(1000)))).toEqual(ACK);
  });

  it('never gets into step with a CRC sender', () => {
    const withCrc = Uint8Array.of(...packet(1, firstData(1000)).slice(0, 131), 0x12, 0x34);
    const reactions = Array.from(withCrc, (byte) => receiver.take(byte));
    expect(reactions[131]).toEqual(NAK);
    const second = Uint8Array.of(...packet(2, data(1)).slice(0, 131), 0x56, 0x78);
    expect(Array.from(second, (byte) => receiver.take(byte)).every((r) => r.kind === 'none')).toBe(
      true,
    );
  });

  it('reports a flash that refuses', () => {
    flashWorks = false;
    expect(feed(packet(1, firstData(1000)))).toEqual({ kind: 'write-error' });
  });
});
