/** Makes keys, or opens the file of one. */
import { useState, type SubmitEvent } from 'react';
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useOpenFile } from '../../state/open-file.ts';
import { useKeys } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { ChoiceField, NumberField, TextField } from '../../ui/kit/fields.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { algorithmLabels, keyNameProblem, privateKeyFiles } from './key-words.ts';
import styles from './keys.module.css';

const mostAtOnce = 16;

/** `first`: there is no key yet, so making one is what this screen is for. */
export function NewKeys({ first }: { readonly first: boolean }) {
  const generate = useKeys((state) => state.generate);
  const openKey = useKeys((state) => state.open);
  const working = useKeys(({ activity }) => activity.kind === 'busy');
  const making = useKeys(
    ({ activity }) => activity.kind === 'busy' && activity.what === 'generate',
  );
  const openFile = useOpenFile();
  const [name, setName] = useState<string>(m.keys_name_default());
  const [algorithm, setAlgorithm] = useState<'ecdsa-p256' | 'ed25519'>('ecdsa-p256');
  const [count, setCount] = useState<number | undefined>(1);
  const problem = keyNameProblem(name);

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (problem === undefined && count !== undefined && !working) {
      void generate(name.trim(), { algorithm }, count);
    }
  };
  return (
    <Section title={m.keys_new()}>
      <form className={styles.form} onSubmit={submit}>
        <TextField
          label={m.keys_name()}
          description={m.keys_name_hint()}
          value={name}
          onChange={setName}
          error={problem}
          maxLength={60}
          mono
        />
        <ChoiceField
          label={m.keys_algorithm()}
          value={algorithm}
          onChange={setAlgorithm}
          choices={[
            { value: 'ecdsa-p256', label: algorithmLabels['ecdsa-p256'] },
            { value: 'ed25519', label: algorithmLabels.ed25519 },
          ]}
          description={
            algorithm === 'ed25519' ? m.keys_algorithm_ed25519() : m.keys_algorithm_p256()
          }
        />
        <NumberField
          label={m.keys_count()}
          value={count}
          onChange={setCount}
          min={1}
          max={mostAtOnce}
        />
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
              openFile.open(privateKeyFiles, openKey);
            }}
          >
            {m.keys_open()}
          </Button>
        </Row>
      </form>
      {openFile.error && (
        <ErrorNotice failure={describeFailure(openFile.error)} onDismiss={openFile.dismiss} />
      )}
    </Section>
  );
}
