import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/bytes/index.ts';
import {
  isCompleteInfo,
  parseBootBanner,
  parseConsoleInfo,
} from '../../../../src/core/serial/index.ts';
import {
  recordedBoot,
  recordedReboot,
  recordedReply,
} from '../../../support/serial/recorded-board.ts';

const KEY =
  '1fa30210e7475464da7df7fd37701192a79e2788f1a7589b0227af3a1317b874' +
  '5952175d12ea2a4106aee07348a2a6e6efe4313b4dabe23028e7ae6f4cf5c209';

describe('info of the test application', () => {
  it('is read from a fresh board', () => {
    const info = parseConsoleInfo(recordedReply('update-ecc256-lrzsz-115200', 'info'));
    expect(info).toMatchObject({
      banksSwapped: false,
      firmwareVersion: 1,
      state: 'NEW',
      update: { kind: 'empty' },
      keyCount: 1,
    });
    expect(info.keys).toHaveLength(1);
    expect(info.keys[0]).toMatchObject({
      index: 0,
      sizeBytes: 64,
      keyType: 2,
      partitionMask: 0xffffffff,
      complete: true,
    });
    expect(toHex(info.keys[0]!.bytes)).toBe(KEY);
    expect(isCompleteInfo(info)).toBe(true);
  });

  it('is read with a candidate, a backup and after confirmation', () => {
    const waiting = parseConsoleInfo(recordedReply('update-ecc256-lrzsz-115200', 'info', 1));
    expect(waiting.update).toEqual({
      kind: 'candidate',
      version: 2,
      state: 'UPDATING',
      outlook: 'reboot-to-update',
    });
    const confirmed = parseConsoleInfo(recordedReply('update-ecc256-lrzsz-115200', 'info', 2));
    expect(confirmed).toMatchObject({
      banksSwapped: true,
      firmwareVersion: 2,
      state: 'CONFIRMED',
      update: { kind: 'backup', version: 1, state: 'NEW', outlook: 'older-than-current' },
    });
  });

  it('is read with several keys whose last dump row is short', () => {
    const info = parseConsoleInfo(recordedReply('update-lms-lrzsz', 'info'));
    expect(info.keyCount).toBe(5);
    expect(
      info.keys.map(({ index, sizeBytes, keyType, complete }) => [
        index,
        sizeBytes,
        keyType,
        complete,
      ]),
    ).toEqual([0, 1, 2, 3, 4].map((index) => [index, 60, 9, true]));
    expect(new Set(info.keys.map(({ bytes }) => toHex(bytes))).size).toBe(5);
    expect(toHex(info.keys[4]!.bytes)).toMatch(/^000000020000000500000004346a1287/);
  });

  it('knows the invalid state and hexadecimal key types', () => {
    const info = parseConsoleInfo(
      'System information\r\nCurrent firmware state: [Invalid state]\r\n' +
        'Number of public keys: 1\r\n\r\n  Public Key #0: size 2, type b, mask 00000002\r\n  ==\r\n  \t0a ff \r\n',
    );
    expect(info.state).toBe('invalid');
    expect(info.keys[0]).toMatchObject({ keyType: 0x0b, partitionMask: 2, complete: true });
  });

  it('takes the last of several blocks', () => {
    const text = recordedBoot('xmodem-ok') + recordedReply('update-ecc256-lrzsz-115200', 'info', 2);
    expect(parseConsoleInfo(text).firmwareVersion).toBe(2);
  });

  it('is not disturbed by noise around it', () => {
    const text = `\x15\x15\xff${recordedBoot('xmodem-ok')}\x00\x15`;
    expect(isCompleteInfo(parseConsoleInfo(text))).toBe(true);
  });

  it('leaves undefined what it cannot read, and guesses nothing', () => {
    const whole = recordedReply('update-ecc256-lrzsz-115200', 'info', 2);
    const change = (from: string, to: string) => parseConsoleInfo(whole.replace(from, to));
    expect(change('banks are swapped', 'banks are sw@pped').banksSwapped).toBeUndefined();
    expect(
      change('Firmware version : 0x2', 'Firmware version : 0xz').firmwareVersion,
    ).toBeUndefined();
    expect(change('CONFIRMED', 'CONFIRNED').state).toBeUndefined();
    expect(change('Backup firmware version : 0x1', 'Backup firmw').update).toBeUndefined();
    expect(change('keys: 1', 'keys: x').keyCount).toBeUndefined();
    expect(parseConsoleInfo('')).toEqual({
      banksSwapped: undefined,
      firmwareVersion: undefined,
      state: undefined,
      update: undefined,
      keyCount: undefined,
      keys: [],
    });
  });

  it.each([
    ['a digit that is none', '59 52 17', '59 5g 17'],
    ['a lost byte', '59 52 17', '59 17'],
    ['a lost row', /\t59 52[^\n]*\n/, ''],
    ['a torn row', /\t59 52[^\n]*\n/, '\t59 52\r\n'],
  ])('says that a key is incomplete after %s', (_name, from, to) => {
    const whole = recordedReply('update-ecc256-lrzsz-115200', 'info');
    const info = parseConsoleInfo(whole.replace(from, to));
    expect(info.keys[0]!.complete).toBe(false);
    expect(isCompleteInfo(info)).toBe(false);
  });
});

describe('the boot banner', () => {
  it('names application and version', () => {
    expect(parseBootBanner(recordedReboot('xmodem-ok'))).toEqual({
      application: 'STM32H5 wolfBoot demo Application',
      version: 2,
    });
  });

  it('is absent where nothing booted', () => {
    expect(parseBootBanner(recordedReply('update-ecc256-lrzsz-115200', 'info'))).toBeUndefined();
  });

  it('is the last one of several', () => {
    expect(parseBootBanner(recordedBoot('xmodem-ok') + recordedReboot('xmodem-ok'))?.version).toBe(
      2,
    );
  });
});
