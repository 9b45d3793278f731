/**
 * The board itself: plugs, power, reset, BOOT0, and which program the chip starts. It owns the
 * memories and the two connectors and tells the panel when something changed.
 */
import type { BoardBuild, BoardPanelState, UpdateKey } from '../core/ports/index.ts';
import type { BootloaderProfile } from '../core/wolfboot/index.ts';
import type { BoardEvent } from './board.ts';
import { alternatesOf } from './dfu-rom/descriptors.ts';
import { DfuRom } from './dfu-rom/dfu-rom.ts';
import { MemoryAccess, type MemoryAccessOptions } from './dfu-rom/memory-access.ts';
import { UsbPort } from './dfu-rom/usb-port.ts';
import { FaultBox } from './faults/fault-box.ts';
import { changedBuild, USUAL_BUILD } from './firmware/bootloader-build.ts';
import { EncryptKeyMemory } from './firmware/encrypt-key.ts';
import type { Firmware, Leds } from './firmware/firmware.ts';
import { ProgramRun } from './firmware/program-run.ts';
import { recogniseFirmware } from './firmware/recognise.ts';
import { FlashMemory } from './flash/flash-memory.ts';
import {
  OptionBytes,
  PRODUCT_STATE_OPEN,
  PRODUCT_STATE_PROVISIONING,
} from './flash/option-bytes.ts';
import { OtpArea } from './otp/otp-area.ts';
import { createPrng, resumePrng, type Prng, type PrngState } from './prng.ts';
import type { SimClock } from './sim-clock.ts';
import { StLinkDrive } from './uart/st-link-drive.ts';
import { StLink } from './uart/st-link.ts';

const UNIQUE_ID_BYTES = 12;
const EVENTS_KEPT = 4000;
const LEDS_OFF: Leds = { green: false, yellow: false, red: false };

export interface BoardMachineOptions extends MemoryAccessOptions {
  readonly seed: number;
  readonly clock: SimClock;
  readonly profile: BootloaderProfile | undefined;
  readonly build?: Partial<BoardBuild> | undefined;
}

export class BoardMachine {
  readonly seed: number;
  readonly clock: SimClock;
  readonly flash = new FlashMemory();
  readonly otp = new OtpArea();
  readonly optionBytes = new OptionBytes(this.otp);
  readonly faults: FaultBox;
  readonly usb: UsbPort;
  readonly stLink: StLink;
  readonly drive: StLinkDrive;
  readonly uniqueId: Uint8Array;
  readonly usbSerial: string;
  readonly events: BoardEvent[] = [];
  readonly encryptKey = new EncryptKeyMemory();
  readonly #memoryAccess: MemoryAccess;
  readonly #profile: BootloaderProfile | undefined;
  #build: BoardBuild;
  readonly #jitter: Prng;
  readonly #watchers = new Set<() => void>();
  #trng: Prng;
  #plugs = { userUsb: false, stLink: false };
  #boot0 = false;
  #alternates = { otp: true, option: true };
  #running: BoardPanelState['running'] = { kind: 'off' };
  #leds = LEDS_OFF;
  #rom: DfuRom | undefined;
  #program: ProgramRun | undefined;

