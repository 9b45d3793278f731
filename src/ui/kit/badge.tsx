/** A state in one or two words: icon, word, colour, in that order of importance. */
import styles from './badge.module.css';
import { Icon, type IconName } from './icons.tsx';

export type Tone =
  'neutral' | 'info' | 'proven' | 'caution' | 'failure' | 'irreversible' | 'virtual';

const toneIcons: Readonly<Record<Tone, IconName>> = {
  neutral: 'dot',
  info: 'info',
  proven: 'proven',
  caution: 'warning',
  failure: 'failure',
  irreversible: 'fuse',
  virtual: 'virtual',
};

interface BadgeProps {
  readonly tone: Tone;
  readonly children: string;
  readonly icon?: IconName;
  readonly id?: string;
}

export function Badge({ tone, children, icon = toneIcons[tone], id }: BadgeProps) {
  return (
    <span className={styles.badge} data-tone={tone} id={id}>
      <Icon name={icon} size={14} />
      {children}
    </span>
  );
}
