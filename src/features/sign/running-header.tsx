/** Says when the bootloader on the board was built for another header size than is to be signed with. */
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useRunningImage } from '../../state/react.ts';
import { Notice } from '../../ui/kit/notice.tsx';

/** `headerSizeBytes`: what the next image would be signed with; undefined: as wolfBoot's rules make it. */
export function RunningHeaderRemark({
  headerSizeBytes,
}: {
  readonly headerSizeBytes: number | undefined;
}) {
  const running = useRunningImage((state) => state.runningImage);
  if (running === undefined || running.headerSizeBytes === headerSizeBytes) return null;
  return (
    <Notice tone="caution" title={m.running_header_differs()} live="status">
      {m.running_header_differs_text({
        board: formatBytes(running.headerSizeBytes),
        version: running.version,
      })}
    </Notice>
  );
}
