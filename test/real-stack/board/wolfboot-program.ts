/**
 * The bootloader with two banks and its demo application (formats/stm32h5-device.md, sections 3 to 5). The
 * partition states, which the real ones keep in flash, are kept beside it.
 */
import { bootableImage, keysIn, type BootableImage } from './signed-image.ts';
import type { Program, ProgramHost } from './program.ts';
import { UpdateReceiver } from './update-receiver.ts';

const BOOT_AT = 0x08060000;
const UPDATE_AT = 0x08160000;
const PARTITION_BYTES = 0xa0000;
const BOOT_MS = 400;
const SECTOR_ERASE_MS = 2;
const PAGE_BYTES = 8192;
const PROMPT = '\r\ncmd> ';
const CR = 0x0d;
const BACKSPACE = 0x08;
const MOST_LINE_BYTES = 255;

export interface BootFlags {
  swapped: boolean;
  boot: 'NEW' | 'TESTING' | 'CONFIRMED';
  update: 'NEW' | 'UPDATING';
  /** For stock senders, which the original's refusal of a repeated packet stops for ever. */
  acksRepeats?: boolean;
}

/** Undefined when no key of the OTP has signed what lies in the boot partition. */
export function startWolfboot(host: ProgramHost, flags: BootFlags): Program | undefined {
  const keys = keysIn(host.chip.otp);
  const read = (at: number): BootableImage | undefined =>
    bootableImage(host.chip.flash.read(at, PARTITION_BYTES), keys);
  let running = read(BOOT_AT);
  if (flags.update === 'UPDATING') {
    const candidate = read(UPDATE_AT);
    const newer = candidate !== undefined && candidate.version > (running?.version ?? 0);
    if (newer) {
      swapPartitions(host);
      flags.swapped = !flags.swapped;
      flags.boot = 'TESTING';
      flags.update = 'NEW';
      running = candidate;
    } else if (candidate === undefined) {
      host.chip.flash.load(UPDATE_AT, new Uint8Array(PARTITION_BYTES).fill(0xff));
      flags.update = 'NEW';
    }
  }
  return running === undefined ? undefined : new Application(host, flags, running);
}

/** What an exchange of the banks does to the two partitions. */
function swapPartitions({ chip }: ProgramHost): void {
  const [boot, update] = [BOOT_AT, UPDATE_AT].map((at) => chip.flash.read(at, PARTITION_BYTES));
  if (boot !== undefined) chip.flash.load(UPDATE_AT, boot);
  if (update !== undefined) chip.flash.load(BOOT_AT, update);
}

class Application implements Program {
  readonly #host: ProgramHost;
  readonly #flags: BootFlags;
  readonly #running: BootableImage;
  #callOff: () => void;
  #line = '';
  #atPrompt = false;
  #receiver: UpdateReceiver | undefined;

