/** Buttons and links that look like buttons. One `primary` a screen. */
import { ActionIcon, Button as MantineButton } from '@mantine/core';
import type { MouseEventHandler, ReactNode, Ref } from 'react';
import styles from './button.module.css';
import { Icon, type IconName } from './icons.tsx';
import { Hint } from './hint.tsx';

/** `danger` throws something away; what cannot be undone in silicon is `ui/confirm`'s. */
type ButtonKind = 'primary' | 'default' | 'quiet' | 'danger';

interface ButtonProps {
  readonly children: ReactNode;
  readonly onClick?: MouseEventHandler<HTMLButtonElement>;
  readonly kind?: ButtonKind;
  readonly icon?: IconName;
  readonly size?: 'small' | 'medium';
  readonly type?: 'button' | 'submit';
  readonly disabled?: boolean;
  readonly busy?: boolean;
  /** Accessible name, when the visible words alone do not tell which one of many. */
  readonly label?: string;
  readonly describedBy?: string;
  readonly expanded?: boolean;
  /** The focus goes here when a dialog opens. */
  readonly autoFocus?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button({
  children,
  kind = 'default',
  icon,
  size = 'medium',
  type = 'button',
  busy = false,
  label,
  describedBy,
  expanded,
  autoFocus = false,
  ...rest
}: ButtonProps) {
  return (
    <MantineButton
      {...rest}
      type={type}
      size={size === 'small' ? 'xs' : 'sm'}
      loading={busy}
      className={`${styles.button ?? ''} ${styles[kind] ?? ''}`}
      leftSection={icon && <Icon name={icon} size={size === 'small' ? 15 : 17} />}
      aria-label={label}
      aria-describedby={describedBy}
      aria-expanded={expanded}
      data-autofocus={autoFocus || undefined}
    >
      {children}
    </MantineButton>
  );
}

interface LinkButtonProps {
  readonly children: ReactNode;
  readonly href: string;
  readonly kind?: ButtonKind;
  readonly icon?: IconName;
  readonly iconAfter?: IconName;
  readonly size?: 'small' | 'medium';
  /** Accessible name, when the visible words alone do not tell which one of many. */
  readonly label?: string;
  /** Besides going there. */
  readonly onClick?: (() => void) | undefined;
}

export function LinkButton({
  children,
  href,
  kind = 'default',
  icon,
  iconAfter,
  size = 'medium',
  label,
  onClick,
}: LinkButtonProps) {
  return (
    <MantineButton
      component="a"
      href={href}
      onClick={onClick}
      size={size === 'small' ? 'xs' : 'sm'}
      aria-label={label}
      className={`${styles.button ?? ''} ${styles[kind] ?? ''}`}
      leftSection={icon && <Icon name={icon} size={size === 'small' ? 15 : 17} />}
      rightSection={iconAfter && <Icon name={iconAfter} size={17} />}
    >
      {children}
    </MantineButton>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  readonly onClick?: MouseEventHandler<HTMLButtonElement>;
  readonly disabled?: boolean;
  /** The accessible name; shown as a hint as well. */
  readonly label: string;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, ...rest }: IconButtonProps) {
  return (
    <Hint text={label}>
      <ActionIcon
        {...rest}
        variant="transparent"
        size={30}
        className={styles.icon ?? ''}
        aria-label={label}
      >
        <Icon name={icon} size={17} />
      </ActionIcon>
    </Hint>
  );
}
