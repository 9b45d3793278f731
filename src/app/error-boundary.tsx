/** Catches a page that breaks, keeps the frame and the keys, and offers to try again. */
import { Component, type ReactNode } from 'react';
import { toAppError, type AppError } from '../core/errors.ts';
import { describeFailure } from '../i18n/failure.ts';
import { m } from '../i18n/paraglide/messages.js';
import { Button, LinkButton } from '../ui/kit/button.tsx';
import { Row } from '../ui/kit/layout.tsx';
import { ErrorNotice } from '../ui/kit/notice.tsx';
import { Page } from '../ui/kit/page.tsx';

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
        <ErrorNotice failure={describeFailure(error)} />
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
