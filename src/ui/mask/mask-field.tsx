/** Which partition ids a key may verify, as check boxes, with the 32-bit mask that follows. */
import { useState } from 'react';
import { hexNumber } from '../../core/bytes/index.ts';
import { CheckField, TextField } from '../kit/fields.tsx';
import { useKitTexts } from '../kit/texts.ts';
import styles from './mask-field.module.css';
import { ALL_PARTITIONS, allows, otherIds, parseOtherIds, withBit } from './partition-mask.ts';

interface MaskFieldProps {
  /** Bit n set: images of partition id n. Unsigned 32 bit. */
  readonly mask: number;
  readonly onChange: (mask: number) => void;
}

const BOOTLOADER = 0;
const APPLICATION = 1;

export function MaskField({ mask, onChange }: MaskFieldProps) {
  const texts = useKitTexts().mask;
  const all = mask === ALL_PARTITIONS;
  return (
    <fieldset className={styles.mask}>
      <legend>{texts.legend}</legend>
      <CheckField
        label={texts.all}
        checked={all}
        onChange={(checked) => {
          onChange(
            checked ? ALL_PARTITIONS : withBit(withBit(0, BOOTLOADER, true), APPLICATION, true),
          );
        }}
      />
      <div className={styles.each}>
        <CheckField
          label={texts.bootloader}
          checked={allows(mask, BOOTLOADER)}
          disabled={all}
          onChange={(checked) => {
            onChange(withBit(mask, BOOTLOADER, checked));
          }}
        />
        <CheckField
          label={texts.application}
          checked={allows(mask, APPLICATION)}
          disabled={all}
          onChange={(checked) => {
            onChange(withBit(mask, APPLICATION, checked));
          }}
        />
        <OtherIds key={String(all)} mask={mask} disabled={all} onChange={onChange} />
      </div>
      <p className={styles.value} role="status">
        {texts.value} <code>{hexNumber(mask)}</code>
        {mask === 0 && <strong>{texts.none}</strong>}
      </p>
    </fieldset>
  );
}

function OtherIds({ mask, disabled, onChange }: MaskFieldProps & { readonly disabled: boolean }) {
  const texts = useKitTexts().mask;
  const [typed, setTyped] = useState(disabled ? '' : otherIds(mask).join(', '));
  const parsed = parseOtherIds(typed);
  return (
    <TextField
      label={texts.others}
      description={texts.othersHint}
      error={parsed === undefined ? texts.othersBad : undefined}
      value={typed}
      disabled={disabled}
      mono
      onChange={(text) => {
        setTyped(text);
        const ids = parseOtherIds(text);
        if (ids === undefined) return;
        const kept = [BOOTLOADER, APPLICATION].filter((id) => allows(mask, id));
        onChange([...kept, ...ids].reduce((sum, id) => withBit(sum, id, true), 0));
      }}
    />
  );
}
