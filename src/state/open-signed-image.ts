/** Opens a signed image into the firmware store. */
import type { FirmwareStore } from './firmware.ts';
import type { NamedFile } from './services.ts';

/** Its id there; undefined when it was refused, the reason then stands in that store. */
export async function openSignedImage(
  firmware: FirmwareStore,
  file: NamedFile,
): Promise<string | undefined> {
  const before = new Set(firmware.getState().images.map((image) => image.id));
  await firmware.getState().openSigned(file);
  return firmware.getState().images.find((image) => !before.has(image.id))?.id;
}
