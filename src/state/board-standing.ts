/**
 * Where the board that was looked at stands, in the light of the keystore of this session and of both ways to burn
 * it. Derived; it asks no board.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { AppError } from '../core/errors.ts';
import {
  intendPrimer,
  standingOf,
  type BoardStanding,
  type BurnWish,
} from '../core/provisioning/index.ts';
import { analysePrimer } from '../core/wolfboot/index.ts';
import type { AppState } from './app-state.ts';
import type { Findings } from './inspect.ts';

export interface BoardStandingState {
  /** undefined while no board was looked at. */
  readonly found: BoardStanding | undefined;
}

export function createBoardStandingStore(app: AppState): StoreApi<BoardStandingState> {
  const { inspect, keystore, keys, provision, bench } = app;
  const store = createStore<BoardStandingState>()(() => ({ found: undefined }));
  let turn = 0;
  const judge = async (findings: Findings): Promise<void> => {
    const mine = ++turn;
    const { inspection, journal } = findings;
    const wishes = await wishesOf(app);
    if (mine !== turn) return;
    store.setState({ found: standingOf({ inspection, journal, wishes }) });
  };
  const look = (): void => {
    const { job } = inspect.getState();
    if (job.kind === 'done') void judge(job.findings);
    else if (job.kind === 'none') {
      turn += 1;
      store.setState({ found: undefined });
    }
  };
  inspect.subscribe(look);
  bench.subscribe((now, before) => {
    if (now.bench !== before.bench) look();
  });
  keystore.subscribe((now, before) => {
    if (now.view !== before.view) look();
  });
  keys.subscribe((now, before) => {
    if (now.publicKeys !== before.publicKeys) look();
  });
  provision.subscribe((now, before) => {
    const same =
      now.external === before.external &&
      now.route === before.route &&
      now.primerUds === before.primerUds;
    if (!same) look();
  });
  look();
  return store;
}

async function wishesOf({
  keystore,
  keys,
  provision,
  bench,
  services,
}: AppState): Promise<readonly BurnWish[]> {
  const { slots, profile } = keystore.getState().view;
  const benchKind = bench.getState().bench?.kind;
  if (slots.length === 0 || benchKind === undefined) return [];
  const { external, primerUds, route } = provision.getState();
  const { publicKeys } = keys.getState();
  const proven = publicKeys.filter((key) => key.proven).map(({ fingerprint }) => fingerprint);
  const wish = {
    keystore: slots,
    profile,
    benchKind,
    backups: { proven: new Set(proven), external },
  };
  try {
    const file = await services.samples.primer(slots, profile, primerUds);
    const primer = intendPrimer(analysePrimer(file.bytes, file.name), file.bytes);
    const both = [wish, { ...wish, intended: primer }];
    return route === 'primer' ? both.toReversed() : both;
  } catch (error) {
    // No primer can be made for this keystore or this chip: then there is one way.
    if (error instanceof AppError) return [wish];
    throw error;
  }
}
