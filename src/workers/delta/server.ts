/** The worker's side: one patch, with progress on the way. */
import { toAppError } from '../../core/errors.ts';
import { makePatch } from '../../core/wolfboot/index.ts';
import type { PatchJob, PatchReply } from './protocol.ts';

/** More would only burden the page. */
const REPORTS = 100;

export type PatchPost = (reply: PatchReply, transfer: Transferable[]) => void;

/** Never throws: what goes wrong is posted. */
export async function servePatch(
  { base, target, sectorSizeBytes }: PatchJob,
  post: PatchPost,
): Promise<void> {
  let reported = 0;
  try {
    const made = await makePatch(base, target, sectorSizeBytes, {
      onProgress: (progress) => {
        const share = Math.floor((progress.done * REPORTS) / progress.total);
        if (share <= reported) return;
        reported = share;
        post({ progress }, []);
      },
    });
    const patch = Uint8Array.from(made);
    post({ patch }, [patch.buffer]);
  } catch (error) {
    const { code, message, context } = toAppError(error);
    post({ failure: { code, message, context } }, []);
  }
}
