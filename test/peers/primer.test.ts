import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesToLatin1, concatBytes, toHex } from '../../src/core/bytes/index.ts';
import { builtInPrimer } from '../../src/core/wolfboot/built-in-primer.ts';
import {
  fillKeyfusePrimer,
  recogniseKeyfusePrimer,
  type KeyfusePrimerInput,
} from '../../src/core/wolfboot/index.ts';
import { createPrng } from '../../src/virtual/prng.ts';
import { OtpArea, type OtpCells } from '../../src/virtual/otp/otp-area.ts';
import { p256Profile } from '../support/burning.ts';
import { slots } from '../support/keys.ts';
import { workFolder, type WorkFolder } from '../support/peer-tools.ts';
import { simBench } from '../support/sim-bench.ts';

/* The primer firmware: the compiler gives the committed images again, and its logic, compiled for this machine
 * against a model of the chip, says and leaves what the virtual board's own model of it does. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const firmware = `${root}/firmware/primer`;
const keystore = await slots('ecdsa-p256', 2);
const uid = Uint8Array.from({ length: 12 }, (_, index) => 0xa0 + index);
const UDS_START = 0x7c0 / 2;
const REGION_BYTES = 2240;

let folder: WorkFolder;

beforeAll(() => {
  folder = workFolder();
  const sources = ['main', 'primer', 'region', 'crc32', 'talk'].map(
    (name) => `${firmware}/${name}.c`,
  );
  const chip = fileURLToPath(new URL('primer-host/chip.c', import.meta.url));
  const strict = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', '-fsanitize=undefined'];
  const define = ['-fno-sanitize-recover=all', '-DKEYFUSE_HOST', `-I${firmware}`];
  const run = folder.run('gcc', ...strict, ...define, ...sources, chip, '-o', 'primer-host');
  expect(run).toMatchObject({ exitCode: 0, text: '' });
});
afterAll(() => {
  folder.remove();
});

function filled(input: Partial<KeyfusePrimerInput> = {}): Uint8Array {
  const wish = { profile: p256Profile, slots: keystore, uds: 'generate', ...input } as const;
  return fillKeyfusePrimer(builtInPrimer(), wish);
}

const blank: OtpCells = new OtpArea().cells();

/** Cells in which `write` programmed something. */
function cells(write: (otp: OtpArea) => void, before: OtpCells = blank): OtpCells {
  const otp = new OtpArea();
  otp.restoreCells(before);
  write(otp);
  return otp.cells();
}

interface Outcome {
  readonly text: string;
  readonly cells: OtpCells;
}

/** The firmware's logic on this machine. */
function onHost(
  before: OtpCells,
  image: Uint8Array,
  words: readonly string[] = [],
  commands: readonly string[] = [],
): Outcome {
  const lockWord = Uint8Array.from([0, 8, 16, 24], (shift) => (before.lockWord >>> shift) & 0xff);
  const data = Uint8Array.from(before.data.flatMap((value) => [value & 0xff, value >> 8]));
  folder.write('state', concatBytes(data, Uint8Array.from(before.check), lockWord, uid));
  const { regionOffsetBytes } = recogniseKeyfusePrimer(builtInPrimer())!;
  folder.write('region', image.slice(regionOffsetBytes, regionOffsetBytes + REGION_BYTES));
  folder.write('commands', commands.map((command) => `${command}\r`).join(''));
  const shell = 'host=$1; shift; "$host" state region "$@" < commands 2> leds';
  const run = folder.run('sh', '-c', shell, 'sh', folder.path('primer-host'), ...words);
  expect(run.exitCode).toBe(0);
  const state = folder.read('state');
  const view = new DataView(state.buffer);
  return {
    text: bytesToLatin1(run.output),
    cells: {
      data: Array.from({ length: 1024 }, (_, index) => view.getUint16(2 * index, true)),
      check: [...state.subarray(2048, 3072)],
      lockWord: view.getUint32(3072, true),
    },
  };
}

/** The same on the virtual board. */
async function onVirtualBoard(
  before: OtpCells,
  image: Uint8Array,
  commands: readonly string[] = [],
  stuck: readonly { offsetBytes: number; bit: number; stuckAt: 0 | 1 }[] = [],
): Promise<Outcome> {
  const bench = simBench({ startPowered: false });
  bench.board.uniqueId.set(uid);
  bench.board.otp.restoreCells(before);
  bench.board.flash.load(0x08000000, image);
  for (const fault of stuck) bench.panel.armFault({ kind: 'stuck-otp-bit', ...fault });
  bench.panel.setPlug('stLink', true);
  const port = await bench.bench.serial.choose();
  const pipe = await port.open({ baudRate: 115200 });
  let text = '';
  const listen = async (): Promise<void> => {
    for (;;) {
      const bytes = await pipe.read({ timeoutMs: 500 });
      if (bytes.length === 0) return;
      text += bytesToLatin1(bytes);
    }
  };
  await listen();
  for (const command of commands) {
    const line = Uint8Array.from(`${command}\r`, (character) => character.charCodeAt(0));
    await pipe.write(line, { timeoutMs: 1000 });
    await listen();
  }
  await pipe.close();
  return { text, cells: bench.board.otp.cells() };
}