  constructor(host: ProgramHost, flags: BootFlags, running: BootableImage) {
    this.#host = host;
    this.#flags = flags;
    this.#running = running;
    this.#callOff = host.time.after(BOOT_MS, () => {
      this.#say(...this.#banner(), ...this.#info());
      this.#prompt();
    });
  }

  stop(): void {
    this.#callOff();
    this.#receiver?.stop();
  }

  receive(byte: number): void {
    if (this.#receiver !== undefined) {
      this.#receiver.receive(byte);
      return;
    }
    if (!this.#atPrompt) return;
    if (byte === CR) {
      this.#enter();
    } else if (byte === BACKSPACE && this.#line !== '') {
      this.#line = this.#line.slice(0, -1);
      this.#host.print('\b \b');
    } else if (byte >= 0x20 && byte < 0x7f && this.#line.length < MOST_LINE_BYTES) {
      this.#line += String.fromCharCode(byte);
      this.#host.print(Uint8Array.of(byte));
    }
  }

  #say(...lines: readonly string[]): void {
    this.#host.print(lines.map((line) => `${line}\r\n`).join(''));
  }

  #prompt(): void {
    this.#atPrompt = true;
    this.#host.print(PROMPT);
  }

  #enter(): void {
    const line = this.#line;
    this.#line = '';
    this.#host.print('\r\n');
    // By the beginning of the line, as the original compares.
    const command = ['help', 'info', 'success', 'update', 'reboot'].find((name) =>
      line.startsWith(name),
    );
    switch (command) {
      case 'help':
        this.#say('help', 'info', 'success', 'update', 'reboot');
        break;
      case 'info':
        this.#say(...this.#info());
        break;
      case 'success':
        this.#flags.boot = 'CONFIRMED';
        this.#say('update success confirmed.');
        break;
      case 'update':
        this.#update();
        return;
      case 'reboot':
        this.#atPrompt = false;
        this.#host.reset();
        return;
      default:
        if (line !== '') this.#say(`Unknown command: ${line}`);
    }
    this.#prompt();
  }

  #banner(): string[] {
    const rule = '========================';
    return [
      rule,
      ...['STM32H5 wolfBoot demo Application', 'Copyright 2024 wolfSSL Inc', 'GPL v3'],
      `Version : 0x${this.#running.version.toString(16)}`,
      rule,
      '',
    ];
  }

  #info(): string[] {
    const keys = keysIn(this.#host.chip.otp);
    return [
      ...['', 'System information', '===================================='],
      `Flash banks are ${this.#flags.swapped ? '' : 'not '}swapped.`,
      `Firmware version : 0x${this.#running.version.toString(16)}`,
      `Current firmware state: ${this.#flags.boot}`,
      ...this.#updateInfo(),
      ...['', 'Bootloader OTP keystore information', `Number of public keys: ${keys.length}`],
      ...keys.flatMap((key, index) => [
        `  Public Key #${index}: size ${key.size}, type ${key.type}, mask ${key.mask.toString(16).padStart(8, '0')}`,
        ...rowsOf(key.bytes),
      ]),
    ];
  }

  #updateInfo(): string[] {
    const there = this.#candidate();
    if (there === undefined) return ['No image in update partition.'];
    const updating = this.#flags.update === 'UPDATING';
    return [
      `${updating ? 'Candidate' : 'Backup'} firmware version : 0x${there.version.toString(16)}`,
      `Update state: ${this.#flags.update}`,
      there.version > this.#running.version
        ? "'reboot' to initiate update."
        : 'Update image older than current.',
    ];
  }

  #candidate(): BootableImage | undefined {
    const { chip } = this.#host;
    return bootableImage(chip.flash.read(UPDATE_AT, PARTITION_BYTES), keysIn(chip.otp));
  }

  #update(): void {
    this.#atPrompt = false;
    this.#say('Erasing update partition...');
    const pages = PARTITION_BYTES / PAGE_BYTES;
    this.#callOff = this.#host.time.after(pages * SECTOR_ERASE_MS, () => {
      const blank = new Uint8Array(PARTITION_BYTES).fill(0xff);
      this.#host.chip.flash.load(UPDATE_AT, blank);
      this.#flags.update = 'NEW';
      this.#say('Done.', 'Waiting for XMODEM transfer...');
      this.#receiver = new UpdateReceiver({
        time: this.#host.time,
        acksRepeats: this.#flags.acksRepeats === true,
        send: (byte) => {
          this.#host.print(Uint8Array.of(byte));
        },
        store: (offset, block) => {
          this.#host.chip.flash.bytes.set(block, UPDATE_AT - 0x08000000 + offset);
        },
        ended: (good) => {
          this.#receiver = undefined;
          this.#transferEnded(good);
        },
      });
    });
  }

  /** Says the same whatever arrived, as the original does. */
  #transferEnded(good: boolean): void {
    const { chip } = this.#host;
    const head = Buffer.from(chip.flash.read(UPDATE_AT, 32));
    this.#host.print('\r'.repeat(10));
    if (!good) {
      this.#say('End of transfer. ret: 1', 'Transfer failed');
    } else if (head.toString('latin1', 0, 4) !== 'WOLF') {
      this.#say(
        'End of transfer. ret: 0',
        'Transfer succeeded',
        'No valid image in update partition',
      );
    } else {
      this.#flags.update = 'UPDATING';
      this.#say(
        ...['End of transfer. ret: 0', 'Transfer succeeded'],
        `New firmware version: 0x${head.readUInt32LE(12).toString(16)}`,
        'Triggering update...',
        'Update written successfully. Reboot to apply.',
      );
    }
    this.#prompt();
  }
}

function rowsOf(bytes: Buffer): string[] {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)].map((byte) => byte.toString(16).padStart(2, '0'));
    rows.push(`\t${row.map((pair) => `${pair} `).join('')}`);
  }
  return rows;
}
