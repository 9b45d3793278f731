/** The entry of a patch worker. */
import type { PatchJob } from './protocol.ts';
import { servePatch } from './server.ts';

addEventListener('message', ({ data }: MessageEvent<PatchJob>) => {
  void servePatch(data, (reply, transfer) => {
    postMessage(reply, { transfer });
  });
});
