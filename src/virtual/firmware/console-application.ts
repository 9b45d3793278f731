/**
 * wolfBoot's test application for the H5: line editor, commands and the update over XMODEM
 * (formats/wolfboot.md sections 21 and 22, stm32h5-device.md sections 4 and 5). The bootloader has
 * already decided that it may run.
 */
import { asciiToBytes } from '../../core/bytes/index.ts';
import type { KeystoreSlot } from '../../core/wolfboot/index.ts';
import {
  bannerText,
  COMMANDS,
  helpText,
  infoText,
  PROMPT,
  RANDOM_REFUSED_TEXT,
  timestampText,
  type CommandName,
} from './console-texts.ts';
import type { BoardHardware } from './firmware.ts';
import type { Partitions } from './partitions.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { XmodemReceiver, type Reaction } from './xmodem-receiver.ts';

const CR = 0x0d;
const BACKSPACE = 0x08;
const SPACE = 0x20;
const DELETE = 0x7f;
const CAN = 0x18;
const MAX_LINE = 255;

/** SysTick is set for 250 MHz while the core runs at 248: a second is 1.008 s. */
const TICK_MS = 1.008;
const SILENCE_TICKS = 1000;
/** From the last byte of a packet to the first of the answer, flash programming included. */
const ANSWER_MS = 0.3;
/** Rewriting the sector that holds the partition's state; 12 to 20 ms in the recordings. */
const SET_STATE_MS = 12;
/** Nobody has measured the erase of the update partition on silicon; 80 sectors take 0.4 s here. */
const SECTOR_ERASE_MS = 5;
/** How long the green LED shows that something was received. */
const LED_BLINK_MS = 60;

export interface ApplicationOptions {
  /** Built for encrypted updates: sets the key it was given, and triggers what it cannot read. */
  readonly encryptedUpdates: boolean;
  /** Why the bootloader did not take the update; shown on the panel beside the version. */
  readonly updateRefused: string | undefined;
}

export class ConsoleApplication {
  readonly #hardware: BoardHardware;
  readonly #partitions: Partitions;
  readonly #slots: readonly KeystoreSlot[];
  readonly #options: ApplicationOptions;
  readonly #received = new ReceiveBuffer();
  readonly #startMs: number;
  #line = '';
  /** Printing, erasing or programming: what arrives waits in the buffer. */
  #busy = true;
  #receiver: XmodemReceiver | undefined;
  #callOffSilence = (): void => {};
  #callOffGreen = (): void => {};
  #yellow = false;

  constructor(
    hardware: BoardHardware,
    partitions: Partitions,
    slots: readonly KeystoreSlot[],
    options: ApplicationOptions,
  ) {
    this.#hardware = hardware;
    this.#partitions = partitions;
    this.#slots = slots;
    this.#options = options;
    this.#startMs = hardware.nowMs();
  }

