/** All stores of the program, joined once. Stores hold snapshots and handles, never secret bytes. */
import { createBoardJobsStore, type BoardJobsStore } from './board-jobs.ts';
import { createBoardLocks, type BoardLocks } from './board-locks.ts';
import { boardAtWork } from './board-work.ts';
import { createBenchStore, type BenchStore } from './bench.ts';
import { createConsoleLink, type ConsoleLink } from './console-link.ts';
import { createDeviceLogBook, logBenches, type DeviceLogBook } from './device-log.ts';
import { createFirmwareStore, type FirmwareStore } from './firmware.ts';
import { createInspectStore, type InspectStore } from './inspect.ts';
import { createInstallStore, type InstallStore } from './install.ts';
import { createKeysStore, type KeysStore } from './keys.ts';
import { createKeystoreStore, type KeystoreStore } from './keystore.ts';
import { createPageStores, type PageStores } from './page-stores.ts';
import { createPrimerProofStore, type PrimerProofStore } from './primer-proof.ts';
import { createProvisionStore, type ProvisionStore } from './provision.ts';
import { recordBurn, recordInstalled, recordProvenUpdate } from './record-keeping.ts';
import { createRecordsStore, type RecordsStore } from './records.ts';
import { createRunningImageStore, type RunningImageStore } from './running-image.ts';
import type { Services } from './services.ts';
import { createUpdateStore, type UpdateStore } from './update.ts';

export interface AppState {
  readonly services: Services;
  readonly keys: KeysStore;
  readonly keystore: KeystoreStore;
  readonly firmware: FirmwareStore;
  readonly bench: BenchStore;
  readonly inspect: InspectStore;
  readonly provision: ProvisionStore;
  readonly primerProof: PrimerProofStore;
  readonly install: InstallStore;
  /** The one serial line to the board in use. */
  readonly consoleLink: ConsoleLink;
  readonly update: UpdateStore;
  readonly records: RecordsStore;
  readonly runningImage: RunningImageStore;
  readonly locks: BoardLocks;
  readonly deviceLog: DeviceLogBook;
  readonly boardJobs: BoardJobsStore;
  readonly pageStore: PageStores<AppState>;
}

export function createAppState(services: Services): AppState {
  const keys = createKeysStore(services);
  const keystore = createKeystoreStore(services, keys);
  const firmware = createFirmwareStore(services, keys, keystore);
  const locks = createBoardLocks(services);
  const boardJobs = createBoardJobsStore();
  const deviceLog = createDeviceLogBook();
  const benches = logBenches(services.benches, deviceLog);
  const bench = createBenchStore({ benches }, () =>
    boardAtWork({ inspect, provision, install, update, runningImage, boardJobs }),
  );
  const inspect = createInspectStore(services, locks, { bench, keystore });
  const runningImage = createRunningImageStore(locks, { bench, keystore });
  const records = createRecordsStore(services);
  const recorded = { bench, keystore, records };
  const provision = createProvisionStore(
    services,
    locks,
    { bench, keys, keystore, inspect },
    {
      onBurned: (outcome, rehearsal) =>
        void recordBurn(records, services.build.version, outcome, rehearsal),
    },
  );
  const install = createInstallStore(
    services,
    locks,
    { bench, keystore, firmware },
    {
      primerInFlash: () => primerWaits(inspect),
      onInstalled: (installed) => {
        runningImage.getState().forget();
        void recordInstalled(recorded, installed);
      },
    },
  );
  const consoleLink = createConsoleLink(bench, services.clock);
  const update = createUpdateStore(
    services,
    { bench, keystore, firmware, link: consoleLink },
    {
      busyElsewhere: () => boardJobs.getState().running.size > 0,
      onProven: (image, outcome) => {
        runningImage.getState().forget();
        void recordProvenUpdate(recorded, services.clock, image, outcome);
      },
    },
  );
  const app: AppState = {
    services,
    keys,
    keystore,
    firmware,
    bench,
    inspect,
    provision,
    primerProof: createPrimerProofStore(bench, provision),
    install,
    consoleLink,
    update,
    records,
    runningImage,
    locks,
    deviceLog,
    boardJobs,
    pageStore: createPageStores(() => app),
  };
  return app;
}

/** As far as the last look at the board and its journal tell. */
function primerWaits(inspect: InspectStore): boolean {
  const { job } = inspect.getState();
  return job.kind === 'done' && job.findings.state.kind === 'primer-in-flash';
}
