/** What goes into the board: files are dropped, recognised and put at their places. */
import type { RefusedPiece } from '../../core/provisioning/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useOpenFile } from '../../state/open-file.ts';
import { useBench, useFirmware, useKeystore } from '../../state/react.ts';
import { useFlashProject, useFlashProjectStore } from '../../state/use-flash-project.ts';
import { Button } from '../../ui/kit/button.tsx';
import { DropZone } from '../../ui/kit/drop-zone.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { PartCard } from './part-card.tsx';
import { ProblemList } from './problem-list.tsx';
import styles from './flash.module.css';

const ACCEPT = '.bin,.img,.hex,.ihex,.srec,.s19,.s37,.elf,.axf,.dfu';

export function PartsSection() {
  const store = useFlashProjectStore();
  const parts = useFlashProject((state) => state.parts);
  const project = useFlashProject((state) => state.project);
  const activity = useFlashProject((state) => state.activity);
  const refused = useFlashProject((state) => state.refused);
  const locked = useFlashProject((state) => state.job.kind === 'running');
  const file = useOpenFile();
  const { addFile, dismiss } = store.getState();
  const failed =
    activity.kind === 'failed' && activity.what === 'open' ? activity.error : undefined;
  const failure = file.error ?? failed;
  const problems = project?.problems.filter(({ kind }) => kind !== 'no-parts') ?? [];
  return (
    <Section title={m.flash_parts()} description={m.flash_parts_text()}>
      <Stack gap={4}>
        <DropZone
          icon="firmware"
          title={m.flash_drop()}
          small={parts.length > 0}
          wholePage={!locked}
          onFile={(dropped) => {
            if (!locked) file.openDropped(dropped, addFile);
          }}
          actions={
            <Button
              kind={parts.length === 0 ? 'primary' : 'default'}
              icon="open"
              disabled={locked}
              busy={activity.kind === 'busy' && activity.what === 'open'}
              onClick={() => {
                file.open(ACCEPT, addFile);
              }}
            >
              {m.flash_open()}
            </Button>
          }
        >
          {m.flash_drop_text()}
        </DropZone>
        <FromHere disabled={locked} />
        {failure && (
          <ErrorNotice
            failure={describeFailure(failure)}
            onDismiss={() => {
              file.dismiss();
              dismiss();
            }}
          />
        )}
        {refused.length > 0 && <Refused pieces={refused} />}
        {parts.length > 0 && (
          <ol className={styles.parts} aria-label={m.flash_parts()}>
            {parts.map((part, index) => (
              <PartCard key={part.id} part={part} index={index} locked={locked} />
            ))}
          </ol>
        )}
        <ProblemList problems={problems} parts={parts} />
      </Stack>
    </Section>
  );
}

/** What this session made itself needs no file. */
function FromHere({ disabled }: { readonly disabled: boolean }) {
  const store = useFlashProjectStore();
  const images = useFirmware((state) => state.images);
  const slots = useKeystore((state) => state.view.slots.length);
  const virtual = useBench((state) => state.bench?.kind === 'virtual');
  const parts = useFlashProject((state) => state.parts);
  const known = new Set(parts.map(({ sha256 }) => sha256));
  const { addImage, addSampleBootloader, addOtpImage } = store.getState();
  const offered = images.filter(({ sha256 }) => !known.has(sha256));
  const otp = slots > 0 && parts.every(({ role }) => role !== 'otp' && role !== 'primer');
  const bootloader = virtual && parts.every(({ role }) => role !== 'bootloader');
  if (offered.length === 0 && !otp && !bootloader) return null;
  return (
    <div role="group" aria-label={m.flash_from_here()} className={styles.fromHere}>
      <span>{m.flash_from_here()}</span>
      <Row>
        {bootloader && (
          <Button
            size="small"
            icon="virtual"
            disabled={disabled}
            onClick={() => void addSampleBootloader()}
          >
            {m.flash_add_sample()}
          </Button>
        )}
        {offered.map(({ id, name }) => (
          <Button
            key={id}
            size="small"
            icon="plus"
            disabled={disabled}
            onClick={() => void addImage(id)}
          >
            {name}
          </Button>
        ))}
        {otp && (
          <Button size="small" icon="fuse" disabled={disabled} onClick={() => void addOtpImage()}>
            {m.flash_add_otp()}
          </Button>
        )}
      </Row>
    </div>
  );
}

function Refused({ pieces }: { readonly pieces: readonly RefusedPiece[] }) {
  const { dismiss } = useFlashProjectStore().getState();
  return (
    <Notice
      tone="failure"
      live="alert"
      title={m.flash_not_for_flash()}
      actions={
        <Button kind="quiet" size="small" onClick={dismiss}>
          {m.flash_dismiss()}
        </Button>
      }
    >
      <ul className={styles.plain}>
        {pieces.map(({ name, secret, kind }) => (
          <li key={`${name}-${kind}`}>
            {secret
              ? m.flash_refused_secret({ name })
              : m.flash_refused_kind({ name, kind: kind.replaceAll('-', ' ') })}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