/** Without the halfwords of the UDS, which are drawn at random. */
function withoutUds(all: OtpCells) {
  const hidden = (values: readonly number[]) =>
    values.map((value, index) => (index >= UDS_START && index < UDS_START + 16 ? 0 : value));
  return { data: hidden(all.data), check: hidden(all.check), lockWord: all.lockWord };
}

function states(all: OtpCells, from: number, to: number): Set<string> {
  const otp = new OtpArea();
  otp.restoreCells(all);
  return new Set(Array.from({ length: to - from }, (_, index) => otp.stateOf(from + index)));
}

function udsOf(all: OtpCells): string {
  return JSON.stringify(all.data.slice(UDS_START, UDS_START + 16));
}

function resultOf({ text }: Outcome): string | undefined {
  return /^result (.*)\r$/m.exec(text)?.[1];
}

describe('arm-none-eabi-gcc', () => {
  it('gives the committed images, their digests and the module again', { timeout: 60_000 }, () => {
    const out = folder.path('rebuilt');
    const run = folder.run('node', `${root}/scripts/build-primer.mjs`, '--out', out);
    expect(run).toMatchObject({ exitCode: 0 });
    for (const file of [
      'public/firmware/keyfuse-primer-h563.bin',
      'public/firmware/keyfuse-primer-h563.bin.sha256',
      'public/firmware/keyfuse-primer-h563-tz.bin',
      'public/firmware/keyfuse-primer-h563-tz.bin.sha256',
      'src/core/wolfboot/keyfuse-primer-image.ts',
    ]) {
      const rebuilt = toHex(new Uint8Array(readFileSync(`${out}/${file}`)));
      expect(rebuilt, `${file}, built by ${run.text}`).toBe(
        toHex(new Uint8Array(readFileSync(`${root}/${file}`))),
      );
    }
  });

  it('made what the app has built in', () => {
    for (const trustZone of [false, true]) {
      const name = `keyfuse-primer-h563${trustZone ? '-tz' : ''}.bin`;
      const committed = new Uint8Array(readFileSync(`${root}/public/firmware/${name}`));
      expect(toHex(builtInPrimer({ trustZone }))).toBe(toHex(committed));
      expect(recogniseKeyfusePrimer(committed)).toMatchObject({ trustZone, state: 'empty' });
    }
  });
});

const full = onHostLater(filled());
/** The cells after a whole run; worked out when the host program exists. */
function onHostLater(image: Uint8Array): () => OtpCells {
  let known: OtpCells | undefined;
  return () => (known ??= onHost(blank, image).cells);
}

const damagedRegion = filled();
damagedRegion[recogniseKeyfusePrimer(damagedRegion)!.regionOffsetBytes + 100]! ^= 1;

