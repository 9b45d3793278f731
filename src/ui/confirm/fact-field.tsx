/** A field into which a fact is typed that stands on the screen: proof that it was read. */
import { Icon } from '../kit/icons.tsx';
import { TextField } from '../kit/fields.tsx';
import { useKitTexts } from '../kit/texts.ts';
import styles from './confirm.module.css';
import { sameFact } from './same-fact.ts';

interface FactFieldProps {
  readonly label: string;
  readonly description?: string;
  readonly expected: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly disabled?: boolean;
}

export function FactField({
  label,
  description,
  expected,
  value,
  onChange,
  disabled = false,
}: FactFieldProps) {
  const texts = useKitTexts().confirm;
  const matches = sameFact(value, expected);
  return (
    <div className={styles.fact}>
      <TextField
        label={label}
        description={description}
        value={value}
        onChange={onChange}
        disabled={disabled}
        mono
      />
      <p className={styles.verdict} data-matches={matches} role="status">
        {value.trim() !== '' && (
          <>
            <Icon name={matches ? 'check' : 'cross'} size={16} />
            {matches ? texts.matches : texts.differs}
          </>
        )}
      </p>
    </div>
  );
}
