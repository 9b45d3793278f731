import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asciiToBytes, bytesToLatin1, filledBytes } from '../../../../src/core/bytes/index.ts';
import type { BytePipe } from '../../../../src/core/ports/index.ts';
import {
  openConsole,
  provisionedBench,
  signImage,
  testKey,
  type TestKey,
} from '../../../support/booted-board.ts';
import type { SimBench } from '../../../support/sim-bench.ts';

const TIMEOUT = { timeoutMs: 1000 };
const PROMPT = '\r\ncmd> ';

describe('the test application', () => {
  let key: TestKey;
  let image: Uint8Array;
  let bench: SimBench;
  let pipe: BytePipe;
  beforeAll(async () => {
    key = await testKey();
    image = await signImage(key, { version: 1 });
  });
  beforeEach(async () => {
    bench = provisionedBench({ keys: [key], bootImage: image });
    pipe = await openConsole(bench);
    await bench.clock.sleep(5000);
    await pipe.read({ timeoutMs: 1 });
  });

  const answer = async (typed: string, durationMs = 1000): Promise<string> => {
    await pipe.write(asciiToBytes(typed), TIMEOUT);
    await bench.clock.sleep(durationMs);
    return bytesToLatin1(await pipe.read({ timeoutMs: 1 }));
  };

  it('takes at most 255 characters', async () => {
    const reply = await answer(`${'x'.repeat(300)}\r`);
    expect(reply).toBe(`${'x'.repeat(255)}\r\nUnknown command: ${'x'.repeat(255)}\r\n${PROMPT}`);
  });

  it('rubs nothing out at the start of the line', async () => {
    expect(await answer('\b\b\r')).toBe(`\r\n${PROMPT}`);
  });

  it('is case-sensitive and matches by prefix', async () => {
    expect(await answer('testing\r')).toBe(`testing\r\n${PROMPT}`);
    expect(await answer('Test\r')).toBe(`Test\r\nUnknown command: Test\r\n${PROMPT}`);
    expect(await answer('tes\r')).toBe(`tes\r\nUnknown command: tes\r\n${PROMPT}`);
  });

  it('reads what is typed ahead while it prints', async () => {
    const reply = await answer('help\rtest\r');
    expect(reply.lastIndexOf('test\r\n')).toBeGreaterThan(reply.indexOf('reboot : '));
    expect(reply.match(/cmd> /g)).toHaveLength(2);
  });

  it('drops what its receive buffer cannot hold while it erases', async () => {
    await pipe.write(asciiToBytes('update\r'), TIMEOUT);
    await bench.clock.sleep(50);
    // Ten packets' worth of noise during the 0.4 s of erasing, of which 1023 bytes are kept.
    await pipe.write(filledBytes(1320, 0x55), TIMEOUT);
    await bench.clock.sleep(800);
    // 7 whole lengths of 132 were swallowed; the rest of 99 is dropped after a second of silence.
    const silentUntilMs = bench.clock.nowMs();
    await pipe.read({ timeoutMs: 1 });
    expect([...(await pipe.read({ timeoutMs: 5000 }))]).toEqual([0x15]);
    expect(bench.clock.nowMs() - silentUntilMs).toBeGreaterThan(1000);
  });

  it('counts milliseconds that are a little too long', async () => {
    const ticks = async (): Promise<number> =>
      Number(/systick: (\d+)/.exec(await answer('timestamp\r', 100))?.[1]);
    const first = await ticks();
    await bench.clock.sleep(10_080 - 100);
    expect((await ticks()) - first).toBeCloseTo(10_000, -1);
  });

  it('blinks green when it receives, and yellow for packets', async () => {
    const seen = new Set<string>();
    bench.panel.watch(() => {
      const { green, yellow } = bench.panel.state().leds;
      if (green) seen.add('green');
      if (yellow) seen.add('yellow');
    });
    await answer('info\r');
    expect([...seen]).toEqual(['green']);
    await answer('update\r', 3000);
    expect(bench.panel.state().running).toMatchObject({ detail: 'waiting for an XMODEM transfer' });
    await answer('\x04', 500);
    expect(seen.has('yellow')).toBe(true);
    expect(bench.panel.state().leds).toEqual({ green: false, yellow: false, red: true });
  });

  it('stops at once when the power goes, in the middle of a line', async () => {
    await pipe.write(asciiToBytes('help\r'), TIMEOUT);
    await bench.clock.sleep(20);
    bench.panel.setPlug('userUsb', true);
    bench.panel.setPlug('userUsb', false);
    bench.panel.setPlug('stLink', false);
    expect(bench.panel.state()).toMatchObject({
      running: { kind: 'off' },
      leds: { green: false, yellow: false, red: false },
    });
    await bench.clock.sleep(60_000);
    expect(bench.clock.pending).toBe(0);
  });

  it('lets a reset out of the receiver, the port stays open', async () => {
    await answer('update\r', 3000);
    bench.panel.pressReset();
    const text = await answer('', 3000);
    expect(text).toContain('No image in update partition.');
    expect(await answer('test\r')).toBe(`test\r\n${PROMPT}`);
  });

  it('says so when the flash refuses a packet beyond the partition', async () => {
    await answer('update\r', 2000);
    const data = filledBytes(128, 0xee);
    const sum = data.reduce((total, byte) => total + byte, 0) & 0xff;
    let reply = '';
    for (let number = 1; number <= 0xa0000 / 128 + 1; number++) {
      const low = number & 0xff;
      await pipe.write(Uint8Array.of(1, low, 255 - low, ...data, sum), TIMEOUT);
      reply = bytesToLatin1(await pipe.read(TIMEOUT));
      if (reply !== '\x06') break;
    }
    await bench.clock.sleep(100);
    reply += bytesToLatin1(await pipe.read({ timeoutMs: 1 }));
    expect(reply).toContain('\x18'.repeat(10));
    expect(reply).toContain('Error writing to flash');
    expect(reply).toContain('Transfer failed');
  });
});
