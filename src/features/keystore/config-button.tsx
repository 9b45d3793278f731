/** Takes the bootloader from the `.config` that it was built with. */
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { configBuild } from '../../state/bootloader-choice.ts';
import { useOpenFile } from '../../state/open-file.ts';
import { useKeystore } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import styles from './keystore.module.css';

const configFiles = '.config,.mk,.txt';

export function ConfigButton() {
  const openConfig = useKeystore((state) => state.openConfig);
  const openFile = useOpenFile();
  return (
    <>
      <Button
        icon="open"
        onClick={() => {
          openFile.open(configFiles, openConfig);
        }}
      >
        {m.keystore_config_open()}
      </Button>
      {openFile.error && (
        <ErrorNotice failure={describeFailure(openFile.error)} onDismiss={openFile.dismiss} />
      )}
    </>
  );
}

/** What is missing or contradictory in the `.config` in use. */
export function ConfigWarnings() {
  const { profileId, config } = useKeystore((state) => state.bootloader);
  if (profileId !== configBuild || !config || config.warnings.length === 0) return null;
  return (
    <Notice tone="caution" title={m.keystore_config_odd({ file: config.fileName })} live="status">
      <ul className={styles.warnings} lang="en">
        {config.warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </Notice>
  );
}
