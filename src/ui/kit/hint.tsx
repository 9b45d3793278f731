/** A short remark on hover and focus. Never the only place where something is said. */
import { Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';
import styles from './hint.module.css';

export function Hint({
  text,
  children,
}: {
  readonly text: string;
  readonly children: ReactElement;
}) {
  return (
    <Tooltip
      label={text}
      openDelay={350}
      events={{ hover: true, focus: true, touch: false }}
      classNames={{ tooltip: styles.hint ?? '' }}
      transitionProps={{ duration: 80 }}
      multiline
      maw={300}
    >
      {children}
    </Tooltip>
  );
}
