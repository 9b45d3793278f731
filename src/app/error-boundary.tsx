/** Catches a page that breaks, keeps the frame and the keys, and offers to try again. */
import { Component, lazy, Suspense, type ComponentType, type ReactNode } from 'react';
import { toAppError, type AppError } from '../core/errors.ts';
import { m } from '../i18n/paraglide/messages.js';
import { Button, LinkButton } from '../ui/kit/button.tsx';
import { Row } from '../ui/kit/layout.tsx';
import { Page } from '../ui/kit/page.tsx';

type Notice = ComponentType<{ readonly error: AppError }>;

/** Without words when even they cannot be loaded: the way on stays. */
const CrashNotice = lazy(async (): Promise<{ default: Notice }> => {
  try {
    return { default: (await import('./crash-notice.tsx')).CrashNotice };
  } catch {
    return { default: () => null };
  }
});

interface Props {
  readonly children: ReactNode;
}

interface State {
  readonly error: AppError | undefined;
}

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(thrown: unknown): State {
    return { error: toAppError(thrown) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <Page name={m.app_crash_title()} lede={m.app_crash_text()}>
        <Suspense fallback={null}>
          <CrashNotice error={error} />
        </Suspense>
        <Row>
          <Button
            kind="primary"
            onClick={() => {
              this.setState({ error: undefined });
            }}
          >
            {m.app_crash_retry()}
          </Button>
          <LinkButton href="#/keys">{m.nav_keys()}</LinkButton>
        </Row>
      </Page>
    );
  }
}
