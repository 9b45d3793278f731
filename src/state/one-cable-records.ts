/** What the factory image of the one-cable route settles in the record of its board. */
import { fingerprint } from '../core/crypto/index.ts';
import { recordReplacedPrimer, type FactoryOrder } from '../core/provisioning/index.ts';
import type { AppState } from './app-state.ts';

/** Without a record of this board and bench nothing is written down. */
export async function recordFactoryBoot(app: AppState, order: FactoryOrder): Promise<void> {
  const { view } = app.keystore.getState();
  const benchKind = app.bench.getState().bench?.kind;
  const records = app.records.getState();
  await records.load();
  const found = app.records
    .getState()
    .records.find(
      ({ record }) =>
        record.board.serial === order.serial &&
        record.virtual === (benchKind === 'virtual') &&
        record.keystore.fingerprint === view.fingerprint,
    );
  if (found === undefined || benchKind === undefined || view.fingerprint === undefined) return;
  await records.add(recordReplacedPrimer(found.record));
  const { imageId } = app.install.getState();
  const image = app.firmware.getState().images.find(({ id }) => id === imageId);
  const slotIndex = image?.verdict?.ok === true ? image.verdict.slotIndex : undefined;
  const slot = slotIndex === undefined ? undefined : view.slots[slotIndex];
  if (image === undefined || slot === undefined) return;
  await records.addImage(
    { benchKind, keystoreFingerprint: view.fingerprint, boardSerial: order.serial },
    {
      name: image.name,
      sha256: image.sha256,
      version: image.image.version,
      partitionId: image.image.partitionId,
      keyFingerprint: fingerprint(slot.publicKey),
    },
  );
}
