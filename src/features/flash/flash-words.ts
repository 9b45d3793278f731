/** Roles, addresses and stages of a flash project in words. */
import type {
  FlashNotDone,
  FlashProgress,
  FlashRole,
  PartitionName,
  ProjectPart,
} from '../../core/provisioning/index.ts';
import { formatBytes, formatDuration } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';

const roles: Readonly<Record<FlashRole, () => string>> = {
  bootloader: m.flash_role_bootloader,
  image: m.flash_role_image,
  primer: m.flash_role_primer,
  otp: m.flash_role_otp,
  other: m.flash_role_other,
};

export function roleWords(role: FlashRole): string {
  return roles[role]();
}

const places: Readonly<Record<PartitionName | 'bootloader' | 'otp', () => string>> = {
  bootloader: m.flash_place_name_bootloader,
  boot: m.flash_place_name_boot,
  update: m.flash_place_name_update,
  swap: m.flash_place_name_swap,
  otp: m.flash_place_name_otp,
};

export function placeWords(name: keyof typeof places): string {
  return places[name]();
}

/** `0x08180000` or `08180000`; undefined for anything else. */
export function addressOf(text: string): number | undefined {
  const digits = /^\s*(?:0x)?([0-9a-f]{1,8})\s*$/i.exec(text.replaceAll('_', ''))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

/** File names, as many as there are. */
export function namesOf(ids: readonly string[], parts: readonly ProjectPart[]): string {
  return ids.map((id) => parts.find((part) => part.id === id)?.name ?? id).join(', ');
}

export function doingWords(
  progress: FlashProgress | undefined,
  parts: readonly ProjectPart[],
): string {
  if (progress === undefined || progress.stage === 'opening') return m.flash_doing_opening();
  if (progress.stage === 'burning') return m.flash_doing_burning();
  const names = namesOf(progress.parts, parts);
  switch (progress.stage) {
    case 'reading':
      return m.flash_doing_reading({ names });
    case 'erasing':
      return m.flash_doing_erasing({ names });
    case 'writing':
      return m.flash_doing_writing({ names });
    case 'verifying':
      return m.flash_doing_verifying({ names });
  }
}

/** Speed and the time that is left, as far as they are known. */
export function paceWords(progress: FlashProgress | undefined): string | undefined {
  if (progress === undefined || !('doneBytes' in progress)) return undefined;
  const rate =
    progress.bytesPerSecond === undefined
      ? []
      : [m.flash_rate({ rate: formatBytes(Math.round(progress.bytesPerSecond)) })];
  const left = m.flash_left({ time: formatDuration(progress.projectRemainingMs) });
  return [...rate, left].join(' · ');
}

const omissions: Readonly<Record<FlashNotDone, () => string>> = {
  'not-compared': m.flash_not_compared,
  'rest-of-flash': m.flash_not_rest,
  'otp-untouched': m.flash_not_otp,
  'option-bytes': m.flash_not_options,
  'not-started': m.flash_not_started,
  'boot-not-proven': m.flash_not_boot,
};

export function omissionWords(word: FlashNotDone): string {
  return omissions[word]();
}
