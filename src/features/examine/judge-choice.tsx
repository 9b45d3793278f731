/** By whose keys a file is judged, and what runs on the board. */
import { describeFailure } from '../../i18n/failure.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { slotsOnBoard } from '../../state/board-slots.ts';
import type { Judge } from '../../state/examine.ts';
import { useOpenFile } from '../../state/open-file.ts';
import { useInspect, useKeystore, useRunningImage } from '../../state/react.ts';
import { useExamine, useExamineStore } from '../../state/use-examine.ts';
import { Button } from '../../ui/kit/button.tsx';
import { NumberField } from '../../ui/kit/fields.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { RadioCards } from '../../ui/kit/radio-cards.tsx';
import styles from './examine.module.css';

const largestVersion = 0xffffffff;
const keystoreFiles = '.der,.c,.bin,.pub,.pem,.crt,.cer,.jwk,.json,.raw';

export function JudgeChoice({ forImage }: { readonly forImage: boolean }) {
  const store = useExamineStore();
  const judge = useExamine((state) => state.judge);
  const keystoreFile = useExamine((state) => state.keystoreFile);
  const view = useKeystore((state) => state.view);
  const job = useInspect((state) => state.job);
  const onBoard = slotsOnBoard(job, view);
  const { open, error, dismiss } = useOpenFile();
  return (
    <Stack gap={3}>
      <RadioCards<Judge>
        label={m.examine_against()}
        value={judge}
        onChange={(next) => void store.getState().chooseJudge(next)}
        cards={[
          {
            value: 'page',
            label: m.examine_against_page(),
            text: m.examine_against_page_text({
              count: view.slots.length,
              profile: view.profile.name,
            }),
          },
          {
            value: 'file',
            label: m.examine_against_file(),
            text:
              keystoreFile === undefined
                ? m.examine_against_file_none()
                : m.examine_against_file_text({
                    name: keystoreFile.name,
                    count: keystoreFile.slots.length,
                  }),
          },
          {
            value: 'board',
            label: m.examine_against_board(),
            text:
              onBoard === undefined
                ? m.examine_against_board_none()
                : m.examine_against_board_text({ count: onBoard.length }),
          },
        ]}
      />
      {judge === 'file' && (
        <Row>
          <Button
            icon="open"
            onClick={() => {
              open(keystoreFiles, store.getState().openKeystore);
            }}
          >
            {m.examine_keystore_open()}
          </Button>
        </Row>
      )}
      {error && <ErrorNotice failure={describeFailure(error)} onDismiss={dismiss} />}
      {forImage && (
        <div className={styles.question}>
          <RunningVersion />
          <p className={styles.note}>
            {m.examine_profile({
              profile: view.profile.name,
              size: formatBytes(view.profile.headerSizeBytes),
            })}
          </p>
        </div>
      )}
    </Stack>
  );
}

function RunningVersion() {
  const store = useExamineStore();
  const typed = useExamine((state) => state.runningVersion);
  const read = useRunningImage(({ runningImage }) => runningImage?.version);
  return (
    <NumberField
      label={m.examine_running_version()}
      description={
        read === undefined || typed !== undefined
          ? m.examine_running_version_hint()
          : m.examine_running_version_read({ version: read })
      }
      value={typed ?? read ?? 0}
      onChange={(version) =>
        void store.getState().setRunningVersion(version === 0 ? undefined : version)
      }
      min={0}
      max={largestVersion}
    />
  );
}
