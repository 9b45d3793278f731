/**
 * An STM32H563 (2 MB) in its ROM bootloader: descriptors as such a chip shows them, memories, DfuSe.
 * Written from formats/stm32-dfu.md and stm32h5-device.md, apart from `src/virtual`: the two models agree
 * where the documents say something, and may differ where they are silent.
 */
import { DfuSe, type DfuSeOptions } from './dfuse.ts';
import { Flash } from './flash.ts';
import type { Memory } from './memory.ts';
import { OptionBytes } from './option-bytes.ts';
import { Otp } from './otp.ts';
import {
  DescriptorType,
  RequestKind,
  StandardRequest,
  done,
  languages,
  silence,
  stall,
  stringDescriptor,
  u16,
  type ControlResult,
  type EmulatedUsbDevice,
  type InterfaceInfo,
  type Setup,
} from './usb-device.ts';

export const layout = {
  flash: { base: 0x08000000, pages: 256, pageSize: 8 * 1024 },
  otp: { base: 0x08fff000, size: 2048 },
  optionBytes: { base: 0x40022050, size: 176 },
  transferSize: 1024,
} as const;

export type ChipOptions = Partial<
  Pick<
    DfuSeOptions,
    'readProtected' | 'earlyPoll' | 'announcedMs' | 'onLeave' | 'onOptionWrite' | 'time'
  >
> & {
  /** None: a part that tells no serial number. */
  readonly serialNumber?: string | undefined;
  readonly alternates?: readonly AlternateKind[];
  /** Without an OTP alternate: whether the flash alternate reads the OTP. */
  readonly otpThroughFlash?: boolean;
  /** Bytes; see `Otp`. */
  readonly otpWriteUnit?: number;
  readonly interfaceName?: (name: string) => string;
};

export type AlternateKind = 'flash' | 'option-bytes' | 'otp';

const NAMES: Readonly<Record<AlternateKind, string>> = {
  flash: '@Internal Flash   /0x08000000/256*08Kg',
  'option-bytes': '@Option Bytes   /0x40022050/01*176 e',
  otp: '@OTP Memory   /0x08FFF000/01*2048 e',
};

const StringIndex = { manufacturer: 1, product: 2, serial: 3, firstAlternate: 4 } as const;
const ENGLISH_US = 0x0409;
const SELF_POWERED = 0xc0;
/** Download, upload, will detach; not manifestation tolerant. */
const DFU_ATTRIBUTES = 0x0b;
const DFUSE_VERSION = 0x011a;

export class Stm32H5 implements EmulatedUsbDevice {
  readonly vendorId = 0x0483;
  readonly productId = 0xdf11;
  /** The high byte is the bootloader's protocol, V3.0. */
  readonly versionBcd = 0x0300;
  readonly interfaces: readonly InterfaceInfo[] = [
    { number: 0, class: 0xfe, subclass: 1, protocol: 2 },
  ];
  readonly manufacturer = 'STMicroelectronics';
  readonly product = 'DFU in FS Mode';
  readonly serialNumber: string | undefined;
  configuration = 0;

  readonly flash = new Flash(layout.flash.base, layout.flash.pages, layout.flash.pageSize);
  readonly optionBytes = new OptionBytes(layout.optionBytes.base, layout.optionBytes.size);
  readonly otp: Otp;
  readonly dfu: DfuSe;
  readonly #strings: readonly (string | undefined)[];

  constructor(options: ChipOptions = {}) {
    const { alternates = ['flash', 'option-bytes', 'otp'], otpThroughFlash, ...rest } = options;
    const { interfaceName = (name: string) => name, otpWriteUnit, ...dfu } = rest;
    const locks = (): number => this.optionBytes.otpLock;
    this.otp = new Otp(layout.otp.base, layout.otp.size, locks, otpWriteUnit);
    this.serialNumber = 'serialNumber' in options ? options.serialNumber : '3550366F3330';
    this.#strings = [
      '',
      this.manufacturer,
      this.product,
      this.serialNumber,
      ...alternates.map((kind) => interfaceName(NAMES[kind])),
    ];
    this.dfu = new DfuSe({
      ...dfu,
      alternates: alternates.map((kind) => this.#memoryOf(kind)),
      readableAnywhere: otpThroughFlash === true ? [this.otp] : [],
      transferSize: layout.transferSize,
      startAddress: layout.flash.base,
    });
  }

