/** The slots in their order, what is left out, how much room there is, and what forbids it. */
import { otpGeometry, OTP_HEADER_BYTES } from '../../core/wolfboot/index.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { KeyEntry } from '../../state/keys.ts';
import { useKeys, useKeystore } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Capacity } from '../../ui/kit/meter.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { ImportButton } from './import-button.tsx';
import styles from './keystore.module.css';
import { SlotRow } from './slot-row.tsx';
import { Verdict } from './verdict.tsx';

export function SlotsSection() {
  const { chosen } = useKeystore((state) => state.view);
  const order = useKeystore((state) => state.order);
  const keys = useKeys((state) => state.keys);
  const imported = useKeystore((state) => state.imported);
  const importWarnings = useKeystore((state) => state.importWarnings);
  const leftOut = [...keys, ...imported].filter(({ id }) => !order.includes(id));
  return (
    <Section
      title={m.keystore_slots()}
      description={m.keystore_slots_text()}
      aside={<ImportButton />}
    >
      <ol className={styles.slots} aria-label={m.keystore_slots()}>
        {chosen.map((slot, index) => (
          <SlotRow key={slot.id} slot={slot} index={index} last={index === chosen.length - 1} />
        ))}
      </ol>
      {importWarnings.length > 0 && (
        <Notice tone="caution" title={m.keystore_import_odd()} live="status">
          <ul className={styles.warnings} lang="en">
            {importWarnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </Notice>
      )}
      {leftOut.length > 0 && <LeftOut entries={leftOut} />}
      <Room />
      <Verdict />
    </Section>
  );
}

function LeftOut({ entries }: { readonly entries: readonly Pick<KeyEntry, 'id' | 'name'>[] }) {
  const include = useKeystore((state) => state.include);
  return (
    <div>
      <h3 className={styles.small}>{m.keystore_left_out()}</h3>
      <ul className={styles.leftOut}>
        {entries.map(({ id, name }) => (
          <li key={id}>
            <code>{name}</code>
            <Button
              size="small"
              icon="plus"
              label={m.keystore_put_in_of({ name })}
              onClick={() => {
                include(id, true);
              }}
            >
              {m.keystore_put_in()}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Room() {
  const { capacity, strideBytes, profile } = useKeystore((state) => state.view);
  const { sizeBytes, udsReservedBytes } = otpGeometry(profile.target);
  const usedBytes = OTP_HEADER_BYTES + capacity.used * strideBytes;
  return (
    <Capacity
      label={m.keystore_capacity()}
      used={capacity.used}
      most={capacity.most}
      words={m.keystore_capacity_words({ used: capacity.used, most: capacity.most })}
      detail={m.keystore_capacity_detail({
        used: formatBytes(usedBytes),
        total: formatBytes(sizeBytes),
        uds: formatBytes(udsReservedBytes),
      })}
    />
  );
}
