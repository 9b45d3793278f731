/** Steps two and three: what to sign and how, what came back, and the image. */
import { useId, useState } from 'react';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { toHex } from '../../core/bytes/index.ts';
import type { ExternalJob, ExternalPart } from '../../state/external.ts';
import { useOpenFile } from '../../state/open-file.ts';
import { useExternal } from '../../state/use-external.ts';
import { Button } from '../../ui/kit/button.tsx';
import { CopyButton } from '../../ui/kit/copy-button.tsx';
import { TextField } from '../../ui/kit/fields.tsx';
import { Facts, Row } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { CommandList } from './external-commands.tsx';
import { problemWords, repairWords } from './external-words.ts';
import styles from './external.module.css';

export function ExternalSignatures({ job }: { readonly job: ExternalJob }) {
  const build = useExternal((state) => state.build);
  const giveUp = useExternal((state) => state.giveUp);
  const activity = useExternal((state) => state.activity);
  const good = job.parts.every(({ judgement }) => judgement?.ok === true);
  return (
    <>
      <Section
        title={m.external_step_two()}
        description={m.external_step_two_text({
          name: job.firmware.name,
          version: job.version,
          key: job.keyName,
        })}
      >
        {job.parts.map((part) => (
          <Part key={part.id} part={part} only={job.parts.length === 1} />
        ))}
      </Section>
      <Section title={m.external_step_three()} description={m.external_step_three_text()}>
        <Row>
          <Button
            kind={good ? 'primary' : 'default'}
            icon="firmware"
            busy={activity.kind === 'busy' && activity.what === 'build'}
            disabled={!good || activity.kind === 'busy'}
            onClick={() => void build()}
          >
            {m.external_build({ name: job.imageName })}
          </Button>
          <Button kind="quiet" onClick={giveUp}>
            {m.external_give_up()}
          </Button>
        </Row>
      </Section>
    </>
  );
}

function Part({ part, only }: { readonly part: ExternalPart; readonly only: boolean }) {
  const save = useExternal((state) => state.saveDigest);
  const hex = toHex(part.wanted.digest);
  const what = part.id === 'image' ? m.external_digest_image() : m.external_digest_policy();
  return (
    <div className={styles.part}>
      {!only && <h3>{what}</h3>}
      <Facts
        narrow
        facts={[
          {
            name: what,
            value: (
              <span className={styles.digest}>
                <code>{hex}</code>
                <CopyButton text={hex} of={what} />
              </span>
            ),
          },
        ]}
      />
      <Row>
        <Button
          size="small"
          icon="download"
          label={m.external_save_digest_of({ name: part.digestFile })}
          onClick={() => {
            save(part.id);
          }}
        >
          {m.external_save_digest()}
        </Button>
        <code>{part.digestFile}</code>
      </Row>
      <CommandList commands={part.commands} />
      <GiveSignature part={part} />
      <Judgement part={part} />
    </div>
  );
}

function GiveSignature({ part }: { readonly part: ExternalPart }) {
  const giveFile = useExternal((state) => state.giveFile);
  const giveText = useExternal((state) => state.giveText);
  const openFile = useOpenFile();
  const [text, setText] = useState('');
  return (
    <form
      className={styles.give}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') void giveText(part.id, text);
      }}
    >
      <TextField
        label={part.id === 'image' ? m.external_paste() : m.external_paste_policy()}
        description={m.external_paste_hint()}
        value={text}
        onChange={setText}
        mono
      />
      <Row>
        <Button type="submit" icon="check" disabled={text.trim() === ''}>
          {m.external_check()}
        </Button>
        <Button
          icon="open"
          label={m.external_open_of({ name: part.signatureFile })}
          onClick={() => {
            openFile.open('.sig,.bin,.der,.b64,.txt,.json,*/*', (file) => giveFile(part.id, file));
          }}
        >
          {m.external_open()}
        </Button>
      </Row>
      {openFile.error && (
        <ErrorNotice failure={describeFailure(openFile.error)} onDismiss={openFile.dismiss} />
      )}
    </form>
  );
}

function Judgement({ part: { judgement } }: { readonly part: ExternalPart }) {
  const id = useId();
  if (judgement === undefined) return null;
  if (!judgement.ok) {
    const { title, text } = problemWords[judgement.problem];
    return (
      <Notice tone="failure" live="alert" title={title({ key: judgement.keyName ?? '' })}>
        <p>{text()}</p>
        <code className={styles.reason}>{judgement.message}</code>
      </Notice>
    );
  }
  return (
    <Notice tone="proven" live="status" title={m.external_good()}>
      <ul id={id} className={styles.notes}>
        {judgement.rsaForm === 'digest-info' && <li>{m.external_form_info()}</li>}
        {judgement.rsaForm === 'bare' && <li>{m.external_form_bare()}</li>}
        {judgement.repairs.map((repair) => (
          <li key={repair}>{repairWords[repair]()}</li>
        ))}
      </ul>
    </Notice>
  );
}
