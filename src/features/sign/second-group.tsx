/** Second signature: a hybrid image, and the policy of a TPM. */
import { m } from '../../i18n/paraglide/messages.js';
import { useKeys } from '../../state/react.ts';
import { SelectField } from '../../ui/kit/fields.tsx';
import { FileField, OptionGroupBox, type GroupProps } from './option-parts.tsx';
import { changesOf } from './sign-draft.ts';

const none = '';

interface SecondGroupProps extends GroupProps {
  /** Of the first signature; undefined where it is made elsewhere, then there is no second. */
  readonly primaryId: string | undefined;
  readonly external?: boolean;
}

export function SecondGroup({ draft, onChange, primaryId, external = false }: SecondGroupProps) {
  const keys = useKeys((state) => state.keys);
  const primary = keys.find(({ id }) => id === primaryId);
  const fitting = keys.filter(({ id, algorithm }) =>
    id === primaryId ? false : algorithm !== primary?.algorithm,
  );
  return (
    <OptionGroupBox
      title={external ? m.sign_policy_group() : m.sign_second()}
      changes={changesOf(draft).second}
      text={external ? m.sign_policy_text() : m.sign_second_text()}
      needs={external ? m.sign_policy_needs() : m.sign_second_needs()}
    >
      {!external && (
        <SelectField
          label={m.sign_second_key()}
          description={fitting.length === 0 ? m.sign_second_none() : m.sign_second_hint()}
          value={draft.secondaryKeyId ?? none}
          choices={[
            { value: none, label: m.sign_second_off() },
            ...fitting.map(({ id, name, algorithm }) => ({
              value: id,
              label: `${name} (${algorithm})`,
            })),
          ]}
          onChange={(id) => {
            onChange({ secondaryKeyId: id === none ? undefined : id });
          }}
        />
      )}
      <FileField
        label={m.sign_policy()}
        description={m.sign_policy_hint()}
        accept=".bin,.policy,*/*"
        file={draft.policy}
        onChange={(policy) => {
          onChange({ policy });
        }}
      />
    </OptionGroupBox>
  );
}
