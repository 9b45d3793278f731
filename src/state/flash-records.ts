/** What a flash project leaves in the record of its board: the burn, the bootloader, the signed images. */
import { fingerprint } from '../core/crypto/index.ts';
import { isBurnPart, type FlashOutcome } from '../core/provisioning/index.ts';
import { whyNotBoot } from '../core/wolfboot/index.ts';
import type { AppState } from './app-state.ts';
import { recordBurn } from './record-keeping.ts';

/** Adds nothing where it is not clear whose record it is. */
export async function recordFlashed(
  app: Pick<AppState, 'services' | 'records' | 'provision' | 'keystore'>,
  { plan, burn }: FlashOutcome,
): Promise<void> {
  const { services, records, provision, keystore } = app;
  if (burn !== undefined) {
    await recordBurn(records, services.build.version, burn, provision.getState().rehearsal);
  }
  const { fingerprint: keystoreFingerprint, slots } = keystore.getState().view;
  if (keystoreFingerprint === undefined) return;
  const question = { benchKind: plan.benchKind, keystoreFingerprint, boardSerial: plan.serial };
  for (const part of plan.project.parts) {
    if (isBurnPart(part)) continue;
    const bytes = part.runs[0]?.bytes;
    if (part.image === undefined || bytes === undefined) continue;
    const { slotIndex } = await whyNotBoot({
      image: bytes,
      fileName: part.name,
      slots,
      profile: plan.project.profile,
      virtualBoard: true,
    });
    const slot = slots[slotIndex ?? -1];
    if (slot === undefined) continue;
    await records.getState().addImage(question, {
      name: part.name,
      sha256: part.sha256,
      version: part.image.version,
      partitionId: part.image.partitionId,
      keyFingerprint: fingerprint(slot.publicKey),
    });
  }
}