  constructor(options: BoardMachineOptions) {
    this.seed = options.seed;
    this.clock = options.clock;
    this.#profile = options.profile;
    this.#build = changedBuild(USUAL_BUILD, options.build ?? {});
    this.#jitter = createPrng(options.seed, 'jitter');
    this.#trng = createPrng(options.seed, 'trng');
    this.uniqueId = createPrng(options.seed, 'unique id').bytes(UNIQUE_ID_BYTES);
    this.usbSerial = serialOf(this.uniqueId);
    this.faults = new FaultBox({
      onChange: () => {
        this.otp.setStuckBits(this.faults.stuckOtpBits());
        this.#notify();
      },
      onStrike: (what) => {
        this.log(`fault: ${what}`);
      },
    });
    this.#memoryAccess = new MemoryAccess(this, {
      otpThroughFlashAlternate: options.otpThroughFlashAlternate,
      log: (change) => {
        this.log(`option bytes: ${change}`);
      },
    });
    this.usb = new UsbPort(this.clock, this.faults, {
      pullPlug: () => {
        this.setPlug('userUsb', false);
      },
    });
    this.stLink = new StLink(this.clock, this.faults, {
      onBoardReceives: (bytes) => {
        this.#program?.receive(bytes);
      },
      pullPlug: () => {
        this.setPlug('stLink', false);
      },
    });
    this.drive = new StLinkDrive(this.clock, this.faults, {
      flash: this.flash,
      uniqueId: this.uniqueId,
      reachable: () => this.optionBytes.productState === PRODUCT_STATE_OPEN,
      hold: () => {
        this.#stopEverything();
        this.#setRunning({ kind: 'hung', reason: 'held by the ST-LINK, which programs the flash' });
      },
      reset: () => {
        this.reset();
      },
      pullPlug: () => {
        this.setPlug('stLink', false);
      },
      log: (what) => {
        this.log(what);
      },
    });
  }

  get powered(): boolean {
    return this.#plugs.userUsb || this.#plugs.stLink;
  }

  get trngState(): PrngState {
    return this.#trng.state();
  }

  /** Bytes from the chip's random number generator. */
  random(lengthBytes: number): Uint8Array {
    return this.#trng.bytes(lengthBytes);
  }

  resumeTrng(state: PrngState): void {
    this.#trng = resumePrng(state);
  }

  /** What the panel shows, but for the pace, which is the bench's. */
  state(): Omit<BoardPanelState, 'realTimePace'> {
    return {
      boardName: 'NUCLEO-H563ZI',
      plugs: { ...this.#plugs },
      powered: this.powered,
      boot0: this.#boot0,
      running: this.#running,
      leds: this.#leds,
      trustZone: this.optionBytes.trustZone,
      otpAlternate: this.#alternates.otp,
      optionAlternate: this.#alternates.option,
      build: this.#build,
      updateKeyHanded: this.encryptKey.handed !== undefined,
      armedFaults: this.faults.armed,
    };
  }

  watch(onChange: () => void): () => void {
    this.#watchers.add(onChange);
    return () => {
      this.#watchers.delete(onChange);
    };
  }

  log(what: string): void {
    this.events.push({ atMs: this.clock.nowMs(), what });
    if (this.events.length > EVENTS_KEPT) this.events.shift();
  }

  setPlug(plug: 'userUsb' | 'stLink', plugged: boolean): void {
    if (this.#plugs[plug] === plugged) return;
    const before = this.powered;
    this.#plugs = { ...this.#plugs, [plug]: plugged };
    const after = this.powered;
    this.log(`${plug === 'userUsb' ? 'USER USB' : 'ST-LINK'} ${plugged ? 'plugged' : 'unplugged'}`);
    if (!after) this.#powerOff();
    if (plug === 'stLink') this.#followStLinkPlug();
    else if (before && after) this.#followUsbPlug();
    if (!before && after) this.reset();
    this.#notify();
  }

  setBoot0(on: boolean): void {
    if (this.#boot0 === on) return;
    this.#boot0 = on;
    this.#notify();
  }

  /** Switching TrustZone off takes a regression, which erases the flash; OTP stays. */
  setTrustZone(on: boolean): void {
    if (this.optionBytes.trustZone === on) return;
    this.optionBytes.trustZone = on;
    this.log(`TZEN ${on ? 'on' : 'off, by regression: flash erased'}`);
    if (!on) {
      this.flash.eraseAll();
      this.optionBytes.swapBank = false;
      this.optionBytes.resetWatermarks();
    }
    this.reset();
    this.#notify();
  }

  setAlternates(alternates: { readonly otp: boolean; readonly option: boolean }): void {
    this.#alternates = { otp: alternates.otp, option: alternates.option };
    this.#notify();
  }

  get build(): BoardBuild {
    return this.#build;
  }

  setBuild(change: Partial<BoardBuild>): void {
    const before = this.#build;
    this.#build = changedBuild(before, change);
    // A key of another cipher is of no use, and a person would believe it is there.
    if (this.#build.cipher !== before.cipher) this.encryptKey.hand(undefined);
    this.log(`bootloader build: ${JSON.stringify(this.#build)}`);
    this.#notify();
  }

  handUpdateKey(key: UpdateKey | undefined): void {
    this.encryptKey.hand(key);
    this.log(`key of encrypted updates ${key === undefined ? 'taken away' : 'handed over'}`);
    this.#notify();
  }

  /** The reset button, or the chip's own request. Option bytes are loaded anew. */
  reset(): void {
    if (!this.powered) return;
    this.#stopEverything();
    this.log('reset');
    this.flash.setSwapped(this.optionBytes.swapBank);
    if (this.#startsRom()) this.#startRom();
    else this.#startProgram();
    this.#notify();
  }

  #startsRom(): boolean {
    const state = this.optionBytes.productState;
    if (state === PRODUCT_STATE_PROVISIONING) return true;
    return state === PRODUCT_STATE_OPEN && this.#boot0;
  }

  #startRom(): void {
    this.#running = { kind: 'rom-dfu' };
    this.#followUsbPlug();
  }

  #followStLinkPlug(): void {
    if (this.#plugs.stLink) {
      this.stLink.plug();
      this.drive.plug();
    } else {
      this.stLink.unplug();
      this.drive.unplug();
    }
  }

  #followUsbPlug(): void {
    if (this.#running.kind !== 'rom-dfu') return;
    if (this.#plugs.userUsb) {
      this.usb.attach(() => this.#enumerate());
    } else {
      this.#rom?.finish();
      this.usb.detach();
    }
  }

  #enumerate(): DfuRom {
    const stuck = this.#rom?.stuckBusy ?? false;
    const rom = new DfuRom(
      { alternates: alternatesOf(this.#alternates), serial: this.usbSerial },
      this.#memoryAccess,
      {
        slowPollMs: () => this.faults.slowPollMs(),
        jitter: () => this.#jitter.next() / 2 ** 32,
        log: (what) => {
          this.log(`DFU: ${what}`);
        },
        onResetAfter: (durationMs) => {
          this.clock.schedule(durationMs, () => {
            if (this.#rom === rom) this.reset();
          });
        },
        onLeave: () => {
          this.#lockUpAfterLeave();
        },
      },
    );
    // Another enumeration is no reset: a stuck chip stays stuck.
    if (stuck) rom.stickBusy();
    this.#rom = rom;
    return rom;
  }

  /** Leaving DFU on an H563 ends in a fault of the core (formats/stm32-dfu.md, section 4). */
  #lockUpAfterLeave(): void {
    this.log('DFU: leave');
    this.clock.schedule(1, () => {
      if (this.#running.kind !== 'rom-dfu') return;
      this.#rom = undefined;
      this.usb.detach();
      this.#setRunning({ kind: 'hung', reason: 'core locked up after leaving DFU; reset it' });
    });
  }

  #startProgram(): void {
    const firmware = recogniseFirmware(this.flash, {
      trustZone: this.optionBytes.trustZone,
      profile: this.#profile,
      build: this.#build,
    });
    if (firmware === undefined) {
      this.#setRunning({ kind: 'nothing' });
      return;
    }
    this.log(`starts ${firmware.name}`);
    this.#setRunning({ kind: 'firmware', name: firmware.name, detail: '' });
    this.#program = this.#run(firmware);
    this.#program.start();
  }

  #run(firmware: Firmware): ProgramRun {
    return new ProgramRun(firmware, {
      flash: this.flash,
      otp: this.otp,
      optionBytes: this.optionBytes,
      uniqueId: this.uniqueId,
      encryptKey: this.encryptKey,
      clock: this.clock,
      random: (lengthBytes) => this.random(lengthBytes),
      transmit: (bytes, sent) => {
        this.stLink.transmit(bytes, sent);
      },
      setLeds: (leds) => {
        this.#leds = { ...this.#leds, ...leds };
        this.#notify();
      },
      describe: (detail) => {
        this.log(`${firmware.name}: ${detail}`);
        this.#setRunning({ kind: 'firmware', name: firmware.name, detail });
      },
      hang: (reason) => {
        this.log(`${firmware.name} hangs: ${reason}`);
        this.#setRunning({ kind: 'hung', reason });
      },
      reset: () => {
        this.reset();
      },
    });
  }

  #powerOff(): void {
    this.#stopEverything();
    this.#running = { kind: 'off' };
    this.log('power off');
  }

  #stopEverything(): void {
    this.#program?.stop();
    this.#program = undefined;
    this.#rom?.losePower(this.clock.nowMs());
    this.#rom = undefined;
    this.usb.detach();
    this.stLink.resetBoardSide();
    this.flash.clearErrors();
    this.#leds = LEDS_OFF;
  }

  #setRunning(running: BoardPanelState['running']): void {
    this.#running = running;
    this.#notify();
  }

  #notify(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/**
 * The ROM's USB serial: 32 bits of UID word 0 + word 2, then the upper 16 bits of word 1, as 12
 * hex digits (formats/stm32-dfu.md, section 1).
 */
function serialOf(uniqueId: Uint8Array): string {
  const view = new DataView(uniqueId.buffer, uniqueId.byteOffset, uniqueId.length);
  const word = (index: number): number => view.getUint32(4 * index, true);
  const sum = (word(0) + word(2)) >>> 0;
  const upper = word(1) >>> 16;
  return (sum.toString(16).padStart(8, '0') + upper.toString(16).padStart(4, '0')).toUpperCase();
}
