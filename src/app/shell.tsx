/** The frame: header, path, the page, and the mark of the virtual board around all of it. */
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { m } from '../i18n/paraglide/messages.js';
import type { Locale } from '../i18n/paraglide/runtime.js';
import type { KeyEntry } from '../state/keys.ts';
import { useBench, useKeys } from '../state/react.ts';
import { LinkButton } from '../ui/kit/button.tsx';
import { Page, PageEntryProvider } from '../ui/kit/page.tsx';
import { useLeaveGuard } from '../ui/kit/use-leave-guard.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { Header } from './header.tsx';
import { PathBar } from './path-bar.tsx';
import { pageRoutes } from './routes.tsx';
import styles from './shell.module.css';
import { Shortcuts } from './shortcuts.tsx';
import { UpdateOffer } from './update-offer.tsx';
import { useAwake, useBoardJob, useRunningJob } from './use-running-job.ts';

/** Loaded together with the first virtual board. */
const BoardPanel = lazy(async () => ({
  default: (await import('../features/panel/index.ts')).BoardPanel,
}));

/** Loaded with the first job at a board. */
const HiddenTab = lazy(async () => ({ default: (await import('./hidden-tab.tsx')).HiddenTab }));

interface ShellProps {
  readonly locale: Locale;
  readonly onLocale: (locale: Locale) => void;
}

export function Shell({ locale, onLocale }: ShellProps) {
  const [location] = useLocation();
  const entry = usePageEntry(location);
  const virtual = useBench(({ bench }) => bench?.kind === 'virtual');
  const unsavedKeys = useKeys(({ keys }) => keys.filter(isOnlyHere).length);
  const running = useRunningJob();
  const atBoard = useBoardJob();
  const [shortcutsOpen, setShortcutsOpen] = useState(false);
  useLeaveGuard(unsavedKeys > 0 || running);
  useAwake(atBoard);
  useDocumentTitle(location, locale, virtual);

  return (
    <div className={styles.shell} data-virtual={virtual}>
      <a className={styles.skip} href="#main" onClick={focusMain}>
        {m.app_skip()}
      </a>
      <Header
        locale={locale}
        onLocale={onLocale}
        unsavedKeys={unsavedKeys}
        onShortcuts={() => {
          setShortcutsOpen(true);
        }}
      />
      <PathBar location={location} />
      <UpdateOffer running={running} unsavedKeys={unsavedKeys} />
      {atBoard && (
        <Suspense fallback={null}>
          <HiddenTab />
        </Suspense>
      )}
      <div className={styles.body}>
        <main id="main" tabIndex={-1} className={styles.main}>
          <PageEntryProvider value={entry}>
            <ErrorBoundary key={location}>
              <Suspense fallback={<p role="status">{m.app_loading()}</p>}>
                <Switch>
                  {pageRoutes
                    .flatMap(({ path, below, Page: RoutedPage }) =>
                      [path, ...(below === undefined ? [] : [below])].map((at) => ({
                        at,
                        RoutedPage,
                      })),
                    )
                    .map(({ at, RoutedPage }) => (
                      <Route key={at} path={at}>
                        <RoutedPage />
                      </Route>
                    ))}
                  <Route>
                    <NotFound />
                  </Route>
                </Switch>
              </Suspense>
            </ErrorBoundary>
          </PageEntryProvider>
        </main>
        {virtual && (
          <Suspense fallback={null}>
            <BoardPanel />
          </Suspense>
        )}
      </div>
      <Shortcuts
        opened={shortcutsOpen}
        onOpen={() => {
          setShortcutsOpen(true);
        }}
        onClose={() => {
          setShortcutsOpen(false);
        }}
      />
      {virtual && <div className={styles.frame} aria-hidden="true" />}
    </div>
  );
}

/** Neither in a file nor in the vault: closing the tab destroys it. */
function isOnlyHere({ saved, sealed }: KeyEntry): boolean {
  return !saved && !sealed;
}

function NotFound() {
  return (
    <Page name={m.app_not_found()} lede={m.app_not_found_text()}>
      <div>
        <LinkButton href="#/" kind="primary">
          {m.app_back_to_guide()}
        </LinkButton>
      </div>
    </Page>
  );
}

/** A hash in the address is a page here, so the link to the content moves the focus by itself. */
function focusMain(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function usePageEntry(location: string): 'first' | 'navigated' {
  const [first] = useState(location);
  const navigated = useRef(false);
  const [entry, setEntry] = useState<'first' | 'navigated'>('first');
  useEffect(() => {
    if (location !== first && !navigated.current) {
      navigated.current = true;
      setEntry('navigated');
    }
  }, [location, first]);
  return location === first ? entry : 'navigated';
}

function useDocumentTitle(location: string, locale: Locale, virtual: boolean): void {
  useEffect(() => {
    const route = pageRoutes.find(
      ({ path, below }) =>
        path === location || (below !== undefined && location.startsWith(`${path}/`)),
    );
    const name = route?.name() ?? m.app_name();
    const mark = virtual ? `[${m.app_virtual()}] ` : '';
    document.title = `${mark}${name} – ${m.app_name()}`;
    window.scrollTo(0, 0);
  }, [location, locale, virtual]);
}
