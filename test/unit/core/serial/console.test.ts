import { afterEach, describe, expect, it } from 'vitest';
import { bytesToLatin1, concatBytes } from '../../../../src/core/bytes/index.ts';
import { createCanceller } from '../../../../src/core/ports/index.ts';
import { createConsole, sendXmodem, type BootBanner } from '../../../../src/core/serial/index.ts';
import { imageLike } from '../../../support/serial/model-receiver.ts';
import { RecordedBoard, recordedReboot } from '../../../support/serial/recorded-board.ts';
import { SimLine } from '../../../support/serial/sim-line.ts';
import { simClock } from '../../../support/sim-bench.ts';

const HEADER = 1024;
const KEY_START = [0x1f, 0xa3, 0x02, 0x10];

let stop: () => void = () => undefined;
afterEach(() => stop());

function setUp() {
  const line = new SimLine(simClock());
  const board = new RecordedBoard(line, {
    rebootText: recordedReboot('xmodem-ok'),
    headerSizeBytes: HEADER,
  });
  const heard: Uint8Array[] = [];
  const boots: BootBanner[] = [];
  const console = createConsole(line, line.clock, {
    onBytes: (bytes) => heard.push(bytes.slice()),
    onBoot: (banner) => boots.push(banner),
  });
  stop = () => board.stop();
  return { line, board, console, boots, heard: () => bytesToLatin1(concatBytes(...heard)) };
}

function typed(line: SimLine): string {
  return line.written.map(({ bytes }) => bytesToLatin1(bytes)).join('');
}

/** Damages the nth of what passes one way. */
function nth(n: number, change: (bytes: Uint8Array) => Uint8Array) {
  let count = 0;
  return (bytes: Uint8Array): Uint8Array => (count++ === n ? change(bytes) : bytes);
}

describe('the console dialogue', () => {
  it('ends its lines with CR alone', async () => {
    const { line, console } = setUp();
    await console.info();
    await console.help();
    expect(typed(line)).toBe('info\rhelp\r');
  });

  it('reads info', async () => {
    const { console } = setUp();
    const info = await console.info();
    expect(info).toMatchObject({ firmwareVersion: 1, state: 'NEW', update: { kind: 'empty' } });
    expect([...info.keys[0]!.bytes.subarray(0, 4)]).toEqual(KEY_START);
  });

  it('reads help', async () => {
    const { console } = setUp();
    const names = (await console.help()).map(({ name }) => name);
    expect(names).toContain('update');
    expect(names).toContain('reboot');
  });

  it('answers any other line with what stands between echo and prompt', async () => {
    const { console } = setUp();
    expect((await console.send('foo')).text).toBe('Unknown command: foo\r\n\r\n');
  });

  it('hands every byte to the tap, in order and once', async () => {
    const { console, heard } = setUp();
    await console.send('foo');
    await console.send('');
    expect(heard()).toBe('foo\r\nUnknown command: foo\r\n\r\ncmd> \r\n\r\ncmd> ');
  });

  it('asks again when a byte of the command was flipped', async () => {
    const { line, board, console } = setUp();
    line.damageOut = nth(0, (bytes) => bytes.with(1, bytes[1]! ^ 1));
    expect((await console.info()).firmwareVersion).toBe(1);
    expect(board.commands).toEqual(['iofo', 'info']);
  });

  it('asks again when a byte of the answer was flipped', async () => {
    const { line, board, console } = setUp();
    line.damageIn = nth(5, (bytes) => bytes.with(300, 0x7f));
    const info = await console.info();
    expect(info.keys[0]!.complete).toBe(true);
    expect(board.commands).toEqual(['info', 'info']);
  });

  it('sends CR when the prompt got lost', async () => {
    const { line, console } = setUp();
    line.damageIn = nth(5, (bytes) => bytes.slice(0, -3));
    expect((await console.info()).firmwareVersion).toBe(1);
    expect(typed(line)).toBe('info\r\r');
  });

  it('sends CR when its own CR got lost', async () => {
    const { line, console } = setUp();
    line.damageOut = nth(0, (bytes) => bytes.slice(0, -1));
    expect((await console.info()).firmwareVersion).toBe(1);
  });

  it('says console-silent within seconds when nobody answers', async () => {
    const { line, board, console } = setUp();
    board.stop();
    await expect(console.info()).rejects.toMatchObject({ code: 'console-silent' });
    expect(line.clock.nowMs()).toBeLessThan(10_000);
  });

  it('says console-unexpected when the command is not there', async () => {
    const { board, console } = setUp();
    board.infoText = 'Unknown command: info\r\n\r\ncmd> ';
    await expect(console.info()).rejects.toMatchObject({ code: 'console-unexpected' });
  });

  it('confirms the firmware', async () => {
    const { console } = setUp();
    await console.success();
    expect((await console.info()).state).toBe('CONFIRMED');
  });

  it('refuses lines that the console would not understand', async () => {
    const { line, console } = setUp();
    for (const bad of ['a\r', 'a\n', 'ä', 'x'.repeat(256)]) {
      await expect(console.send(bad)).rejects.toMatchObject({ code: 'invalid-argument' });
    }
    expect(line.written).toEqual([]);
  });

  it('runs one command after the other', async () => {
    const { board, console } = setUp();
    const [info, help] = await Promise.all([console.info(), console.help()]);
    expect(info.firmwareVersion).toBe(1);
    expect(help.length).toBeGreaterThan(5);
    expect(board.commands).toEqual(['info', 'help']);
  });

  it('goes on after a call that failed or was cancelled', async () => {
    const { console } = setUp();
    const canceller = createCanceller();
    const cancelled = console.info({ signal: canceller.signal });
    canceller.cancel();
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect((await console.info()).firmwareVersion).toBe(1);
  });

  it('passes on that the adapter was unplugged', async () => {
    const { line, console } = setUp();
    const asked = console.info();
    line.clock.schedule(1, () => line.unplug());
    await expect(asked).rejects.toMatchObject({ code: 'serial-disconnected' });
  });
});

