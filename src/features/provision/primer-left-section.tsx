/** A primer that an interrupted burn left in flash: it goes before anything else happens. */
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useBench, useInspect, useProvision } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';

export function PrimerLeftSection() {
  const { provision } = useAppState();
  const left = useInspect(
    ({ job }) => job.kind === 'done' && job.findings.state.kind === 'primer-in-flash',
  );
  const activity = useProvision((state) => state.activity);
  const burning = useProvision((state) => state.job.kind === 'running');
  const inDfu = useBench((state) => state.usb.length > 0);
  if (!left || burning) return null;
  const { erasePrimer, dismiss } = provision.getState();
  return (
    <Stack gap={3}>
      <Notice
        tone="caution"
        title={m.burn_primer_left()}
        live="status"
        actions={
          <Button
            kind="primary"
            icon="trash"
            disabled={!inDfu}
            busy={activity.kind === 'busy' && activity.what === 'erase-primer'}
            onClick={() => {
              void erasePrimer();
            }}
          >
            {m.burn_erase_primer()}
          </Button>
        }
      >
        {m.burn_primer_left_text()}
      </Notice>
      {activity.kind === 'failed' && activity.what === 'erase-primer' && (
        <ErrorNotice failure={describeFailure(activity.error)} onDismiss={dismiss} />
      )}
    </Stack>
  );
}