  start(): void {
    this.#hardware.uart.onReceive((bytes) => {
      this.#receive(bytes);
    });
    this.#hardware.setLeds({ red: true });
    this.#describe();
    this.#print(bannerText(this.#partitions.version('boot')) + this.#info() + PROMPT);
  }

  #receive(bytes: Uint8Array): void {
    this.#received.push(bytes);
    this.#hardware.setLeds({ green: true });
    this.#callOffGreen();
    this.#callOffGreen = this.#hardware.after(
      LED_BLINK_MS,
      () => {
        this.#hardware.setLeds({ green: false });
      },
      { background: true },
    );
    this.#work();
  }

  /** Takes what is in the buffer until there is something that must be waited for. */
  #work(): void {
    let byte = this.#nextByte();
    if (byte !== undefined && this.#receiver !== undefined) this.#awaitSilence();
    while (byte !== undefined) {
      if (this.#receiver === undefined) this.#editLine(byte);
      else this.#receivePacketByte(this.#receiver, byte);
      byte = this.#nextByte();
    }
  }

  #nextByte(): number | undefined {
    return this.#busy ? undefined : this.#received.shift();
  }

  // The line editor

  #editLine(byte: number): void {
    if (byte === CR) {
      const line = this.#line;
      this.#line = '';
      this.#print('\r\n', () => {
        this.#execute(line);
      });
    } else if (byte === BACKSPACE) {
      if (this.#line === '') return;
      this.#line = this.#line.slice(0, -1);
      this.#echo('\b \b');
    } else if (byte >= SPACE && byte < DELETE && this.#line.length < MAX_LINE) {
      const character = String.fromCharCode(byte);
      this.#line += character;
      this.#echo(character);
    }
  }

  #execute(line: string): void {
    if (line === '') {
      this.#print(PROMPT);
      return;
    }
    const names = Object.keys(COMMANDS) as CommandName[];
    const command = names.find((name) => line.startsWith(name));
    if (command === undefined) this.#print(`Unknown command: ${line}\r\n${PROMPT}`);
    else this.#run(command);
  }

  #run(command: CommandName): void {
    switch (command) {
      case 'help':
        this.#print(helpText() + PROMPT);
        return;
      case 'info':
        this.#print(this.#info() + PROMPT);
        return;
      case 'random':
        this.#print(RANDOM_REFUSED_TEXT + PROMPT);
        return;
      case 'timestamp': {
        const { bootAddress } = this.#partitions.layout;
        const vectorTable = bootAddress + this.#partitions.headerSizeBytes;
        this.#print(timestampText(this.#ticks(), vectorTable) + PROMPT);
        return;
      }
      case 'benchmark':
      case 'test':
        // Built without wolfCrypt's own programs, as recorded.
        this.#print(PROMPT);
        return;
      case 'success':
        this.#confirm();
        return;
      case 'update':
        this.#update();
        return;
      case 'reboot':
        this.#hardware.reset();
        return;
    }
  }

  #confirm(): void {
    this.#wait(SET_STATE_MS, () => {
      this.#partitions.setState('boot', 'CONFIRMED');
      this.#hardware.encryptKey.erase();
      this.#describe();
      this.#print(`update success confirmed.\r\n${PROMPT}`);
    });
  }

  // The update

  #update(): void {
    this.#hardware.describe('erasing the update partition');
    this.#print('Erasing update partition...', () => {
      this.#wait(this.#partitions.sectorCount * SECTOR_ERASE_MS, () => {
        this.#partitions.erase('update');
        this.#print('Done.\r\nWaiting for XMODEM transfer...\r\n', () => {
          this.#beginTransfer();
        });
      });
    });
  }

  #beginTransfer(): void {
    this.#hardware.describe('waiting for an XMODEM transfer');
    this.#receiver = new XmodemReceiver(
      this.#partitions.headerSizeBytes,
      (offsetBytes, data) => this.#partitions.program('update', offsetBytes, data) === 'done',
    );
    this.#awaitSilence();
  }

  /** Background: the receiver waits for ever, and time must not run away with it. */
  #awaitSilence(): void {
    this.#callOffSilence();
    this.#callOffSilence = this.#hardware.after(
      SILENCE_TICKS * TICK_MS,
      () => {
        if (this.#receiver === undefined) return;
        const reaction = this.#receiver.silence();
        this.#awaitSilence();
        if (!this.#busy) this.#react(reaction);
      },
      { background: true },
    );
  }

  #receivePacketByte(receiver: XmodemReceiver, byte: number): void {
    const reaction = receiver.take(byte);
    if (reaction.kind === 'none') return;
    this.#wait(ANSWER_MS, () => {
      this.#react(reaction);
    });
  }

  #react(reaction: Reaction): void {
    switch (reaction.kind) {
      case 'none':
        return;
      case 'answer':
        this.#blinkYellow();
        this.#hardware.uart.transmit(Uint8Array.of(reaction.byte));
        return;
      case 'end':
        this.#hardware.uart.transmit(Uint8Array.of(reaction.byte));
        this.#endTransfer(String(reaction.result), reaction.result === 0);
        return;
      case 'write-error':
        this.#hardware.uart.transmit(new Uint8Array(10).fill(CAN));
        this.#hardware.uart.transmit(asciiToBytes('Error writing to flash\r\n'));
        this.#endTransfer('-1', false);
        return;
    }
  }

  #endTransfer(result: string, good: boolean): void {
    this.#receiver = undefined;
    this.#callOffSilence();
    this.#hardware.setLeds({ yellow: false });
    const ending = `${'\r'.repeat(10)}End of transfer. ret: ${result}\r\n`;
    if (!good) {
      this.#print(`${ending}Transfer failed\r\n${PROMPT}`);
    } else {
      const keySet = this.#options.encryptedUpdates && this.#hardware.encryptKey.setForBootloader();
      const version = this.#partitions.version('update');
      const succeeded = `${ending}Transfer succeeded\r\n`;
      if (version > 0) {
        this.#triggerUpdate(`${succeeded}New firmware version: 0x${version.toString(16)}\r\n`);
      } else if (keySet) {
        this.#triggerUpdate(succeeded);
      } else {
        this.#print(`${succeeded}No valid image in update partition\r\n${PROMPT}`);
      }
    }
    this.#describe();
  }

  /** The application believes the header; neither length nor signature are looked at. */
  #triggerUpdate(ending: string): void {
    this.#print(`${ending}Triggering update...\r\n`, () => {
      this.#wait(SET_STATE_MS, () => {
        this.#partitions.setState('update', 'UPDATING');
        this.#print(`Update written successfully. Reboot to apply.\r\n${PROMPT}`);
      });
    });
  }

  // Small tools

  #info(): string {
    const partitions = this.#partitions;
    return infoText({
      banksSwapped: this.#hardware.flash.swapped,
      boot: { version: partitions.version('boot'), state: partitions.state('boot') },
      update: { version: partitions.version('update'), state: partitions.state('update') },
      slots: this.#slots,
    });
  }

  #describe(): void {
    const version = this.#partitions.version('boot');
    const { updateRefused } = this.#options;
    this.#hardware.describe(
      `application version ${version}, ${this.#partitions.state('boot')}` +
        (updateRefused === undefined ? '' : `; the bootloader refused the update: ${updateRefused}`),
    );
  }

  #ticks(): number {
    return Math.floor((this.#hardware.nowMs() - this.#startMs) / TICK_MS);
  }

  #blinkYellow(): void {
    this.#yellow = !this.#yellow;
    this.#hardware.setLeds({ yellow: this.#yellow });
  }

  /** Echo does not stop the reading; the line keeps the order. */
  #echo(text: string): void {
    this.#hardware.uart.transmit(asciiToBytes(text));
  }

  /** Prints and waits until it is out, as the application does. */
  #print(text: string, then?: () => void): void {
    this.#busy = true;
    this.#hardware.uart.transmit(asciiToBytes(text), () => {
      this.#free(then);
    });
  }

  #wait(durationMs: number, then: () => void): void {
    this.#busy = true;
    this.#hardware.after(durationMs, () => {
      this.#free(then);
    });
  }

  #free(then: (() => void) | undefined): void {
    this.#busy = false;
    then?.();
    this.#work();
  }
}
