/** The one good end of an update: the new version was seen running and was confirmed. */
import { formatCount } from '../../i18n/format.ts';
import { imageFormWords } from '../../i18n/image-forms.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useRecords } from '../../state/react.ts';
import type { UpdateJob } from '../../state/update.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Icon } from '../../ui/kit/icons.tsx';
import { Facts, Row } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { Stages } from './stages.tsx';
import styles from './update.module.css';

const msPerSecond = 1000;
/** More than these in a hundred packets sent twice is no accident. */
const poorLinkShare = 0.02;

export function Proven({ job }: { readonly job: Extract<UpdateJob, { kind: 'proven' }> }) {
  const { update } = useAppState();
  const { image, outcome } = job;
  const unplaced = useRecords((state) =>
    state.unplaced.some(({ update: { imageSha256 } }) => imageSha256 === image.sha256),
  );
  const { versionBefore: before, version: after, stateAfterReboot, transfer } = outcome;
  const poor = transfer.resends > transfer.packets * poorLinkShare;
  return (
    <>
      <div className={styles.proven} role="status">
        <Icon name="proven" size={40} />
        <div>
          <p className={styles.provenTitle}>{m.update_proven({ before, after })}</p>
          <p>{m.update_proven_text({ after, state: stateAfterReboot })}</p>
        </div>
      </div>
      <Facts
        narrow
        facts={[
          { name: m.update_proven_image(), value: image.name },
          { name: m.update_sent_as(), value: imageFormWords(image.form) },
          {
            name: m.update_proven_sha(),
            value: <Fingerprint hex={image.sha256} of={image.name} short />,
          },
          {
            name: m.update_proven_transfer(),
            value: m.update_proven_transfer_text({
              packets: formatCount(transfer.packets),
              seconds: formatCount(Math.round(transfer.elapsedMs / msPerSecond)),
              resends: formatCount(transfer.resends),
            }),
          },
          { name: m.update_proven_transfers(), value: formatCount(outcome.transfersNeeded) },
        ]}
      />
      {poor && (
        <Notice tone="caution">
          {m.update_link_poor({ count: formatCount(transfer.resends) })}
        </Notice>
      )}
      {unplaced && (
        <Notice tone="caution" live="status">
          <p>
            {m.update_unplaced()} <a href="#/record">{m.update_unplaced_link()}</a>
          </p>
        </Notice>
      )}
      <Stages stage="confirming" outcome="done" />
      <Row>
        <Button icon="update" onClick={update.getState().startOver}>
          {m.update_again()}
        </Button>
      </Row>
    </>
  );
}
