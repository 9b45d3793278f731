/**
 * The seven steps as a trace on a board: where one is, what is done, what waits. Also the navigation;
 * the guide before and the tool behind the steps are none of them.
 */
import { useId } from 'react';
import { m } from '../i18n/paraglide/messages.js';
import { stepIds, usePath, type StepState } from '../state/path.ts';
import { Icon, type IconName } from '../ui/kit/icons.tsx';
import styles from './path-bar.module.css';
import { pageRoutes, routeOfStep, type PageRoute } from './routes.tsx';

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
  const tool = pageRoutes.find(({ path }) => path === '/examine');
  return (
    <nav className={styles.nav} aria-label={m.app_pages()}>
      {guide && <Beside route={guide} location={location} className={styles.guide} />}
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
      {tool && <Beside route={tool} location={location} className={styles.tool} />}
    </nav>
  );
}

interface BesideProps {
  readonly route: PageRoute;
  readonly location: string;
  readonly className: string | undefined;
}

function Beside({ route, location, className }: BesideProps) {
  return (
    <a
      href={`#${route.path}`}
      className={className}
      aria-current={location === route.path ? 'page' : undefined}
    >
      <Icon name={route.icon} size={17} />
      {route.name()}
    </a>
  );
}
