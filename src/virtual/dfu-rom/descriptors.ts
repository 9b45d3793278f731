/**
 * The ROM bootloader's USB descriptors and strings (formats/stm32-dfu.md, sections 1 and 3).
 * Published for H563: identity, flash map, transfer size, bcdDevice. The option and OTP strings are
 * those of ST's published H5 bootloader source, for no listing of the ROM itself is known.
 */
import { asciiToBytes, concatBytes } from '../../core/bytes/index.ts';
import type { UsbIdentity } from '../../core/ports/index.ts';
import { OPTION2_BASE, OPTION2_BYTES, OPTION_BASE, OPTION_BYTES } from '../flash/option-bytes.ts';
import { FLASH_BASE, FLASH_BYTES } from '../flash/flash-memory.ts';
import { OTP_BASE, OTP_BYTES } from '../otp/otp-area.ts';

export const TRANSFER_BYTES = 1024;

const VENDOR_ID = 0x0483;
const PRODUCT_ID = 0xdf11;
const DEVICE_VERSION_BCD = 0x0300;
const DFU_VERSION_BCD = 0x011a;
/** Download, upload, will detach; not manifestation tolerant. */
const DFU_ATTRIBUTES = 0x0b;
const DETACH_TIMEOUT_MS = 255;
const MANUFACTURER = 'STMicroelectronics';
const PRODUCT = 'DFU in FS Mode';

export const DESCRIPTOR_DEVICE = 1;
export const DESCRIPTOR_CONFIGURATION = 2;
export const DESCRIPTOR_STRING = 3;
export const DESCRIPTOR_DFU_FUNCTIONAL = 0x21;

const CONFIGURATION_HEADER_BYTES = 9;
const STRING_MANUFACTURER = 1;
const STRING_PRODUCT = 2;
const STRING_SERIAL = 3;
const STRING_FIRST_ALTERNATE = 4;
const LANGUAGE_US_ENGLISH = [0x09, 0x04];

export interface Alternate {
  readonly kind: 'flash' | 'option-bytes' | 'otp';
  readonly name: string;
  readonly baseAddress: number;
  readonly sizeBytes: number;
}

const FLASH_ALTERNATE: Alternate = {
  kind: 'flash',
  name: '@Internal Flash   /0x08000000/256*08Kg',
  baseAddress: FLASH_BASE,
  sizeBytes: FLASH_BYTES,
};

const OPTION_ALTERNATE: Alternate = {
  kind: 'option-bytes',
  name: '@Option Bytes   /0x40022050/01*176 e',
  baseAddress: OPTION_BASE,
  sizeBytes: OPTION_BYTES,
};

const OPTION2_ALTERNATE: Alternate = {
  kind: 'option-bytes',
  name: '@Option Bytes   /0x400221E0/01*32 e',
  baseAddress: OPTION2_BASE,
  sizeBytes: OPTION2_BYTES,
};

/** ST's source marks it erasable (g), which it is not. */
const OTP_ALTERNATE: Alternate = {
  kind: 'otp',
  name: '@OTP Memory   /0x08FFF000/02*01Kg',
  baseAddress: OTP_BASE,
  sizeBytes: OTP_BYTES,
};

/** Alternate settings in their order on the bus. */
export function alternatesOf(offered: {
  readonly otp: boolean;
  readonly option: boolean;
}): readonly Alternate[] {
  return [
    FLASH_ALTERNATE,
    ...(offered.option ? [OPTION_ALTERNATE, OPTION2_ALTERNATE] : []),
    ...(offered.otp ? [OTP_ALTERNATE] : []),
  ];
}

export function identityOf(serial: string): UsbIdentity {
  return {
    vendorId: VENDOR_ID,
    productId: PRODUCT_ID,
    deviceVersionBcd: DEVICE_VERSION_BCD,
    manufacturer: MANUFACTURER,
    product: PRODUCT,
    serial,
  };
}

/** The answer to GET_DESCRIPTOR for `type` and `index`, uncut; undefined: the device stalls. */
export function descriptorOf(
  type: number,
  index: number,
  alternates: readonly Alternate[],
  serial: string,
): Uint8Array | undefined {
  if (type === DESCRIPTOR_DEVICE && index === 0) return deviceDescriptor();
  if (type === DESCRIPTOR_CONFIGURATION && index === 0) return configuration(alternates.length);
  if (type === DESCRIPTOR_STRING) return stringDescriptor(index, alternates, serial);
  return undefined;
}

function deviceDescriptor(): Uint8Array {
  return Uint8Array.of(
    ...[18, DESCRIPTOR_DEVICE, ...le16(0x0200), 0, 0, 0, 64],
    ...[...le16(VENDOR_ID), ...le16(PRODUCT_ID), ...le16(DEVICE_VERSION_BCD)],
    ...[STRING_MANUFACTURER, STRING_PRODUCT, STRING_SERIAL, 1],
  );
}

/** One interface, an alternate setting per memory, the functional descriptor after the last. */
function configuration(alternateCount: number): Uint8Array {
  const interfaces = Array.from({ length: alternateCount }, (_, alternate) =>
    Uint8Array.of(9, 4, 0, alternate, 0, 0xfe, 0x01, 0x02, STRING_FIRST_ALTERNATE + alternate),
  );
  const functional = Uint8Array.of(
    ...[9, DESCRIPTOR_DFU_FUNCTIONAL, DFU_ATTRIBUTES, ...le16(DETACH_TIMEOUT_MS)],
    ...[...le16(TRANSFER_BYTES), ...le16(DFU_VERSION_BCD)],
  );
  const body = concatBytes(...interfaces, functional);
  const totalBytes = CONFIGURATION_HEADER_BYTES + body.length;
  // Self-powered, 100 mA.
  const header = [9, DESCRIPTOR_CONFIGURATION, ...le16(totalBytes), 1, 1, 0, 0xc0, 50];
  return concatBytes(Uint8Array.from(header), body);
}

function stringDescriptor(
  index: number,
  alternates: readonly Alternate[],
  serial: string,
): Uint8Array | undefined {
  if (index === 0) return Uint8Array.of(4, DESCRIPTOR_STRING, ...LANGUAGE_US_ENGLISH);
  const text = stringOf(index, alternates, serial);
  if (text === undefined) return undefined;
  const utf16 = Array.from(asciiToBytes(text)).flatMap((byte) => [byte, 0]);
  return Uint8Array.of(2 + utf16.length, DESCRIPTOR_STRING, ...utf16);
}

function stringOf(
  index: number,
  alternates: readonly Alternate[],
  serial: string,
): string | undefined {
  if (index === STRING_MANUFACTURER) return MANUFACTURER;
  if (index === STRING_PRODUCT) return PRODUCT;
  if (index === STRING_SERIAL) return serial;
  return alternates[index - STRING_FIRST_ALTERNATE]?.name;
}

function le16(value: number): [number, number] {
  return [value & 0xff, value >> 8];
}
