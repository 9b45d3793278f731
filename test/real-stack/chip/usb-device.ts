/** What a transport (usbredir, a test's own bus) needs of an emulated USB device with endpoint 0 only. */

/** A SETUP packet as it stands on the wire (USB 2.0, 9.3). */
export interface Setup {
  readonly requestType: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  readonly length: number;
}

/** A control transfer succeeds (with data, when the host reads), is stalled, or is never answered. */
export type ControlResult =
  | { readonly kind: 'ok'; readonly data: Uint8Array }
  | { readonly kind: 'stall' }
  | { readonly kind: 'silence' };

export const stall: ControlResult = { kind: 'stall' };
export const silence: ControlResult = { kind: 'silence' };
export const done = (data: Uint8Array = new Uint8Array()): ControlResult => ({ kind: 'ok', data });

export interface InterfaceInfo {
  readonly number: number;
  readonly class: number;
  readonly subclass: number;
  readonly protocol: number;
}

export interface EmulatedUsbDevice {
  readonly vendorId: number;
  readonly productId: number;
  readonly versionBcd: number;
  readonly interfaces: readonly InterfaceInfo[];
  configuration: number;
  /** Endpoint 0. Configuration and alternate settings come through their own members. */
  control(setup: Setup, data: Uint8Array): ControlResult;
  setAlternate(interfaceNumber: number, alternate: number): boolean;
  getAlternate(interfaceNumber: number): number;
  busReset(): void;
}

export const RequestKind = { in: 0x80, mask: 0x60, standard: 0x00, class: 0x20 } as const;

export const StandardRequest = {
  getStatus: 0,
  clearFeature: 1,
  setFeature: 3,
  getDescriptor: 6,
} as const;

export const DescriptorType = {
  device: 1,
  configuration: 2,
  string: 3,
  interface: 4,
  dfuFunctional: 0x21,
} as const;

export const u16 = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff];

export function stringDescriptor(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'utf16le');
  return Uint8Array.from([bytes.length + 2, DescriptorType.string, ...bytes]);
}

/** String descriptor 0: the one language there is. */
export const languages = (id: number): Uint8Array =>
  Uint8Array.from([4, DescriptorType.string, ...u16(id)]);
