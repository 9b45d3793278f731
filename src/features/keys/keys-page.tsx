/** Keys: made or opened here, saved as files, each proven by its own backup; sealed in a vault if wished. */
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useKeys } from '../../state/react.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { EmptyState } from '../../ui/kit/empty-state.tsx';
import { Polite } from '../../ui/kit/live.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { NextStep, Page, Section } from '../../ui/kit/page.tsx';
import { KeyCard } from './key-card.tsx';
import { KeyProgress } from './key-progress.tsx';
import styles from './keys.module.css';
import { StateFolder } from './state-folder.tsx';
import { NewKeys } from './new-keys.tsx';
import { VaultSection } from './vault-section.tsx';

export function KeysPage() {
  const keys = useKeys((state) => state.keys);
  const locked = useKeys(({ vault }) => vault.kind === 'locked');
  const proven = keys.filter((key) => key.proven).length;
  const next = keys.find((key) => !key.proven);
  return (
    <Page name={m.nav_keys()} lede={m.keys_lede()}>
      {locked ? (
        <>
          <Failures />
          <VaultSection />
        </>
      ) : (
        <>
          <NewKeys first={keys.length === 0} />
          <KeyProgress />
          <Failures />
          <KeyList />
          <VaultSection />
        </>
      )}
      <NextStep
        label={m.continue_to({ page: m.nav_keystore() })}
        href="#/keystore"
        ready={keys.length > 0 && next === undefined}
      >
        {locked
          ? m.keys_next_locked()
          : keys.length === 0
            ? m.keys_next_none()
            : next === undefined
              ? m.keys_next_done()
              : m.keys_next_some({ count: keys.length - proven })}
      </NextStep>
      <Announcer made={keys.length} />
    </Page>
  );
}

function KeyList() {
  const keys = useKeys((state) => state.keys);
  const proven = keys.filter((key) => key.proven).length;
  const next = keys.find((key) => !key.proven);
  const unsaved = keys.some((key) => !key.saved && !key.sealed);
  return (
    <Section
      title={m.keys_list()}
      aside={
        keys.length > 0 && (
          <Badge tone={proven === keys.length ? 'proven' : 'neutral'} icon="key">
            {m.keys_list_summary({ proven, total: keys.length })}
          </Badge>
        )
      }
    >
      {unsaved && <Notice tone="caution">{m.keys_memory()}</Notice>}
      <StateFolder />
      {keys.length === 0 ? (
        <EmptyState icon="key" title={m.keys_empty()}>
          {m.keys_empty_text()}
        </EmptyState>
      ) : (
        <ul className={styles.keys}>
          {keys.map((key) => (
            <KeyCard key={key.id} entry={key} current={key.id === next?.id} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function Failures() {
  const activity = useKeys((state) => state.activity);
  const dismiss = useKeys((state) => state.dismiss);
  if (activity.kind !== 'failed') return null;
  return <ErrorNotice failure={describeFailure(activity.error)} onDismiss={dismiss} />;
}

function Announcer({ made }: { readonly made: number }) {
  const busy = useKeys((state) => state.activity.kind === 'busy');
  return <Polite text={busy ? m.keys_busy() : m.keys_announce_made({ count: made })} />;
}
