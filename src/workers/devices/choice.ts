/** The device that the person chose in the page, found again in the worker's list. */
import { AppError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports/index.ts';

export interface Choice<Identity> {
  readonly identity: Identity;
  /** Its place among devices that say the same of themselves, from 0. */
  readonly place: number;
}

/** Asks the person in the page, with the wishes of the bus's own `choose`. */
export type Chooser<Identity, Wish extends readonly unknown[] = []> = (
  ...wish: Wish
) => Promise<Choice<Identity>>;

interface Listed<Identity> {
  readonly id: string;
  readonly identity: Identity;
}

/** A permission reaches the worker some moments after the page. */
const PAUSES_MS = [20, 50, 100, 200, 400, 800] as const;

/** The choice of a bus of the page, as it may be told to the worker. */
export async function chooseFrom<Identity extends object, Wish extends readonly unknown[]>(
  bus: {
    list(): Promise<readonly Listed<Identity>[]>;
    choose(...wish: Wish): Promise<Listed<Identity>>;
  },
  ...wish: Wish
): Promise<Choice<Identity>> {
  const { id, identity } = await bus.choose(...wish);
  const place = (await bus.list())
    .filter((device) => sameIdentity(device.identity, identity))
    .findIndex((device) => device.id === id);
  return { identity, place: Math.max(0, place) };
}

/** Throws `code` when the worker's list does not show it within two seconds. */
export async function chosenAmong<Identity extends object, Device extends Listed<Identity>>(
  list: () => Promise<readonly Device[]>,
  { identity, place }: Choice<Identity>,
  clock: Clock,
  code: 'usb-no-device' | 'serial-no-port',
): Promise<Device> {
  for (let tries = 0; ; tries++) {
    const equal = (await list()).filter((device) => sameIdentity(device.identity, identity));
    const chosen = equal[place];
    if (chosen !== undefined) return chosen;
    const pauseMs = PAUSES_MS[tries];
    if (pauseMs === undefined) {
      throw new AppError(code, 'what was chosen in the page is not seen by its worker');
    }
    await clock.sleep(pauseMs);
  }
}

function sameIdentity(one: object, other: object): boolean {
  const others: Readonly<Record<string, unknown>> = { ...other };
  return Object.entries(one).every(([field, value]) => others[field] === value);
}
