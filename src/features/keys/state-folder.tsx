/** For whoever keeps keys as files: a folder that also knows how far each counted key is. */
import { m } from '../../i18n/paraglide/messages.js';
import { useKeys } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Notice } from '../../ui/kit/notice.tsx';

export function StateFolder() {
  const can = useKeys((state) => state.canUseStateFolder);
  const folder = useKeys((state) => state.stateFolder);
  const counted = useKeys(({ keys }) => keys.some((key) => key.signatures !== undefined));
  const choose = useKeys((state) => state.useStateFolder);
  const working = useKeys(({ activity }) => activity.kind === 'busy');
  if (!can || !counted) return null;
  if (folder !== undefined) {
    return (
      <Notice tone="proven" live="status">
        {m.keys_folder_used({ folder })}
      </Notice>
    );
  }
  return (
    <Notice
      tone="info"
      actions={
        <Button size="small" icon="saved" disabled={working} onClick={() => void choose()}>
          {m.keys_folder_choose()}
        </Button>
      }
    >
      {m.keys_folder_text()}
    </Notice>
  );
}
