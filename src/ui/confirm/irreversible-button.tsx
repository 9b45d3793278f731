/**
 * The button for what cannot be undone. Looks like nothing else, is never a form's default, and
 * does not answer to Enter: a key that people press without reading.
 */
import { useId, type ReactNode } from 'react';
import { Icon } from '../kit/icons.tsx';
import { useKitTexts } from '../kit/texts.ts';
import styles from './confirm.module.css';

interface IrreversibleButtonProps {
  readonly children: ReactNode;
  readonly onPress: () => void;
  readonly disabled?: boolean;
  /** Why it cannot be pressed yet. */
  readonly reason?: string | undefined;
}

export function IrreversibleButton({
  children,
  onPress,
  disabled = false,
  reason,
}: IrreversibleButtonProps) {
  const texts = useKitTexts().confirm;
  const hintId = useId();
  return (
    <div className={styles.apart}>
      <button
        type="button"
        className={styles.irreversible}
        disabled={disabled}
        aria-describedby={hintId}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.preventDefault();
        }}
        onClick={onPress}
      >
        <Icon name="fuse" size={20} />
        {children}
      </button>
      <p id={hintId} className={styles.hint}>
        {disabled && reason !== undefined ? reason : texts.press}
      </p>
    </div>
  );
}
