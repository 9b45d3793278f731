/** The short way to a kind of key: what will verify it, and the few that most people need. */
import { authKeyNamed, bootloaderProfiles, keySpecOfProfile } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { configBuild, otherBuild } from '../../state/bootloader-choice.ts';
import { useKeystore } from '../../state/react.ts';
import { SelectField } from '../../ui/kit/fields.tsx';
import { RadioCards } from '../../ui/kit/radio-cards.tsx';
import { draftOfSpec, type AlgorithmDraft, type AlgorithmKind } from './algorithm-draft.ts';
import { algorithmLabels } from './key-words.ts';
import styles from './new-keys.module.css';

interface AlgorithmChoiceProps {
  readonly draft: AlgorithmDraft;
  readonly onChange: (draft: AlgorithmDraft) => void;
}

export function AlgorithmChoice({ draft, onChange }: AlgorithmChoiceProps) {
  const profile = useKeystore(({ view }) => view.profile);
  const setProfile = useKeystore((state) => state.setProfile);
  const { kind: recommended } = draftOfSpec(draft, keySpecOfProfile(profile));
  const profileId = useKeystore((state) => state.profileId);
  const config = useKeystore((state) => state.bootloader.config);
  const card = (value: AlgorithmKind, label: string, text: string) => ({
    value,
    label,
    text,
    mark: value === recommended ? m.keys_recommended() : undefined,
  });
  return (
    <>
      <div className={styles.verifier}>
        <SelectField
          label={m.keys_for()}
          description={profileId === otherBuild ? m.keys_for_other() : m.keys_for_hint()}
          value={profileId}
          onChange={(id) => {
            setProfile(id);
            const chosen =
              id === configBuild
                ? config?.profile
                : bootloaderProfiles.find((each) => each.id === id);
            if (chosen !== undefined) onChange(draftOfSpec(draft, keySpecOfProfile(chosen)));
          }}
          choices={[
            ...bootloaderProfiles.map(({ id, name }) => ({ value: id, label: name })),
            { value: otherBuild, label: m.keystore_other_build() },
            ...(config
              ? [
                  {
                    value: configBuild,
                    label: m.keystore_config_build({ file: config.fileName }),
                  },
                ]
              : []),
          ]}
        />
      </div>
      <RadioCards
        label={m.keys_algorithm()}
        value={draft.kind}
        onChange={(kind) => {
          onChange({ ...draft, kind });
        }}
        cards={[
          card('ecdsa-p256', algorithmLabels['ecdsa-p256'], m.keys_algorithm_p256()),
          card('ed25519', algorithmLabels.ed25519, m.keys_algorithm_ed25519()),
          card('lms', algorithmLabels.lms, m.keys_algorithm_lms()),
          card('ml-dsa', authKeyNamed('ML_DSA').label, m.keys_algorithm_ml_dsa()),
          card('other', m.keys_algorithm_other(), m.keys_algorithm_other_text()),
        ]}
      />
    </>
  );
}
