/** One slot: number, key, mask, proof; and its place in the order. */
import { useState } from 'react';
import { groupHex, hexNumber } from '../../core/bytes/index.ts';
import { fingerprint } from '../../core/crypto/index.ts';
import { authKeyByCode, MASK_ALL, partitionsOfMask } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { ChosenSlot } from '../../state/keystore-view.ts';
import { useKeys, useKeystore } from '../../state/react.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button, IconButton } from '../../ui/kit/button.tsx';
import { MaskField } from '../../ui/mask/mask-field.tsx';
import styles from './keystore.module.css';

interface SlotRowProps {
  readonly slot: ChosenSlot;
  readonly index: number;
  readonly last: boolean;
}

export function SlotRow({ slot, index, last }: SlotRowProps) {
  const [maskOpen, setMaskOpen] = useState(false);
  const setKeyMask = useKeys((state) => state.setMask);
  const setImportedMask = useKeystore((state) => state.setImportedMask);
  const { source } = slot;
  const name = nameOf(slot);
  const { keyType, partitionMask, publicKey } = slot.slot;
  return (
    <li className={styles.slot}>
      <span className={styles.number}>{m.keystore_slot_n({ index })}</span>
      <div className={styles.key}>
        <span className={styles.keyHead}>
          <strong>{name}</strong>
          <span>{authKeyByCode(keyType)?.label ?? hexNumber(keyType, 2)}</span>
          <ProofBadge slot={slot} />
        </span>
        <code className={styles.print}>{shortPrint(publicKey)}</code>
      </div>
      <Button
        size="small"
        kind="quiet"
        icon="chevron"
        label={m.mask_edit_of({ name })}
        expanded={maskOpen}
        onClick={() => {
          setMaskOpen(!maskOpen);
        }}
      >
        {m.mask_edit()}
      </Button>
      <span className={styles.maskWords}>
        {maskWords(partitionMask)} <code>{hexNumber(partitionMask)}</code>
      </span>
      <SlotButtons slot={slot} index={index} last={last} />
      {maskOpen && (
        <div className={styles.mask}>
          <MaskField
            mask={partitionMask}
            onChange={(mask) => {
              if (source.kind === 'key') setKeyMask(slot.id, mask);
              else setImportedMask(slot.id, mask);
            }}
          />
        </div>
      )}
    </li>
  );
}

function SlotButtons({ slot, index, last }: SlotRowProps) {
  const move = useKeystore((state) => state.move);
  const include = useKeystore((state) => state.include);
  const removeImported = useKeystore((state) => state.removeImported);
  const name = nameOf(slot);
  const imported = slot.source.kind === 'imported';
  return (
    <span className={styles.buttons}>
      <IconButton
        icon="up"
        label={m.keystore_up({ name })}
        disabled={index === 0}
        onClick={() => {
          move(slot.id, -1);
        }}
      />
      <IconButton
        icon="down"
        label={m.keystore_down({ name })}
        disabled={last}
        onClick={() => {
          move(slot.id, 1);
        }}
      />
      <IconButton
        icon={imported ? 'trash' : 'cross'}
        label={imported ? m.keystore_remove({ name }) : m.keystore_take_out({ name })}
        onClick={() => {
          if (imported) removeImported(slot.id);
          else include(slot.id, false);
        }}
      />
    </span>
  );
}

function ProofBadge({ slot }: { readonly slot: ChosenSlot }) {
  if (slot.source.kind === 'imported') {
    return (
      <Badge tone="neutral" icon="open">
        {m.keystore_imported()}
      </Badge>
    );
  }
  const { saved, proven } = slot.source.key;
  if (proven) return <Badge tone="proven">{m.keys_state_proven()}</Badge>;
  return (
    <Badge tone="caution" icon={saved ? 'saved' : 'unsaved'}>
      {saved ? m.keys_state_saved() : m.keys_state_unsaved()}
    </Badge>
  );
}

function nameOf({ source }: ChosenSlot): string {
  return source.kind === 'key' ? source.key.name : source.imported.name;
}

const printGroups = 4;

/** The first groups are enough to tell keys apart; the Keys page shows all. */
function shortPrint(publicKey: Uint8Array): string {
  return `${groupHex(fingerprint(publicKey)).split(' ').slice(0, printGroups).join(' ')} …`;
}

function maskWords(mask: number): string {
  if (mask === MASK_ALL) return m.mask_all();
  const ids = partitionsOfMask(mask);
  return ids.length === 0 ? m.mask_words_none() : m.mask_ids({ ids: ids.join(', ') });
}
