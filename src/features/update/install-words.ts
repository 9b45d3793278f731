/** Steps and refusals of the factory install in the reader's language. */
import { describeCode } from '../../i18n/failure.ts';
import { formatBytes } from '../../i18n/format.ts';
import { imageFormWords } from '../../i18n/image-forms.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { InstallJob, InstallPart, InstallRefusal } from '../../state/install.ts';

export function partWords(part: InstallPart): string {
  return part === 'bootloader'
    ? m.update_install_title_bootloader()
    : m.update_install_title_firmware();
}

export function installDoing({ part, progress }: Extract<InstallJob, { kind: 'running' }>): string {
  const name = partWords(part);
  switch (progress?.stage) {
    case undefined:
      return m.update_install_opening();
    case 'reading':
      return m.update_install_reading({ part: name });
    case 'erasing':
      return m.update_install_erasing({ part: name });
    case 'writing':
      return m.update_install_writing({ part: name });
    case 'verifying':
      return m.update_install_verifying({ part: name });
  }
}

export function installRefusalWords(refusal: InstallRefusal): string {
  switch (refusal.kind) {
    case 'no-board':
      return m.update_refuse_no_board();
    case 'no-bootloader':
      return m.update_refuse_no_bootloader();
    case 'no-image':
      return m.update_refuse_no_first_image();
    case 'no-partitions':
      return m.update_refuse_no_partitions();
    case 'sample-on-real-board':
      return m.update_refuse_sample({ part: partWords(refusal.part) });
    case 'too-large':
      return m.update_refuse_too_large({
        part: partWords(refusal.part),
        size: formatBytes(refusal.sizeBytes),
        most: formatBytes(refusal.mostBytes),
      });
    case 'not-accepted': {
      const { verdict } = refusal.image;
      const reason = verdict?.ok === false ? describeCode(verdict.code).title : '';
      return m.update_refuse_not_accepted({ reason });
    }
    case 'not-plain':
      return m.update_refuse_install_form({ form: imageFormWords(refusal.form) });
    case 'primer-in-flash':
      return m.update_refuse_primer();
  }
}
