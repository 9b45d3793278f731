/** The seven steps as a trace on a board: where one is, what is done, what waits. Also the navigation. */
import { useId } from 'react';
import { m } from '../i18n/paraglide/messages.js';
import { stepIds, usePath, type StepState } from '../state/path.ts';
import { Icon, type IconName } from '../ui/kit/icons.tsx';
import styles from './path-bar.module.css';
import { pageRoutes, routeOfStep } from './routes.tsx';

const stateIcons: Readonly<Partial<Record<StepState, IconName>>> = { done: 'check' };

export function PathBar({ location }: { readonly location: string }) {
  const steps = usePath();
  const id = useId();
  const words: Readonly<Record<StepState, string>> = {
    done: m.step_done(),
    open: m.step_open(),
    blocked: m.step_blocked(),
  };
  const guide = pageRoutes[0];
  return (
    <nav className={styles.nav} aria-label={m.app_pages()}>
      {guide && (
        <a
          href={`#${guide.path}`}
          className={styles.guide}
          aria-current={location === guide.path ? 'page' : undefined}
        >
          <Icon name={guide.icon} size={17} />
          {guide.name()}
        </a>
      )}
      <ol className={styles.steps}>
        {stepIds.map((step) => {
          const route = routeOfStep(step);
          if (route === undefined) return null;
          const state = steps[step];
          return (
            <li key={step} data-state={state} data-step={step}>
              <a
                href={`#${route.path}`}
                aria-describedby={`${id}-${step}`}
                aria-current={location === route.path ? 'page' : undefined}
              >
                <span className={styles.pad} aria-hidden="true">
                  <Icon name={stateIcons[state] ?? route.icon} size={16} />
                </span>
                <span className={styles.name}>{route.name()}</span>
              </a>
              <span id={`${id}-${step}`} className={styles.state} aria-hidden="true">
                {words[state]}
              </span>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
