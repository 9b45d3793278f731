/** One of a few ways, each with a sentence: radios drawn as cards, walked by the arrow keys. */
import { useId } from 'react';
import { Badge } from './badge.tsx';
import styles from './radio-cards.module.css';

export interface RadioCard<T extends string> {
  readonly value: T;
  /** The radio's whole name. */
  readonly label: string;
  readonly text: string;
  /** A word such as "recommended". */
  readonly mark?: string | undefined;
}

interface RadioCardsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly cards: readonly RadioCard<T>[];
  readonly disabled?: boolean;
}

export function RadioCards<T extends string>({
  label,
  value,
  onChange,
  cards,
  disabled = false,
}: RadioCardsProps<T>) {
  const id = useId();
  return (
    <div className={styles.group}>
      <span id={id} className={styles.label}>
        {label}
      </span>
      <div role="radiogroup" aria-labelledby={id} className={styles.cards}>
        {cards.map((card) => (
          <label key={card.value} className={styles.card}>
            <input
              type="radio"
              name={id}
              value={card.value}
              checked={card.value === value}
              disabled={disabled}
              aria-labelledby={`${id}-${card.value}`}
              aria-describedby={`${id}-${card.value}-text`}
              onChange={() => {
                onChange(card.value);
              }}
            />
            <span className={styles.head}>
              <span id={`${id}-${card.value}`} className={styles.name}>
                {card.label}
              </span>
              {card.mark !== undefined && <Badge tone="info">{card.mark}</Badge>}
            </span>
            <span id={`${id}-${card.value}-text`} className={styles.text}>
              {card.text}
            </span>
          </label>
        ))}
      </div>
    </div>
  );
}
