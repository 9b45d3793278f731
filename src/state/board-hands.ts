/** What the program can notice of what hands do at the board. Pure. */
import type { BenchState } from './bench.ts';

/** undefined: nobody can tell from here. */
export interface SeenHands {
  readonly stLink: boolean | undefined;
  readonly userUsb: boolean | undefined;
  readonly boot0: boolean | undefined;
  readonly trustZone: boolean | undefined;
  /** A board in DFU mode may be opened. */
  readonly dfu: boolean;
}

/** A real board shows only that it is there: in DFU mode, or by its serial port. */
export function seenHands({
  panel,
  usb,
  serial,
}: Pick<BenchState, 'panel' | 'usb' | 'serial'>): SeenHands {
  const dfu = usb.length > 0;
  if (panel === undefined) {
    const yes = dfu ? true : undefined;
    return {
      stLink: dfu || serial.length > 0 ? true : undefined,
      userUsb: yes,
      boot0: yes,
      trustZone: undefined,
      dfu,
    };
  }
  return {
    stLink: panel.plugs.stLink,
    userUsb: panel.plugs.userUsb,
    boot0: panel.boot0,
    trustZone: panel.trustZone,
    dfu,
  };
}

/** The first step that is not done is the one to do now; what was seen stays seen. */
export function advance<T extends { readonly seen: boolean | undefined }>(
  steps: readonly T[],
): readonly (T & { readonly state: 'seen' | 'now' | 'todo' })[] {
  const now = steps.findIndex((step) => step.seen !== true);
  return steps.map((step, index) => ({
    ...step,
    state: step.seen === true ? 'seen' : index === now ? 'now' : 'todo',
  }));
}
