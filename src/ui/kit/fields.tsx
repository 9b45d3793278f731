/** Form fields with a visible label, an optional description and an error in words. */
import { Checkbox, NativeSelect, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { useId, useState, type KeyboardEventHandler, type ReactNode, type Ref } from 'react';
import styles from './fields.module.css';
import { useKitTexts } from './texts.ts';

interface FieldProps {
  readonly label: string;
  readonly description?: ReactNode;
  readonly error?: string | undefined;
  readonly disabled?: boolean;
}

const inputStyles = {
  label: styles.label ?? '',
  description: styles.description ?? '',
  error: styles.error ?? '',
  input: styles.input ?? '',
};

interface TextFieldProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly mono?: boolean;
  readonly maxLength?: number;
  readonly autoComplete?: string;
  readonly onKeyDown?: KeyboardEventHandler<HTMLInputElement>;
  readonly onBlur?: () => void;
  readonly ref?: Ref<HTMLInputElement>;
  /** Drawn as dots, and kept out of the browser's memory of forms. */
  readonly secret?: boolean;
  /** The focus goes here when a dialog opens. */
  readonly autoFocus?: boolean;
}

export function TextField({
  onChange,
  mono = false,
  secret = false,
  autoFocus = false,
  ...rest
}: TextFieldProps) {
  return (
    <TextInput
      type={secret ? 'password' : 'text'}
      autoComplete="off"
      spellCheck={false}
      data-autofocus={autoFocus || undefined}
      {...rest}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      classNames={{
        ...inputStyles,
        input: `${styles.input ?? ''} ${mono ? (styles.mono ?? '') : ''}`,
      }}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  );
}

interface NumberFieldProps extends FieldProps {
  /** undefined while the field is empty or holds no number. */
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
}

export function NumberField({ value, onChange, error, ...rest }: NumberFieldProps) {
  const texts = useKitTexts();
  const [typed, setTyped] = useState('');
  // What is being typed stays as it is, also while it is no number of the range.
  const shown = value === undefined || Number(typed) === value ? typed : String(value);
  return (
    <TextInput
      {...rest}
      type="number"
      inputMode="numeric"
      value={shown}
      error={error ?? (value === undefined && texts.numberBetween(rest.min, rest.max))}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      classNames={{ ...inputStyles, input: `${styles.input ?? ''} ${styles.mono ?? ''}` }}
      onChange={(event) => {
        const next = event.currentTarget.valueAsNumber;
        setTyped(event.currentTarget.value);
        const fits = Number.isInteger(next) && next >= rest.min && next <= rest.max;
        onChange(fits ? next : undefined);
      }}
    />
  );
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly disabled?: boolean;
}

interface ChoiceProps<T extends string> extends FieldProps {
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly choices: readonly Choice<T>[];
}

export function SelectField<T extends string>({
  choices,
  value,
  onChange,
  ...rest
}: ChoiceProps<T>) {
  return (
    <NativeSelect
      {...rest}
      value={value}
      data={choices.map((choice) => ({ ...choice }))}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      classNames={inputStyles}
      onChange={(event) => {
        const chosen = choices.find((choice) => choice.value === event.currentTarget.value);
        if (chosen !== undefined) onChange(chosen.value);
      }}
    />
  );
}

/** A few choices side by side; a radio group. */
export function ChoiceField<T extends string>({
  label,
  description,
  choices,
  value,
  onChange,
  disabled = false,
  hideLabel = false,
}: ChoiceProps<T> & { readonly hideLabel?: boolean }) {
  const labelId = useId();
  return (
    <div className={styles.choice}>
      <span id={labelId} className={hideLabel ? 'kf-hidden' : styles.label}>
        {label}
      </span>
      <SegmentedControl
        aria-labelledby={labelId}
        data={choices.map((choice) => ({ ...choice }))}
        value={value}
        disabled={disabled}
        onChange={(next) => {
          const chosen = choices.find((choice) => choice.value === next);
          if (chosen !== undefined) onChange(chosen.value);
        }}
        classNames={{
          root: styles.segments ?? '',
          indicator: styles.segment ?? '',
          label: styles.segmentLabel ?? '',
        }}
        transitionDuration={120}
        size={hideLabel ? 'xs' : 'sm'}
      />
      {description !== undefined && <p className={styles.description}>{description}</p>}
    </div>
  );
}

interface CheckFieldProps extends FieldProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  /** The label stays for screen readers only. */
  readonly hideLabel?: boolean;
}

export function CheckField({ label, onChange, hideLabel = false, ...rest }: CheckFieldProps) {
  return (
    <Checkbox
      {...rest}
      size="xs"
      radius={3}
      {...(hideLabel ? { 'aria-label': label } : { label })}
      classNames={{
        input: styles.check ?? '',
        label: styles.checkLabel ?? '',
        description: styles.description ?? '',
        icon: styles.checkMark ?? '',
      }}
      onChange={(event) => {
        onChange(event.currentTarget.checked);
      }}
    />
  );
}

export function SwitchField({ label, onChange, ...rest }: CheckFieldProps) {
  return (
    <Switch
      {...rest}
      label={label}
      // Mantine's label element holds the description too; the name is the label alone.
      aria-label={label}
      size="sm"
      classNames={{
        track: styles.track ?? '',
        thumb: styles.thumb ?? '',
        label: styles.checkLabel ?? '',
        description: styles.description ?? '',
      }}
      onChange={(event) => {
        onChange(event.currentTarget.checked);
      }}
    />
  );
}
