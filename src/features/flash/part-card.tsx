/** One part: its letter in the map, what it is, where it goes, what stands against it. */
import { useState } from 'react';
import { hexNumber } from '../../core/bytes/index.ts';
import { isBurnPart, type FlashPart, type ProjectPart } from '../../core/provisioning/index.ts';
import { nonSecureFlashAddress } from '../../core/wolfboot/index.ts';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useKeystore } from '../../state/react.ts';
import { useFlashProject, useFlashProjectStore } from '../../state/use-flash-project.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { IconButton } from '../../ui/kit/button.tsx';
import { SelectField, TextField } from '../../ui/kit/fields.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { letterOf, Tag, tagTones } from '../../ui/memory-map/tag.tsx';
import { addressOf, roleWords } from './flash-words.ts';
import styles from './flash.module.css';

interface PartCardProps {
  readonly part: ProjectPart;
  readonly index: number;
  readonly locked: boolean;
}

export function PartCard({ part, index, locked }: PartCardProps) {
  const { remove } = useFlashProjectStore().getState();
  const burns = isBurnPart(part);
  return (
    <li className={styles.part} data-burns={burns}>
      <Tag letter={letterOf(index)} tone={index % tagTones} permanent={burns} />
      <div className={styles.partBody}>
        <div className={styles.partHead}>
          <strong className={styles.fileName}>{part.name}</strong>
          <Badge tone={burns ? 'irreversible' : 'neutral'}>{roleWords(part.role)}</Badge>
          {part.sample && <Badge tone="virtual">{m.flash_sample()}</Badge>}
        </div>
        <p className={styles.facts}>
          <span>{formatBytes(part.sizeBytes)}</span>
          {!burns && <Where part={part} />}
          {burns && <span>{part.role === 'otp' ? m.flash_goes_otp() : m.flash_goes_primer()}</span>}
          {!burns && part.image !== undefined && (
            <span>{m.flash_version({ version: part.image.version })}</span>
          )}
        </p>
        <Fingerprint hex={part.sha256} of={part.name} short />
        {!burns && !part.addressInFile && <Place part={part} locked={locked} />}
      </div>
      <IconButton
        icon="trash"
        label={m.flash_remove({ name: part.name })}
        disabled={locked}
        onClick={() => void remove(part.id)}
      />
    </li>
  );
}

function Where({ part }: { readonly part: FlashPart }) {
  const sectors = useFlashProject((state) => state.project?.sectors.get(part.id)?.length ?? 0);
  if (part.address === undefined) return null;
  return (
    <>
      <span className="kf-mono">{hexNumber(part.address, 8)}</span>
      {sectors > 0 && <span>{m.flash_sectors({ sectors: formatCount(sectors) })}</span>}
    </>
  );
}

/** Only of parts whose file does not say it; a bootloader has one place only. */
function Place({ part, locked }: { readonly part: FlashPart; readonly locked: boolean }) {
  const partitions = useKeystore((state) => state.view.profile.partitions);
  const { place } = useFlashProjectStore().getState();
  if (part.role === 'bootloader') return null;
  if (part.role === 'other' || partitions === undefined) {
    return <AddressField part={part} locked={locked} />;
  }
  const boot = nonSecureFlashAddress(partitions.bootAddress);
  const update = nonSecureFlashAddress(partitions.updateAddress);
  return (
    <div className={styles.place}>
      <SelectField
        label={m.flash_place({ name: part.name })}
        value={part.address === update ? 'update' : 'boot'}
        disabled={locked}
        choices={[
          { value: 'boot', label: m.flash_place_boot({ address: hexNumber(boot, 8) }) },
          { value: 'update', label: m.flash_place_update({ address: hexNumber(update, 8) }) },
        ]}
        onChange={(to) => void place(part.id, to === 'boot' ? boot : update)}
      />
    </div>
  );
}

function AddressField({ part, locked }: { readonly part: FlashPart; readonly locked: boolean }) {
  const { place } = useFlashProjectStore().getState();
  const [text, setText] = useState(part.address === undefined ? '' : hexNumber(part.address, 8));
  const wrong = text.trim() !== '' && addressOf(text) === undefined;
  return (
    <div className={styles.place}>
      <TextField
        label={m.flash_address({ name: part.name })}
        description={m.flash_address_text()}
        value={text}
        mono
        disabled={locked}
        error={wrong ? m.flash_address_wrong() : undefined}
        onChange={(typed) => {
          setText(typed);
          void place(part.id, addressOf(typed));
        }}
      />
    </div>
  );
}
