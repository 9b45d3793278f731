/** Everything but file, key and version, in groups that stay folded until they are wanted. */
import { m } from '../../i18n/paraglide/messages.js';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { DeltaGroup } from './delta-group.tsx';
import { EncryptionGroup } from './encryption-group.tsx';
import { FieldsGroup } from './fields-group.tsx';
import { HeaderGroup } from './header-group.tsx';
import type { GroupProps } from './option-parts.tsx';
import styles from './options.module.css';
import { SecondGroup } from './second-group.tsx';
import { changesOf } from './sign-draft.ts';

interface MoreOptionsProps extends GroupProps {
  readonly keyId: string | undefined;
  /** The signature is made elsewhere: one key, one image, no delta. */
  readonly external?: boolean;
}

export function MoreOptions({ draft, onChange, keyId, external = false }: MoreOptionsProps) {
  const count = Object.values(changesOf(draft)).reduce((sum, changes) => sum + changes, 0);
  const props = { draft, onChange };
  return (
    <Disclosure label={count === 0 ? m.sign_more() : m.sign_more_changed({ count })}>
      <div className={styles.groups}>
        <HeaderGroup {...props} external={external} />
        <FieldsGroup {...props} />
        <SecondGroup {...props} primaryId={keyId} external={external} />
        <EncryptionGroup {...props} />
        {!external && <DeltaGroup {...props} />}
      </div>
    </Disclosure>
  );
}
