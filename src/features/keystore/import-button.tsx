/** Takes public keys of others into slots: a key in any form, or everything a keystore holds. */
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useOpenFile } from '../../state/open-file.ts';
import { useKeystore } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';

const publicKeyFiles = '.der,.pub,.key,.pem,.bin,.raw,.crt,.cer,.jwk,.json,.c';

export function ImportButton() {
  const importPublic = useKeystore((state) => state.importPublic);
  const openFile = useOpenFile();
  return (
    <>
      <Button
        icon="open"
        onClick={() => {
          openFile.open(publicKeyFiles, importPublic);
        }}
      >
        {m.keystore_import()}
      </Button>
      {openFile.error && (
        <ErrorNotice failure={describeFailure(openFile.error)} onDismiss={openFile.dismiss} />
      )}
    </>
  );
}
