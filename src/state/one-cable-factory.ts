/** The file that ends the one-cable route: bootloader and signed image, from the first byte of flash on. */
import { AppError } from '../core/errors.ts';
import type { FactoryOrder, OneCableMemory, OneCableReading } from '../core/provisioning/index.ts';
import { nonSecureFlashAddress } from '../core/wolfboot/index.ts';
import type { AppState } from './app-state.ts';
import { planFactoryImage } from './factory-image.ts';
import { writeFirmwareFile } from './firmware-files.ts';
import { refuseInstall, type InstallRefusal } from './install.ts';

interface Known {
  readonly reading: OneCableReading | undefined;
  readonly last: OneCableMemory | undefined;
}

/** Empty: the factory image can be made. What speaks of DFU does not count here. */
export function refuseFactory(app: AppState): readonly InstallRefusal[] {
  const { bootloader, imageId } = app.install.getState();
  return refuseInstall({
    benchKind: app.bench.getState().bench?.kind,
    boardPresent: true,
    bootloader,
    image: app.firmware.getState().images.find(({ id }) => id === imageId),
    profile: app.keystore.getState().view.profile,
    primerInFlash: false,
  });
}

/** Of what is chosen. Throws `invalid-argument` while something is missing, and as `planFactoryImage`. */
export async function factoryOrder(app: AppState, known: Known): Promise<FactoryOrder> {
  const { bootloader, imageId } = app.install.getState();
  const image = app.firmware.getState().images.find(({ id }) => id === imageId);
  const serial = known.reading?.serial ?? known.last?.serial;
  if (bootloader === undefined || image === undefined || serial === undefined) {
    throw new AppError('invalid-argument', 'choose the bootloader and the signed image first');
  }
  if (refuseFactory(app).length > 0) {
    throw new AppError('invalid-argument', 'the factory image is refused');
  }
  const { profile, slots } = app.keystore.getState().view;
  const { parts } = planFactoryImage(bootloader, image, profile);
  const segments = parts.map(({ address, bytes }) => ({
    address: nonSecureFlashAddress(address),
    bytes,
  }));
  return {
    serial,
    bytes: writeFirmwareFile(segments, 'bin'),
    name: `factory_v${image.image.version}.bin`,
    version: image.image.version,
    slots,
    waitsForTrustZone: needsTrustZone(app),
  };
}

/** The bootloader is linked for TrustZone; whether it is on by now only the virtual board's panel tells. */
export function needsTrustZone(app: AppState): boolean {
  const { partitions } = app.keystore.getState().view.profile;
  return partitions?.trustZone === true && app.bench.getState().panel?.trustZone !== true;
}
