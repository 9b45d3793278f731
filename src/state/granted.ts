/**
 * Which of several granted devices is meant: the one that the person chose, or the only one there can
 * be. Never a guess. Pure.
 */
import { AppError } from '../core/errors.ts';
import type { SerialIdentity, UsbIdentity } from '../core/ports/index.ts';

export interface SeenUsbDevice {
  readonly id: string;
  readonly identity: UsbIdentity;
}

export interface SeenSerialPort {
  readonly id: string;
  readonly identity: SerialIdentity;
}

/** The port to open. `serial-no-port` when there is none, or several and none of them is meant. */
export function pickSerialPort<T extends SeenSerialPort>(
  ports: readonly T[],
  chosen: SeenSerialPort | undefined,
): T {
  if (ports.length === 0) {
    throw new AppError('serial-no-port', 'no serial port may be opened yet');
  }
  const found = chosen === undefined ? likeliestPort(ports) : chosenPort(ports, chosen);
  if (found === undefined) {
    throw new AppError(
      'serial-no-port',
      chosen === undefined
        ? 'several serial ports may be opened: choose the one of the board'
        : 'the chosen serial port is not there: choose the one of the board',
      { context: { ports: ports.map(({ identity }) => identity.label).join(', ') } },
    );
  }
  return found;
}

/**
 * The board to open. With `serial`: the board that has it. `usb-no-device` when none is there,
 * `board-wrong` when the wanted one is not, or when several are and none was chosen.
 */
export function pickDfuDevice<T extends SeenUsbDevice>(
  devices: readonly T[],
  wanted: { readonly serial?: string; readonly chosen?: SeenUsbDevice | undefined },
): T {
  const { serial, chosen } = wanted;
  const matching = devices.filter(
    (device) => serial === undefined || device.identity.serial === serial,
  );
  const [first] = matching;
  if (first === undefined) {
    throw new AppError(
      devices.length === 0 ? 'usb-no-device' : 'board-wrong',
      serial === undefined ? 'no board in DFU mode' : `no board with serial ${serial} in DFU mode`,
    );
  }
  const meant = meantDfuDevice(matching, chosen) ?? (serial === undefined ? undefined : first);
  if (meant !== undefined) return meant;
  throw new AppError(
    'board-wrong',
    `${matching.length} boards are in DFU mode: choose one, or leave only one plugged in`,
  );
}

/** undefined: none is there, or several are and none of them was chosen. */
export function meantDfuDevice<T extends SeenUsbDevice>(
  devices: readonly T[],
  chosen: SeenUsbDevice | undefined,
): T | undefined {
  const serial = chosen?.identity.serial;
  return (
    only(devices) ??
    devices.find(({ id }) => id === chosen?.id) ??
    only(devices.filter(({ identity }) => serial !== undefined && identity.serial === serial))
  );
}

/** A port that was plugged in has another id: then the one that looks alike, if it is alone. */
function chosenPort<T extends SeenSerialPort>(
  ports: readonly T[],
  { id, identity }: SeenSerialPort,
): T | undefined {
  const alike = ports.filter(
    (port) =>
      port.identity.vendorId === identity.vendorId &&
      port.identity.productId === identity.productId,
  );
  return ports.find((port) => port.id === id) ?? only(alike);
}

function likeliestPort<T extends SeenSerialPort>(ports: readonly T[]): T | undefined {
  return only(ports) ?? only(ports.filter(({ identity }) => isStLink(identity)));
}

const stVendorId = 0x0483;
/** ST-LINK/V2 and V3: 0x3740 to 0x375f. */
const stLinkProductMask = 0xffe0;
const stLinkProducts = 0x3740;

function isStLink({ vendorId, productId = 0 }: SerialIdentity): boolean {
  return vendorId === stVendorId && (productId & stLinkProductMask) === stLinkProducts;
}

function only<T>(candidates: readonly T[]): T | undefined {
  return candidates.length === 1 ? candidates[0] : undefined;
}