describe('the firmware and its model on the virtual board', () => {
  const commands = ['status', 'uid', 'lock', 'help', 'dump', 'burn everything now', ''];

  it.each<[string, Uint8Array, () => OtpCells, string]>([
    ['an empty region', builtInPrimer(), () => blank, 'no-keystore'],
    ['a damaged region', damagedRegion, () => blank, 'region-damaged'],
    ['a blank chip, no UDS', filled({ uds: 'none' }), () => blank, 'done'],
    ['a second run', filled(), full, 'already'],
    ['a second run that locks', filled({ lockBlocks: [0, 31] }), full, 'done'],
    [
      'locks that are there',
      filled({ lockBlocks: [3] }),
      () => cells((otp) => otp.lock(8), full()),
      'already',
    ],
    [
      'a keystore with its padding',
      filled({ uds: 'none', fillPadding: true }),
      () => blank,
      'done',
    ],
    [
      'something else in a key',
      filled(),
      () => cells((otp) => otp.program(40, 0x1234)),
      'refused-conflict',
    ],
    [
      'something else everywhere',
      filled(),
      () =>
        cells((otp) => {
          for (let at = 0; at < 1024; at++) otp.program(at, at);
        }),
      'refused-conflict',
    ],
    [
      'a written FFFF where a key belongs',
      filled(),
      () => cells((otp) => otp.program(40, 0xffff)),
      'refused-conflict',
    ],
    [
      'a halfword written twice',
      filled(),
      () =>
        cells((otp) => {
          otp.program(40, 0x1234);
          otp.program(40, 0xff00);
        }),
      'refused-conflict',
    ],
    [
      'a damaged UDS',
      filled(),
      () =>
        cells((otp) => {
          otp.program(UDS_START, 0x1234);
          otp.program(UDS_START, 0x4321);
        }),
      'refused-conflict',
    ],
    [
      'a UDS that somebody wrote',
      filled(),
      () =>
        cells((otp) => {
          for (let at = 0; at < 16; at++) otp.program(UDS_START + at, 0x1111 * (at % 15));
        }),
      'done',
    ],
    [
      'a UDS nobody asked for',
      filled({ uds: 'none' }),
      () => cells((otp) => otp.program(UDS_START, 1)),
      'done',
    ],
    ['a locked block', filled(), () => cells((otp) => otp.lock(2)), 'refused-locked'],
    [
      'a locked block that is complete',
      filled(),
      () => cells((otp) => otp.lock(3), full()),
      'already',
    ],
    ['a locked UDS', filled(), () => cells((otp) => otp.lock(0x80000000)), 'refused-locked'],
  ])('say and leave the same: %s', async (_what, image, before, result) => {
    const host = onHost(before(), image, [], commands);
    const board = await onVirtualBoard(before(), image, commands);
    expect(resultOf(host)).toBe(result);
    expect(board.text).toBe(host.text);
    expect(board.cells).toEqual(host.cells);
    if (result.startsWith('refused') || result.includes('region')) {
      expect(host.cells).toEqual(before());
    }
  });

  it('say the same of a fresh chip, and leave the same but for the UDS', async () => {
    const host = onHost(blank, filled({ lockBlocks: [31] }), [], ['status']);
    const board = await onVirtualBoard(blank, filled({ lockBlocks: [31] }), ['status']);
    expect(resultOf(host)).toBe('done');
    expect(board.text).toBe(host.text);
    expect(withoutUds(board.cells)).toEqual(withoutUds(host.cells));
    expect(host.cells.lockWord).toBe(0x80000000);
    for (const { cells: left } of [host, board]) {
      expect(states(left, UDS_START, UDS_START + 16)).toEqual(new Set(['written']));
    }
    expect(udsOf(host.cells)).not.toBe(udsOf(board.cells));
  });

  it.each([
    [0x20, 3, 0],
    [0x1e, 0, 1],
    [0x7c4, 5, 0],
  ] as const)('say the same of a stuck bit at %i', async (offsetBytes, bit, stuckAt) => {
    const host = onHost(blank, filled(), [`stuck=${offsetBytes}.${bit}.${stuckAt}`]);
    const board = await onVirtualBoard(blank, filled(), [], [{ offsetBytes, bit, stuckAt }]);
    expect(board.text).toBe(host.text);
    expect(withoutUds(board.cells)).toEqual(withoutUds(host.cells));
    expect(resultOf(host)).toMatch(/^(refused-conflict|failed-verify)$/);
  });
});

describe('the chip layer', () => {
  it('leaves in each register what the reference manual asks', () => {
    const main = fileURLToPath(new URL('primer-host/registers.c', import.meta.url));
    const strict = ['-std=gnu11', '-O1', '-no-pie', '-Wall', '-Wextra', '-Werror'];
    const define = ['-Wno-int-to-pointer-cast', '-DKEYFUSE_HOST', `-I${firmware}`];
    const sources = [`${firmware}/chip.c`, main, '-o', 'registers'];
    expect(folder.run('gcc', ...strict, ...define, ...sources)).toMatchObject({ exitCode: 0 });
    const { text } = folder.run(folder.path('registers'));
    const found = Object.fromEntries(
      [...text.matchAll(/^(\S+) ([0-9A-F]{8})$/gm)].map(
        ([, name = '', value = '']): [string, string] => [name, value],
      ),
    );
    expect(found).toEqual({
      // Clocks of RNG off, of GPIO B, D, F, G and USART3 on.
      AHB2ENR: '0000006A',
      APB1LENR: '00040000',
      // 32 MHz / 278 = 115108.
      BRR: '00000116',
      CR1: '2000000D',
      'PB.MODER': 'FFFFFFFD',
      'PF.MODER': 'FFFFFDFF',
      'PG.MODER': 'FFFFFDFF',
      'PD.MODER': 'FFFAFFFF',
      'PD.AFRH': 'FFFFFF77',
      'PB.BSRR': '00000001',
      'PF.BSRR': '00100000',
      'PG.BSRR': '00000010',
      // One halfword, its neighbour untouched; locked again behind it.
      program: '00000000',
      halfword4: '0000FFFF',
      halfword5: '00001234',
      NSKEYR: 'CDEF89AB',
      NSCR: '00000001',
      'program+PGSERR': '00040000',
      'read+ECCD': '00000001',
      // Nothing reacts here, so the chip does not show the block locked.
      lock: '00000000',
      OTPBLR_PRG: '80000001',
      OPTKEYR: '4C5D6E7F',
      OPTCR: '00000003',
      trustzone: '00000001',
      'random+0': '00000000',
      RNG_CR: '00F00D04',
      RNG_HTCR: '0000AAC7',
      random: '00000001',
      word: '12345678',
      'random+SECS': '00000000',
    });
  });
});

