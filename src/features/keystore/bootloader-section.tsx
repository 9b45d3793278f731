/** The bootloader that will read the keystore: everything else follows from it. */
import { lazy, Suspense } from 'react';
import {
  authKeyNamed,
  bootloaderProfiles,
  otpTargets,
  type OtpTarget,
} from '../../core/wolfboot/index.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import {
  buildKeys,
  canBeUniversal,
  configBuild,
  otherBuild,
} from '../../state/bootloader-choice.ts';
import { useKeystore } from '../../state/react.ts';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { SelectField, SwitchField } from '../../ui/kit/fields.tsx';
import { Facts } from '../../ui/kit/layout.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { buildKeyLabel, targetLabels } from './capacity-words.ts';
import { ConfigButton, ConfigWarnings } from './config-button.tsx';
import styles from './keystore.module.css';

const CapacityTable = lazy(() => import('./capacity-table.tsx'));

export function BootloaderSection() {
  const choice = useKeystore((state) => state.bootloader);
  const setProfile = useKeystore((state) => state.setProfile);
  const setBuild = useKeystore((state) => state.setBuild);
  const { profile, strideBytes } = useKeystore((state) => state.view);
  return (
    <Section
      title={m.keystore_bootloader()}
      description={m.keystore_bootloader_text()}
      aside={<ConfigButton />}
    >
      <div className={styles.profile}>
        <SelectField
          label={m.keystore_profile()}
          value={choice.profileId}
          onChange={setProfile}
          choices={[
            ...bootloaderProfiles.map(({ id, name }) => ({ value: id, label: name })),
            { value: otherBuild, label: m.keystore_other_build() },
            ...(choice.config
              ? [
                  {
                    value: configBuild,
                    label: m.keystore_config_build({ file: choice.config.fileName }),
                  },
                ]
              : []),
          ]}
        />
        <Facts
          facts={[
            { name: m.keystore_target(), value: profile.target, mono: true },
            {
              name: m.keystore_key_type(),
              value: profile.universal
                ? m.keystore_universal()
                : authKeyNamed(profile.signName).label,
            },
            { name: m.keystore_stride(), value: formatBytes(strideBytes) },
            { name: m.keystore_header_size(), value: formatBytes(profile.headerSizeBytes) },
          ]}
        />
      </div>
      <ConfigWarnings />
      {choice.profileId === otherBuild && <OtherBuild />}
      <SwitchField
        label={m.keystore_universal_switch()}
        description={
          canBeUniversal(choice) ? m.keystore_universal_hint() : m.keystore_universal_not()
        }
        checked={profile.universal}
        disabled={!canBeUniversal(choice)}
        onChange={(universal) => {
          setBuild({ universal });
        }}
      />
      <Disclosure label={m.keystore_room({ target: targetLabels[profile.target] })} onDemand>
        <Suspense fallback={<p role="status">{m.app_loading()}</p>}>
          <CapacityTable profile={profile} />
        </Suspense>
      </Disclosure>
    </Section>
  );
}

function OtherBuild() {
  const choice = useKeystore((state) => state.bootloader);
  const setBuild = useKeystore((state) => state.setBuild);
  return (
    <div className={styles.build}>
      <SelectField<OtpTarget>
        label={m.keystore_target()}
        value={choice.target}
        onChange={(target) => {
          setBuild({ target });
        }}
        choices={otpTargets.map((value) => ({ value, label: targetLabels[value] }))}
      />
      <SelectField
        label={m.keystore_sign()}
        value={choice.buildKey}
        onChange={(buildKey) => {
          setBuild({ buildKey });
        }}
        choices={buildKeys.map((value) => ({ value, label: buildKeyLabel(value) }))}
      />
    </div>
  );
}
