/** Stages and refusals of an update in the reader's language. */
import type { UpdateProgress } from '../../core/serial/index.ts';
import { describeCode } from '../../i18n/failure.ts';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import { imageFormWords } from '../../i18n/image-forms.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { UpdateRefusal } from '../../state/update-refusals.ts';
import type { UpdateStage } from '../../state/update.ts';

export const updateStages: readonly UpdateStage[] = [
  'checking',
  'erasing',
  'waiting-for-receiver',
  'sending',
  'receiver-done',
  'rebooting',
  'proving',
  'confirming',
];

export function stageWords(stage: UpdateStage): string {
  switch (stage) {
    case 'checking':
      return m.update_stage_checking();
    case 'erasing':
      return m.update_stage_erasing();
    case 'waiting-for-receiver':
      return m.update_stage_waiting();
    case 'sending':
      return m.update_stage_sending();
    case 'receiver-done':
      return m.update_stage_receiver_done();
    case 'rebooting':
      return m.update_stage_rebooting();
    case 'proving':
      return m.update_stage_proving();
    case 'confirming':
      return m.update_stage_confirming();
  }
}

/** Until then the board runs what it ran, whatever becomes of the transfer. */
export function beforeReboot(stage: UpdateStage): boolean {
  return updateStages.indexOf(stage) < updateStages.indexOf('rebooting');
}

/** Where each stage begins on a scale of 100; sending is by far the longest. */
const beginsAt: Readonly<Record<UpdateStage, number>> = {
  checking: 0,
  erasing: 3,
  'waiting-for-receiver': 6,
  sending: 8,
  'receiver-done': 80,
  rebooting: 82,
  proving: 94,
  confirming: 97,
};
const sendingSpan = beginsAt['receiver-done'] - beginsAt.sending;

export function percentDone(progress: UpdateProgress): number {
  const start = beginsAt[progress.stage];
  if (progress.stage !== 'sending' || progress.totalBytes === 0) return start;
  return start + (sendingSpan * progress.doneBytes) / progress.totalBytes;
}

const msPerSecond = 1000;

/** Packets, rate and what is left; empty where there is nothing to count. */
export function progressDetail(progress: UpdateProgress): string {
  if (progress.stage === 'rebooting') {
    return m.update_waited({ seconds: Math.round(progress.waitedMs / msPerSecond) });
  }
  if (progress.stage !== 'sending') return '';
  const { packets, totalPackets, bytesPerSecond, remainingMs, resends } = progress;
  return [
    m.update_packets({ done: formatCount(packets), total: formatCount(totalPackets) }),
    m.update_rate({ rate: formatBytes(Math.round(bytesPerSecond)) }),
    remainingMs !== undefined &&
      m.update_remaining({ seconds: formatCount(Math.ceil(remainingMs / msPerSecond)) }),
    resends > 0 && m.update_resends({ count: resends }),
  ]
    .filter((words) => words !== false)
    .join(' · ');
}

export function refusalWords(refusal: UpdateRefusal): string {
  switch (refusal.kind) {
    case 'no-console':
      return m.update_refuse_no_console();
    case 'no-image':
      return m.update_refuse_no_image();
    case 'sample-on-real-board':
      return m.update_refuse_sample_image();
    case 'not-accepted':
      return m.update_refuse_not_accepted({ reason: describeCode(refusal.verdict.code).title });
    case 'partition':
      return m.update_refuse_partition({ partition: refusal.partitionId });
    case 'header-size':
      return m.update_refuse_header({ found: refusal.found, expected: refusal.expected });
    case 'too-large':
      return m.update_refuse_size({
        size: formatBytes(refusal.sizeBytes),
        most: formatBytes(refusal.mostBytes),
      });
    case 'two-banks':
      return [
        m.update_refuse_two_banks({ form: imageFormWords(refusal.form) }),
        ...(refusal.form === 'delta' ? [m.update_refuse_two_banks_delta()] : []),
      ].join(' ');
    case 'early-end':
      return m.update_refuse_early_end();
    case 'wrong-base':
      return m.update_refuse_wrong_base({ base: refusal.base, running: refusal.running });
    case 'not-newer':
      return m.update_refuse_not_newer({ offered: refusal.offered, running: refusal.running });
  }
}