describe('the firmware', () => {
  it('does what its model does on chips in any state', { timeout: 60_000 }, async () => {
    const prng = createPrng(3, 'primer states');
    for (let round = 0; round < 25; round++) {
      const before = cells((otp) => {
        // Pieces of the wanted content, and now and then something else.
        const wanted = recogniseKeyfusePrimer(filled())!.content;
        for (let at = 0; at < 1024; at++) {
          const value = wanted[2 * at]! | (wanted[2 * at + 1]! << 8);
          if (prng.next() % 3 === 0 && (at < 88 || at >= UDS_START)) otp.program(at, value);
          if (round % 2 === 1 && prng.next() % 500 === 0) otp.program(at, prng.next() & 0xffff);
        }
        if (prng.next() % 4 === 0) otp.lock(1 << (prng.next() % 31));
      });
      const image = filled({ uds: 'none', lockBlocks: round % 3 === 0 ? [30] : [] });
      const host = onHost(before, image, [], ['dump']);
      const board = await onVirtualBoard(before, image, ['dump']);
      expect(board.text).toBe(host.text);
      expect(board.cells).toEqual(host.cells);
    }
  });

  it('is never worse off for a power cut between two halfwords', { timeout: 60_000 }, async () => {
    const total = filled();
    const wholeRun = withoutUds(full());
    const programs = full().data.length - full().check.filter((check) => check === 0x3f).length;
    expect(programs).toBeGreaterThan(80);
    for (let cut = 0; cut < programs; cut += 7) {
      const broken = onHost(blank, total, [`cut=${cut}`]);
      expect(resultOf(broken)).toBeUndefined();
      // Until the very end no bootloader takes it for a keystore.
      expect(states(broken.cells, 0, 4)).toContain('blank');
      const host = onHost(broken.cells, total);
      const board = await onVirtualBoard(broken.cells, total);
      expect(resultOf(host)).toBe('done');
      expect(board.text).toBe(host.text);
      expect(withoutUds(host.cells)).toEqual(wholeRun);
      expect(states(host.cells, UDS_START, UDS_START + 16)).toEqual(new Set(['written']));
      const begun = broken.cells.data
        .slice(UDS_START, UDS_START + 16)
        .filter((value) => value !== 0xffff);
      expect(host.cells.data.slice(UDS_START, UDS_START + begun.length)).toEqual(begun);
      expect(resultOf(onHost(host.cells, total))).toBe('already');
    }
  });

  it('refuses a halfword that a power cut tore, and writes nothing on top', () => {
    const torn = onHost(blank, filled(), ['torn=12']).cells;
    expect(states(torn, 0, 1024)).toContain('damaged');
    const again = onHost(torn, filled());
    expect(resultOf(again)).toBe('refused-conflict');
    expect(again.cells).toEqual(torn);
  });

  it.each(['dead', 'same'])('writes nothing when the generator is %s', (mode) => {
    const run = onHost(blank, filled(), [`random=${mode}`]);
    expect(resultOf(run)).toBe('failed-random');
    expect(run.cells).toEqual(blank);
    expect(run.text).toContain('wrote 0\r\n');
    // Without a UDS it is not asked.
    expect(resultOf(onHost(blank, filled({ uds: 'none' }), [`random=${mode}`]))).toBe('done');
  });

  it('stops at the first error of the flash controller', () => {
    const run = onHost(blank, filled(), ['program=00040000']);
    expect(run.text).toContain('wrote 1\r\n');
    expect(run.text).toMatch(
      /^fault at=0010 found=FFFF wanted=[0-9A-F]{4} ecc=1 flags=00040000\r$/m,
    );
    expect(resultOf(run)).toBe('failed-program');
  });

  it('tells of a lock that does not take, and of TrustZone', () => {
    const run = onHost(blank, filled({ lockBlocks: [1] }), ['nolock', 'tz']);
    expect(resultOf(run)).toBe('failed-lock');
    expect(run.text).toContain('trustzone on\r\n');
    expect(withoutUds(run.cells)).toEqual(withoutUds(full()));
  });

  it('shows by its lights how it went', () => {
    const lights = (before: OtpCells, image: Uint8Array): string => {
      onHost(before, image);
      return bytesToLatin1(folder.read('leds'));
    };
    expect(lights(blank, filled())).toBe('leds 010\nleds 100\n');
    expect(lights(blank, builtInPrimer())).toBe('leds 010\nleds 010\n');
    expect(
      lights(
        cells((otp) => otp.program(40, 1)),
        filled(),
      ),
    ).toBe('leds 010\nleds 001\n');
  });
});
