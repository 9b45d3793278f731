/** Signing with a key that lies in an HSM or a key service: digest out, signature in, image. */
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useFirmware } from '../../state/react.ts';
import { useExternal } from '../../state/use-external.ts';
import { LinkButton } from '../../ui/kit/button.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Page } from '../../ui/kit/page.tsx';
import { ExternalChoice } from './external-choice.tsx';
import { ExternalSignatures } from './external-signatures.tsx';

export function ExternalPage() {
  const activity = useExternal((state) => state.activity);
  const dismiss = useExternal((state) => state.dismiss);
  const job = useExternal((state) => state.job);
  return (
    <Page
      name={m.external_title()}
      lede={m.external_lede()}
      aside={
        <LinkButton href="#/firmware" kind="quiet" size="small">
          {m.external_back()}
        </LinkButton>
      }
    >
      {activity.kind === 'failed' && (
        <ErrorNotice failure={describeFailure(activity.error)} onDismiss={dismiss} />
      )}
      <Built />
      <ExternalChoice />
      {job && <ExternalSignatures job={job} />}
    </Page>
  );
}

function Built() {
  const builtId = useExternal((state) => state.builtId);
  const built = useFirmware((state) => state.images.find(({ id }) => id === builtId));
  if (!built) return null;
  return (
    <Notice
      tone="proven"
      live="status"
      title={m.external_built({ name: built.name })}
      actions={<a href="#/firmware">{m.external_built_link()}</a>}
    >
      {m.external_built_text()}
    </Notice>
  );
}
