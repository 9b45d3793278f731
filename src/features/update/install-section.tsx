/** Factory install: bootloader and first image into flash, then the moves that start the board. */
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { InstallJob } from '../../state/install.ts';
import { useAppState, useBench, useInstall, useUpdate } from '../../state/react.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import { JobProgress } from '../../ui/kit/meter.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { FactoryImageFile } from './factory-image.tsx';
import { InstallParts } from './install-parts.tsx';
import { installDoing, installRefusalWords } from './install-words.ts';
import { Installed } from './installed.tsx';
import { Refusals } from './refusals.tsx';

export function InstallSection() {
  const job = useInstall((state) => state.job.kind);
  const runs = useUpdate((state) => state.board?.info.firmwareVersion);
  const inDfu = useBench((state) => state.usb.length > 0);
  const busy = job === 'running' || job === 'failed';
  // A board that answers with a version needs no install; it stays within reach.
  const needed = runs === undefined || inDfu || busy;
  return (
    <Section
      title={m.update_install()}
      description={m.update_install_lede()}
      aside={
        runs !== undefined &&
        !inDfu && <Badge tone="proven">{m.update_go_started({ version: runs })}</Badge>
      }
    >
      {needed ? (
        <Install />
      ) : (
        <Disclosure label={m.update_install_again()}>
          <Install />
        </Disclosure>
      )}
    </Section>
  );
}

function Install() {
  const { install: store } = useAppState();
  const job = useInstall((state) => state.job);
  const refusals = useInstall((state) => state.refusals);
  const { start, startOver } = store.getState();
  return (
    <Stack gap={4}>
      <InstallParts disabled={job.kind === 'running'} />
      {job.kind === 'none' && (
        <>
          <Refusals
            title={m.update_refused_install()}
            reasons={refusals.map(installRefusalWords)}
          />
          <Row>
            <Button
              kind={refusals.length === 0 ? 'primary' : 'default'}
              icon="download"
              disabled={refusals.length > 0}
              onClick={() => void start()}
            >
              {m.update_install_start()}
            </Button>
            <FactoryImageFile />
            <a href="#/flash">{m.flash_link()}</a>
          </Row>
        </>
      )}
      {job.kind === 'running' && <Running job={job} />}
      {job.kind === 'failed' && (
        <ErrorNotice failure={describeFailure(job.error)} onDismiss={startOver} />
      )}
      {job.kind === 'installed' && <Installed job={job} />}
    </Stack>
  );
}

function Running({ job }: { readonly job: Extract<InstallJob, { kind: 'running' }> }) {
  const { install: store } = useAppState();
  return (
    <>
      <JobProgress
        label={m.update_installing()}
        doing={installDoing(job)}
        done={job.progress?.doneBytes ?? 0}
        total={job.progress?.totalBytes ?? 0}
      />
      <Row>
        <Button icon="stop" disabled={job.cancelling} onClick={store.getState().cancel}>
          {job.cancelling ? m.update_cancelling() : m.update_cancel()}
        </Button>
      </Row>
    </>
  );
}
