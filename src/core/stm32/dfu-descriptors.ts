/**
 * What a DFU device says in its descriptors: walk of the configuration descriptor (USB 2.0, 9.6; DFU 1.1,
 * 4.1.3) and string descriptors. Pure functions over bytes; they never throw on any bytes.
 */

export interface InterfaceAlternate {
  readonly number: number;
  /** iInterface; 0 means that it has no name. */
  readonly nameIndex: number;
}

export interface FunctionalDescriptor {
  readonly attributes: number;
  readonly transferSizeBytes: number;
  readonly dfuVersionBcd: number;
}

export interface DfuDescriptors {
  readonly alternates: readonly InterfaceAlternate[];
  readonly functional: FunctionalDescriptor | undefined;
  readonly warnings: readonly string[];
}

export const DESCRIPTOR_TYPE = { configuration: 2, string: 3, interface: 4, dfu: 0x21 } as const;

/** Length of the configuration descriptor's own head, which carries wTotalLength. */
export const CONFIGURATION_HEAD_BYTES = 9;

const SHORTEST_DESCRIPTOR_BYTES = 2;
const INTERFACE_BYTES = 9;
const DFU_CLASS = 0xfe;
const DFU_SUBCLASS = 0x01;
const DFU_MODE_PROTOCOL = 0x02;
/** DFU 1.0 has no version field. */
const FUNCTIONAL_BYTES_1_0 = 7;
const FUNCTIONAL_BYTES_1_1 = 9;

/** wTotalLength, or `undefined` when these are not the first bytes of a configuration descriptor. */
export function totalLengthOf(head: Uint8Array): number | undefined {
  if (head.length < 4 || head[1] !== DESCRIPTOR_TYPE.configuration) return undefined;
  return u16(head, 2);
}

/**
 * The DFU alternates of `interfaceNumber`, and the functional descriptor: usually one, after the last
 * alternate, but it is taken wherever it stands after a DFU interface.
 */
export function walkConfiguration(bytes: Uint8Array, interfaceNumber: number): DfuDescriptors {
  const alternates: InterfaceAlternate[] = [];
  const warnings: string[] = [];
  let functional: FunctionalDescriptor | undefined;
  let inDfu = false;
  for (let at = 0; at + SHORTEST_DESCRIPTOR_BYTES <= bytes.length;) {
    const lengthBytes = bytes[at] ?? 0;
    if (lengthBytes < SHORTEST_DESCRIPTOR_BYTES || at + lengthBytes > bytes.length) {
      warnings.push(`configuration descriptor: broken length ${lengthBytes} at offset ${at}`);
      break;
    }
    const descriptor = bytes.subarray(at, at + lengthBytes);
    if (descriptor[1] === DESCRIPTOR_TYPE.interface && lengthBytes >= INTERFACE_BYTES) {
      inDfu = descriptor[5] === DFU_CLASS && descriptor[6] === DFU_SUBCLASS;
      if (inDfu && descriptor[2] === interfaceNumber) {
        alternates.push({ number: descriptor[3] ?? 0, nameIndex: descriptor[8] ?? 0 });
        if (descriptor[7] !== DFU_MODE_PROTOCOL) {
          warnings.push(
            `alternate ${descriptor[3]} has protocol ${descriptor[7]}, not DFU mode (2)`,
          );
        }
      }
    } else if (descriptor[1] === DESCRIPTOR_TYPE.dfu && inDfu) {
      functional ??= functionalOf(descriptor);
    }
    at += lengthBytes;
  }
  return { alternates, functional, warnings };
}

function functionalOf(descriptor: Uint8Array): FunctionalDescriptor | undefined {
  if (descriptor.length < FUNCTIONAL_BYTES_1_0) return undefined;
  return {
    attributes: descriptor[2] ?? 0,
    transferSizeBytes: u16(descriptor, 5),
    dfuVersionBcd: descriptor.length >= FUNCTIONAL_BYTES_1_1 ? u16(descriptor, 7) : 0x0100,
  };
}

/** The first language of string descriptor 0 (USB 2.0, 9.6.7). */
export function firstLanguageOf(bytes: Uint8Array): number | undefined {
  const content = stringContent(bytes);
  return content === undefined || content.length < 2 ? undefined : u16(content, 0);
}

/** Text of a string descriptor (UTF-16LE); `undefined` when it is none. */
export function textOf(bytes: Uint8Array): string | undefined {
  const content = stringContent(bytes);
  if (content === undefined) return undefined;
  let text = '';
  for (let at = 0; at + 2 <= content.length; at += 2) text += String.fromCharCode(u16(content, at));
  return text;
}

function stringContent(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < SHORTEST_DESCRIPTOR_BYTES || bytes[1] !== DESCRIPTOR_TYPE.string) {
    return undefined;
  }
  return bytes.subarray(SHORTEST_DESCRIPTOR_BYTES, Math.min(bytes[0] ?? 0, bytes.length));
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256;
}