describe('finding out where the board is', () => {
  it('finds a prompt', async () => {
    const { console } = setUp();
    expect(await console.probe()).toBe('prompt');
  });

  it('finds nobody', async () => {
    const { board, console } = setUp();
    board.stop();
    expect(await console.probe()).toBe('silent');
  });

  it('finds a receiver by its ticks and can lead it out', async () => {
    const { board, console } = setUp();
    await console.startUpdate();
    expect(await console.probe()).toBe('xmodem-receiver');
    await expect(console.waitForPrompt()).rejects.toMatchObject({
      code: 'console-unexpected',
      context: { place: 'xmodem-receiver' },
    });
    await console.waitForPrompt({ leaveReceiver: true });
    expect(board.receiver?.result).toBe(0);
    expect((await console.info()).firmwareVersion).toBe(1);
  });

  it('waits for a board that is still booting', async () => {
    const { board, console } = setUp();
    board.reset(recordedReboot('xmodem-ok'));
    await console.waitForPrompt();
    expect(await console.probe()).toBe('prompt');
  });

  it('gives up when no prompt comes', async () => {
    const { line, board, console } = setUp();
    board.stop();
    await expect(console.waitForPrompt({ timeoutMs: 10_000 })).rejects.toMatchObject({
      code: 'console-silent',
    });
    expect(line.clock.nowMs()).toBeLessThan(15_000);
  });
});

describe('starting and ending a transfer', () => {
  it('says when it erases and resolves when the receiver waits', async () => {
    const { line, console } = setUp();
    const erasingAtMs: number[] = [];
    await console.startUpdate({ onErasing: () => erasingAtMs.push(line.clock.nowMs()) });
    expect(erasingAtMs[0]).toBeLessThan(100);
    expect(line.clock.nowMs()).toBeGreaterThan(800);
    expect(typed(line)).toBe('update\r');
  });

  it('lends the line and reads on where the sender stopped', async () => {
    const { line, board, console, heard } = setUp();
    const image = imageLike(12, HEADER);
    await console.startUpdate();
    const report = await console.withPipe((pipe) =>
      sendXmodem(pipe, line.clock, image, { receiver: 'wolfboot' }),
    );
    console.unread(report.trailing);
    const words = await console.readTransferText();
    expect(words).toMatchObject({ returnCode: 0, says: 'succeeded' });
    expect(board.receiver?.accepted).toHaveLength(12);
    expect(heard().split('\x06')).toHaveLength(12 + 1 + 1);
    expect((await console.info()).firmwareVersion).toBe(1);
  });

  it('asks again when update did not arrive as it was sent', async () => {
    const { line, board, console } = setUp();
    line.damageOut = nth(0, (bytes) => bytes.with(2, 0x7a));
    await console.startUpdate();
    expect(board.commands).toEqual(['upzate', 'update']);
  });

  it('is not misled by a prompt that was still under way', async () => {
    const { line, board, console } = setUp();
    line.clock.schedule(0.2, () => board.say('\r\n\r\ncmd> '));
    await console.startUpdate();
    expect(board.commands).toEqual(['update']);
  });

  it('knows the receiver by its tick when the words got lost', async () => {
    const { line, console } = setUp();
    line.damageIn = (bytes) =>
      bytesToLatin1(bytes).includes('Waiting') ? new Uint8Array(0) : bytes;
    await console.startUpdate();
    expect(await console.probe()).toBe('xmodem-receiver');
  });
});

