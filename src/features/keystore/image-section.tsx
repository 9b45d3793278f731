/** The OTP area as it will be, byte by byte, and the fingerprint that stands for all of it. */
import { describeField } from '../../i18n/field-names.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useKeystore } from '../../state/react.ts';
import { HexView } from '../../ui/hex/hex-view.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Section } from '../../ui/kit/page.tsx';
import styles from './keystore.module.css';

/** What of a fingerprint is typed before burning; core/provisioning decides. */
const typedGroups = 2;

export function ImageSection() {
  const { preview, fingerprint } = useKeystore((state) => state.view);
  return (
    <Section title={m.keystore_image()} description={m.keystore_image_text()}>
      {fingerprint !== undefined && (
        <div>
          <h3 className={styles.small}>{m.keystore_fingerprint()}</h3>
          <Fingerprint hex={fingerprint} of={m.keystore_fingerprint()} markedGroups={typedGroups} />
          <p className={styles.remark}>{m.keystore_fingerprint_text()}</p>
        </div>
      )}
      {preview === undefined ? (
        <p className={styles.remark}>{m.keystore_image_none()}</p>
      ) : (
        <HexView
          label={m.keystore_image_grid()}
          bytes={preview.bytes}
          spans={preview.spans}
          baseAddress={preview.baseAddress}
          secret={preview.spans.filter(({ path }) => path === 'uds')}
          describe={describeField}
        />
      )}
    </Section>
  );
}
