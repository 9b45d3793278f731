/**
 * Which interface of a USB device is DFU. Asks the library `dfu` (docs/adr/0003), and lets it look at what
 * the browser has cached only: no transfer leaves here.
 */
import { WebDFU } from 'dfu';
import { AppError } from '../../core/errors.ts';

export interface DfuInterface {
  readonly configurationValue: number;
  readonly interfaceNumber: number;
}

const DFU_MODE_PROTOCOL = 2;
const SILENT = { info: () => {}, warning: () => {}, progress: () => {} };

/** Class FE, subclass 01; one in DFU mode is preferred. Throws `dfu-not-found`. */
export async function findDfuInterface(device: USBDevice): Promise<DfuInterface> {
  const scout = new WebDFU(device, { forceInterfacesName: false }, SILENT);
  await scout.init();
  const inDfuMode = scout.interfaces.find(
    (found) => found.alternate.interfaceProtocol === DFU_MODE_PROTOCOL,
  );
  const chosen = inDfuMode ?? scout.interfaces[0];
  if (chosen === undefined) {
    throw new AppError('dfu-not-found', 'the device has no DFU interface', {
      context: { product: device.productName ?? undefined },
    });
  }
  return {
    configurationValue: chosen.configuration.configurationValue,
    interfaceNumber: chosen.interface.interfaceNumber,
  };
}