describe('a reboot', () => {
  it('is over at the prompt behind the banner', async () => {
    const { console, boots } = setUp();
    const waited: number[] = [];
    const boot = await console.reboot({ onWaiting: (ms) => waited.push(ms) });
    expect(boot.banner).toEqual({ application: 'STM32H5 wolfBoot demo Application', version: 2 });
    expect(boot.info).toMatchObject({ firmwareVersion: 2, state: 'TESTING', banksSwapped: true });
    expect(boot.elapsedMs).toBeGreaterThan(2400);
    expect(waited.length).toBeGreaterThan(2);
    expect(boots).toHaveLength(1);
  });

  it('is asked for again when the command got lost', async () => {
    const { line, board, console } = setUp();
    line.damageOut = nth(0, (bytes) => bytes.with(2, 0x7a));
    expect((await console.reboot()).banner?.version).toBe(2);
    expect(board.reboots).toBe(1);
  });

  it('is asked for once although an older prompt was still under way', async () => {
    const { line, board, console } = setUp();
    line.clock.schedule(0.2, () => board.say('\r\n\r\ncmd> '));
    expect((await console.reboot()).banner?.version).toBe(2);
    expect(board.reboots).toBe(1);
  });

  it('is recognised when a hand does it', async () => {
    const { line, board, console } = setUp();
    line.clock.schedule(5000, () => board.reset(recordedReboot('xmodem-ok')));
    expect((await console.waitForBoot()).banner?.version).toBe(2);
  });

  it('is recognised when the prompt behind it got lost', async () => {
    const { line, board, console } = setUp();
    line.clock.schedule(1000, () => board.reset(recordedReboot('xmodem-ok')));
    line.damageIn = (bytes) => (bytes.length > 200 ? bytes.slice(0, -4) : bytes);
    expect((await console.waitForBoot()).info.firmwareVersion).toBe(2);
  });

  it('that does not come back is console-silent', async () => {
    const { line, board, console } = setUp();
    const rebooting = console.reboot({ timeoutMs: 20_000 });
    line.clock.schedule(1000, () => board.stop());
    await expect(rebooting).rejects.toMatchObject({ code: 'console-silent' });
    expect(line.clock.nowMs()).toBeLessThan(25_000);
  });
});

describe('while nobody asks', () => {
  it('the tap hears what the board says, and a command may come at any time', async () => {
    const { line, board, console, heard, boots } = setUp();
    const canceller = createCanceller();
    const listening = console.listen({ signal: canceller.signal });
    line.clock.schedule(100, () => board.reset(recordedReboot('xmodem-ok')));
    await line.clock.sleep(6000);
    expect(heard()).toContain('Version : 0x2');
    expect(boots).toHaveLength(1);
    expect((await console.info()).firmwareVersion).toBe(1);
    board.say('hello');
    await line.clock.sleep(100);
    expect(heard()).toMatch(/hello$/);
    canceller.cancel();
    await listening;
  });

  it('listening ends with close, and with an error when the adapter is unplugged', async () => {
    const first = setUp();
    const listening = first.console.listen();
    await first.console.close();
    await listening;
    const second = setUp();
    const lost = second.console.listen();
    second.line.clock.schedule(10, () => second.line.unplug());
    await expect(lost).rejects.toMatchObject({ code: 'serial-disconnected' });
  });

  it('a person may type, and what was left on the line does not spoil a command', async () => {
    const { board, console } = setUp();
    expect(await console.type(new TextEncoder().encode('foo\rreb'))).toBe(true);
    expect((await console.info()).firmwareVersion).toBe(1);
    expect(board.commands).toEqual(['foo', 'info']);
  });

  it('typing is refused while a command runs', async () => {
    const { line, board, console } = setUp();
    const asked = console.info();
    expect(await console.type(new TextEncoder().encode('reboot\r'))).toBe(false);
    await asked;
    expect(board.commands).toEqual(['info']);
    expect(typed(line)).toBe('info\r');
  });
});
