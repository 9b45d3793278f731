/** The seven steps in words, each with its state. */
import { m } from '../../i18n/paraglide/messages.js';
import { stepIds, type StepId, type StepState } from '../../state/path.ts';
import { Badge, type Tone } from '../../ui/kit/badge.tsx';
import type { IconName } from '../../ui/kit/icons.tsx';
import styles from './home.module.css';

interface StepLink {
  readonly path: string;
  readonly name: () => string;
  readonly text: () => string;
}

export const stepLinks: Readonly<Record<StepId, StepLink>> = {
  keys: { path: '/keys', name: m.nav_keys, text: m.home_step_keys },
  keystore: { path: '/keystore', name: m.nav_keystore, text: m.home_step_keystore },
  board: { path: '/board', name: m.nav_board, text: m.home_step_board },
  burn: { path: '/burn', name: m.nav_burn, text: m.home_step_burn },
  firmware: { path: '/firmware', name: m.nav_firmware, text: m.home_step_firmware },
  update: { path: '/update', name: m.nav_update, text: m.home_step_update },
  record: { path: '/record', name: m.nav_record, text: m.home_step_record },
};

const look: Readonly<Record<StepState, { readonly tone: Tone; readonly icon: IconName }>> = {
  done: { tone: 'proven', icon: 'check' },
  open: { tone: 'info', icon: 'right' },
  blocked: { tone: 'neutral', icon: 'lock' },
};

export function StepList({ steps }: { readonly steps: Readonly<Record<StepId, StepState>> }) {
  const words: Readonly<Record<StepState, string>> = {
    done: m.step_done(),
    open: m.step_open(),
    blocked: m.step_blocked(),
  };
  return (
    <ol className={styles.steps}>
      {stepIds.map((id, index) => {
        const { path, name, text } = stepLinks[id];
        const state = steps[id];
        return (
          <li key={id}>
            <span className={styles.number} aria-hidden="true">
              {index + 1}
            </span>
            <a href={`#${path}`}>{name()}</a>
            <span className={styles.text}>{text()}</span>
            <Badge {...look[state]}>{words[state]}</Badge>
          </li>
        );
      })}
    </ol>
  );
}
