/** A fresh look at the board in DFU mode, told to every page, with what the journals say of it. */
import {
  inspectBoard,
  readJournal,
  type Inspection,
  type JournalEntry,
} from '../core/provisioning/index.ts';
import type { Bench } from '../core/ports/index.ts';
import type { AppState } from './app-state.ts';
import { requireBench } from './bench.ts';
import { withBoardAlone } from './board-job.ts';

export interface BoardLook {
  readonly bench: Bench;
  readonly inspection: Inspection;
  readonly journal: JournalEntry | undefined;
}

/** Throws `usb-no-device`, `board-busy`, `journal-conflict`, and what `inspectBoard` throws. */
export async function lookAtBoard({
  services,
  bench: benches,
  inspect,
  locks,
}: Pick<AppState, 'services' | 'bench' | 'inspect' | 'locks'>): Promise<BoardLook> {
  const bench = requireBench(benches.getState());
  const seen = await withBoardAlone(
    locks,
    bench,
    async (session) => ({
      inspection: await inspectBoard(session, bench.clock),
      description: session.description,
    }),
    { chosen: benches.getState().chosenUsb },
  );
  const { inspection } = seen;
  const { serial } = inspection;
  const journal =
    serial === undefined ? undefined : await readJournal(services.journals[bench.kind], serial);
  inspect.getState().adopt({ ...seen, journal });
  benches.getState().sawBoard(serial);
  return { bench, inspection, journal };
}

/** What an act at the board is given by the stores. */
export function boardEnv({ services, locks }: Pick<AppState, 'services' | 'locks'>, bench: Bench) {
  return {
    bench,
    store: services.journals[bench.kind],
    locks: locks[bench.kind],
    personClock: services.clock,
  };
}
