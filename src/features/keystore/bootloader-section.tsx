/** The bootloader that will read the keystore: everything else follows from it. */
import { authKeyNamed, bootloaderProfiles } from '../../core/wolfboot/index.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useKeystore } from '../../state/react.ts';
import { SelectField } from '../../ui/kit/fields.tsx';
import { Facts } from '../../ui/kit/layout.tsx';
import { Section } from '../../ui/kit/page.tsx';
import styles from './keystore.module.css';

export function BootloaderSection() {
  const profileId = useKeystore((state) => state.profileId);
  const setProfile = useKeystore((state) => state.setProfile);
  const { profile, strideBytes } = useKeystore((state) => state.view);
  return (
    <Section title={m.keystore_bootloader()} description={m.keystore_bootloader_text()}>
      <div className={styles.profile}>
        <SelectField
          label={m.keystore_profile()}
          value={profileId}
          onChange={setProfile}
          choices={bootloaderProfiles.map(({ id, name }) => ({ value: id, label: name }))}
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
    </Section>
  );
}
