/** Makes keys, or opens the file of one. What will verify the key leads to the kind of key. */
import { lazy, Suspense, useState, type SubmitEvent } from 'react';
import { keySpecOfProfile } from '../../core/wolfboot/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useKeys, useKeystore } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { NumberField, TextField } from '../../ui/kit/fields.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { AlgorithmChoice } from './algorithm-choice.tsx';
import { draftOfSpec, firstDraft, specOfDraft, type AlgorithmDraft } from './algorithm-draft.ts';
import { keyNameProblem, privateKeyFiles } from './key-words.ts';
import styles from './new-keys.module.css';
import { AgePassphraseDialog, useOpenBackup } from './open-backup.tsx';
import { ParameterFields } from './parameter-fields.tsx';
import { SpecFacts } from './spec-facts.tsx';

const mostAtOnce = 16;
const AlgorithmTable = lazy(() => import('./algorithm-table.tsx'));

/** `first`: there is no key yet, so making one is what this screen is for. */
export function NewKeys({ first }: { readonly first: boolean }) {
  const generate = useKeys((state) => state.generate);
  const openKey = useKeys((state) => state.open);
  const working = useKeys(({ activity }) => activity.kind === 'busy');
  const making = useKeys(
    ({ activity }) => activity.kind === 'busy' && activity.what === 'generate',
  );
  const profile = useKeystore(({ view }) => view.profile);
  const backup = useOpenBackup(openKey);
  const [name, setName] = useState<string>(m.keys_name_default());
  const [draft, setDraft] = useState<AlgorithmDraft>(() =>
    draftOfSpec(firstDraft, keySpecOfProfile(profile)),
  );
  const [count, setCount] = useState<number | undefined>(1);
  const problem = keyNameProblem(name);
  const spec = specOfDraft(draft);

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (problem === undefined && count !== undefined && !working) {
      void generate(name.trim(), spec, count);
    }
  };
  return (
    <Section title={m.keys_new()}>
      <form className={styles.form} onSubmit={submit}>
        <AlgorithmChoice draft={draft} onChange={setDraft} />
        <ParameterFields draft={draft} onChange={setDraft} />
        <SpecFacts spec={spec} profile={profile} />
        <Disclosure label={m.keys_compare()} onDemand>
          <Suspense fallback={<p role="status">{m.app_loading()}</p>}>
            <AlgorithmTable draft={draft} target={profile.target} />
          </Suspense>
        </Disclosure>
        <div className={styles.naming}>
          <TextField
            label={m.keys_name()}
            description={m.keys_name_hint()}
            value={name}
            onChange={setName}
            error={problem}
            maxLength={60}
            mono
          />
          <NumberField
            label={m.keys_count()}
            value={count}
            onChange={setCount}
            min={1}
            max={mostAtOnce}
          />
        </div>
        <Row>
          <Button
            type="submit"
            kind={first ? 'primary' : 'default'}
            icon="plus"
            busy={making}
            disabled={problem !== undefined || count === undefined || working}
          >
            {m.keys_generate()}
          </Button>
          <Button
            kind="quiet"
            icon="open"
            disabled={working}
            onClick={() => {
              backup.open(privateKeyFiles);
            }}
          >
            {m.keys_open()}
          </Button>
        </Row>
      </form>
      <AgePassphraseDialog backup={backup} />
      {backup.error && (
        <ErrorNotice failure={describeFailure(backup.error)} onDismiss={backup.dismiss} />
      )}
    </Section>
  );
}
