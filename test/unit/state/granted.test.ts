// Which of several devices is meant.
import { describe, expect, it } from 'vitest';
import type { SerialIdentity, UsbIdentity } from '../../../src/core/ports/index.ts';
import { pickDfuDevice, pickSerialPort } from '../../../src/state/granted.ts';
import { expectThrows } from '../../support/expect-error.ts';

const port = (id: string, identity: Partial<SerialIdentity> = {}) => ({
  id,
  identity: { vendorId: 0x0403, productId: 0x6001, label: id, ...identity },
});
const stLink = (id: string, productId = 0x374e) => port(id, { vendorId: 0x0483, productId });

const board = (id: string, serial: string | undefined) => ({
  id,
  identity: {
    vendorId: 0x0483,
    productId: 0xdf11,
    deviceVersionBcd: 0,
    manufacturer: undefined,
    product: undefined,
    serial,
  } satisfies UsbIdentity,
});

describe('the serial port to open', () => {
  it('is the only one there is', () => {
    expect(pickSerialPort([port('a')], undefined).id).toBe('a');
  });

  it('is the chosen one, wherever it stands', () => {
    const chosen = port('b');
    expect(pickSerialPort([port('a'), chosen, stLink('c')], chosen).id).toBe('b');
  });

  it('is the only ST-LINK where nothing was chosen', () => {
    for (const productId of [0x374b, 0x374e, 0x3752, 0x3754]) {
      expect(pickSerialPort([port('a'), stLink('b', productId)], undefined).id).toBe('b');
    }
  });

  it.each([
    ['several unknown ports', [port('a'), port('b')]],
    ['several ST-LINKs', [stLink('a'), stLink('b')]],
    ['ST devices that are no ST-LINK', [stLink('a', 0x5740), stLink('b', 0xdf11)]],
  ])('is never guessed among %s', (_what, ports) => {
    expectThrows(() => pickSerialPort(ports, undefined), 'serial-no-port');
  });

  it('is the chosen one also after it was plugged in again', () => {
    expect(pickSerialPort([port('a'), stLink('new')], stLink('old')).id).toBe('new');
  });

  it('is no other one when the chosen one is gone', () => {
    expectThrows(() => pickSerialPort([port('a')], stLink('gone')), 'serial-no-port');
  });
});

describe('the board to open', () => {
  const a = board('1', 'AAAAAAAAAAAA');
  const b = board('2', 'BBBBBBBBBBBB');

  it('is the chosen one of several', () => {
    expect(pickDfuDevice([a, b], { chosen: b })).toBe(b);
    expect(pickDfuDevice([a, b], { chosen: a })).toBe(a);
  });

  it('is the chosen one also after it came back with another id', () => {
    const back = { ...b, id: '9' };
    expect(pickDfuDevice([a, back], { chosen: b })).toBe(back);
  });

  it('is never guessed', () => {
    expectThrows(() => pickDfuDevice([a, b], {}), 'board-wrong');
    expectThrows(() => pickDfuDevice([a, b], { chosen: board('3', undefined) }), 'board-wrong');
    expectThrows(() => pickDfuDevice([], { chosen: a }), 'usb-no-device');
  });

  it('is the one with the wanted serial, whatever was chosen', () => {
    expect(pickDfuDevice([a, b], { serial: 'AAAAAAAAAAAA', chosen: b })).toBe(a);
    expectThrows(() => pickDfuDevice([a], { serial: 'BBBBBBBBBBBB' }), 'board-wrong');
  });
});