  control(setup: Setup, data: Uint8Array): ControlResult {
    if (this.dfu.hung) return silence;
    switch (setup.requestType & RequestKind.mask) {
      case RequestKind.class:
        return this.dfu.control(setup, data);
      case RequestKind.standard:
        return this.#standard(setup);
      default:
        return stall;
    }
  }

  setAlternate(interfaceNumber: number, alternate: number): boolean {
    if (interfaceNumber !== 0 || alternate >= this.dfu.alternateCount) return false;
    this.dfu.alternate = alternate;
    return true;
  }

  getAlternate(): number {
    return this.dfu.alternate;
  }

  busReset(): void {
    this.configuration = 0;
    this.dfu.busReset();
  }

  #memoryOf(kind: AlternateKind): Memory {
    if (kind === 'flash') return this.flash;
    return kind === 'otp' ? this.otp : this.optionBytes;
  }

  #standard(setup: Setup): ControlResult {
    switch (setup.request) {
      case StandardRequest.getDescriptor:
        return this.#getDescriptor(setup.value >> 8, setup.value & 0xff);
      case StandardRequest.getStatus:
        return done(Uint8Array.of(0, 0));
      case StandardRequest.clearFeature:
      case StandardRequest.setFeature:
        return done();
      default:
        return stall;
    }
  }

  #getDescriptor(type: number, index: number): ControlResult {
    if (type === DescriptorType.dfuFunctional) {
      // Asked for alone, it hangs this generation of ROMs for ever (section 1).
      this.dfu.hung = true;
      return silence;
    }
    const descriptor = this.#descriptor(type, index);
    return descriptor === undefined ? stall : done(descriptor);
  }

  #descriptor(type: number, index: number): Uint8Array | undefined {
    if (type === DescriptorType.device) return this.#deviceDescriptor();
    if (type === DescriptorType.configuration && index === 0) {
      return this.#configurationDescriptor();
    }
    if (type === DescriptorType.string && index === 0) return languages(ENGLISH_US);
    const text = this.#strings[index];
    // Also the device qualifier: this is a full-speed-only device.
    return type === DescriptorType.string && text !== undefined
      ? stringDescriptor(text)
      : undefined;
  }

  #deviceDescriptor(): Uint8Array {
    const serial = this.serialNumber === undefined ? 0 : StringIndex.serial;
    return Uint8Array.from([
      ...[18, DescriptorType.device, ...u16(0x0200), 0, 0, 0, 64],
      ...[...u16(this.vendorId), ...u16(this.productId), ...u16(this.versionBcd)],
      ...[StringIndex.manufacturer, StringIndex.product, serial, 1],
    ]);
  }

  #configurationDescriptor(): Uint8Array {
    const alternates = Array.from({ length: this.dfu.alternateCount }, (_, alternate) => [
      ...[9, DescriptorType.interface, 0, alternate, 0, 0xfe, 1, 2],
      StringIndex.firstAlternate + alternate,
    ]).flat();
    const functional = [
      ...[9, DescriptorType.dfuFunctional, DFU_ATTRIBUTES, ...u16(255)],
      ...[...u16(layout.transferSize), ...u16(DFUSE_VERSION)],
    ];
    const total = 9 + alternates.length + functional.length;
    const head = [9, DescriptorType.configuration, ...u16(total), 1, 1, 0, SELF_POWERED, 50];
    return Uint8Array.from([...head, ...alternates, ...functional]);
  }
}
