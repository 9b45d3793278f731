/** What other steps of the path write into the record of the board they worked on. */
import { fingerprint } from '../core/crypto/index.ts';
import type { Clock } from '../core/ports/index.ts';
import { buildRecord, type BurnOutcome } from '../core/provisioning/index.ts';
import type { UpdateOutcome } from '../core/serial/index.ts';
import { keystoreFingerprint } from '../core/wolfboot/index.ts';
import type { BenchStore } from './bench.ts';
import type { InstallJob } from './install.ts';
import type { KeystoreStore } from './keystore.ts';
import type { RehearsalState } from './provision-types.ts';
import type { RecordsStore } from './records.ts';
import type { SentImage } from './update.ts';
import { slotsOfConsole } from './update-refusals.ts';

interface Stores {
  readonly bench: BenchStore;
  readonly keystore: KeystoreStore;
  readonly records: RecordsStore;
}

/** Every burn that ended well leaves a record, also one that found nothing left to do. */
export async function recordBurn(
  records: RecordsStore,
  toolVersion: string,
  outcome: BurnOutcome,
  rehearsal: RehearsalState,
): Promise<void> {
  const rehearsed =
    rehearsal.kind === 'green' &&
    rehearsal.outcome.plan.rehearsalHash === outcome.plan.rehearsalHash;
  await records.getState().add(buildRecord({ outcome, toolVersion, rehearsed }));
}

/**
 * A console says the board's keys but no serial: whose record it is follows from both, the keys and the
 * board that was last looked at or written to on this bench.
 */
export async function recordProvenUpdate(
  { bench, records }: Stores,
  clock: Clock,
  image: SentImage,
  outcome: UpdateOutcome,
): Promise<void> {
  const slots = slotsOfConsole(outcome.confirmed);
  const { boardSerial } = bench.getState();
  const benchKind = bench.getState().bench?.kind;
  const { keyFingerprint, form, ...facts } = image;
  if (slots === undefined || benchKind === undefined) return;
  await records.getState().addUpdate(
    { benchKind, keystoreFingerprint: keystoreFingerprint(slots), boardSerial },
    {
      atWallMs: Math.floor(clock.wallMs()),
      imageSha256: image.sha256,
      form: form === 'plain' ? undefined : form,
      fromVersion: outcome.versionBefore,
      toVersion: outcome.version,
      stateAfterReboot: outcome.stateAfterReboot,
      confirmed: outcome.confirmed.state === 'CONFIRMED',
    },
    keyFingerprint === undefined ? undefined : { ...facts, keyFingerprint },
  );
}

export async function recordInstalled(
  { bench, keystore, records }: Stores,
  installed: Extract<InstallJob, { readonly kind: 'installed' }>,
): Promise<void> {
  const { slots, fingerprint: keystoreId } = keystore.getState().view;
  const benchKind = bench.getState().bench?.kind;
  const slot = slots[installed.slotIndex];
  if (slot === undefined || keystoreId === undefined || benchKind === undefined) return;
  await records.getState().addImage(
    { benchKind, keystoreFingerprint: keystoreId, boardSerial: installed.boardSerial },
    {
      name: installed.firmware.name,
      sha256: installed.firmware.sha256,
      version: installed.version,
      partitionId: installed.partitionId,
      keyFingerprint: fingerprint(slot.publicKey),
    },
  );
}
