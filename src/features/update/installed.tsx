/** After the install: what stands in flash now, and how the board is started from it. */
import { m } from '../../i18n/paraglide/messages.js';
import type { InstalledPart, InstallJob } from '../../state/install.ts';
import { useAppState } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { GoSteps } from './go-steps.tsx';

type InstalledJob = Extract<InstallJob, { kind: 'installed' }>;

export function Installed({ job }: { readonly job: InstalledJob }) {
  const { install: store } = useAppState();
  return (
    <>
      <Notice tone="proven" title={m.update_installed()} live="status">
        <p>{m.update_installed_text()}</p>
        <ul>
          {[job.bootloader, job.firmware].map((part) => (
            <li key={part.sha256}>{sectorsOf(part)}</li>
          ))}
        </ul>
      </Notice>
      <h3>{m.update_go()}</h3>
      <GoSteps />
      <Row>
        <Button kind="quiet" icon="refresh" onClick={store.getState().startOver}>
          {m.update_install_again()}
        </Button>
      </Row>
    </>
  );
}

function sectorsOf({ name, report }: InstalledPart): string {
  return m.update_installed_part({
    name,
    kept: report.keptSectors.length,
    written: report.writtenSectors.length,
  });
}
