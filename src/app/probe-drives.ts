/** The drives of debug probes, where the browser can write to folders. Their code is loaded when one is asked for. */
import type { Clock, DriveBus } from '../core/ports/index.ts';

export function createProbeDrives(clock: Clock): DriveBus | undefined {
  if (!('showDirectoryPicker' in window)) return undefined;
  const bus = async (): Promise<DriveBus> => {
    const { createFolderMemory, createStLinkDrives, findDrivePicker } =
      await import('../platform/st-link-drive.ts');
    const pick = findDrivePicker(window);
    return createStLinkDrives({ pick, memory: createFolderMemory(), clock });
  };
  return {
    remembered: async () => (await bus()).remembered(),
    choose: async () => (await bus()).choose(),
    forget: async () => (await bus()).forget(),
  };
}
