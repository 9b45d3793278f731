/** Delta: a small update for boards that run a known image. */
import { m } from '../../i18n/paraglide/messages.js';
import { useFirmware, useKeystore } from '../../state/react.ts';
import { CheckField, NumberField, SelectField } from '../../ui/kit/fields.tsx';
import { OptionGroupBox, type GroupProps } from './option-parts.tsx';
import styles from './options.module.css';
import { changesOf } from './sign-draft.ts';

const none = '';
/** sign takes no larger one (formats/wolfboot.md, section 17). */
const largestSectorBytes = 0xffff;

export function DeltaGroup({ draft, onChange }: GroupProps) {
  const images = useFirmware((state) => state.images);
  const ofProfile = useKeystore((state) => state.view.profile.partitions?.sectorBytes);
  const bases = images.filter(({ form, image }) => form === 'plain' && image.payloadPresent);
  return (
    <OptionGroupBox
      title={m.sign_delta()}
      changes={changesOf(draft).delta}
      text={m.sign_delta_text()}
      needs={m.sign_delta_needs()}
    >
      <div className={styles.fields}>
        <SelectField
          label={m.sign_delta_base()}
          description={bases.length === 0 ? m.sign_delta_none() : m.sign_delta_base_hint()}
          value={draft.baseImageId ?? none}
          choices={[
            { value: none, label: m.sign_delta_off() },
            ...bases.map(({ id, name, image: { version } }) => ({
              value: id,
              label: m.update_image_option({ name, version }),
            })),
          ]}
          onChange={(id) => {
            onChange({ baseImageId: id === none ? undefined : id });
          }}
        />
        {draft.baseImageId !== undefined && (
          <NumberField
            label={m.sign_delta_sector()}
            description={m.sign_delta_sector_hint()}
            value={draft.sectorSizeBytes ?? ofProfile}
            onChange={(sectorSizeBytes) => {
              onChange({ sectorSizeBytes });
            }}
            min={1}
            max={largestSectorBytes}
          />
        )}
      </div>
      {draft.baseImageId !== undefined && (
        <CheckField
          label={m.sign_delta_digest()}
          description={m.sign_delta_digest_hint()}
          checked={draft.baseDigest}
          onChange={(baseDigest) => {
            onChange({ baseDigest });
          }}
        />
      )}
    </OptionGroupBox>
  );
}
