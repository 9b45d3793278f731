/** Words and choices that the parts of the vault share. */
import { formatDuration } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { UnlockWay } from '../../state/keys.ts';
import type { Choice } from '../../ui/kit/fields.tsx';
import type { PassphraseStrength } from './passphrase-strength.ts';

const minuteMs = 60_000;
const usualMinutes = [1, 5, 15, 30, 60] as const;
export const firstAutoLockMinutes = 15;

/** `present` is among them whatever it is. */
export function autoLockChoices(present: number): readonly Choice<string>[] {
  const minutes = [...new Set([...usualMinutes, present])].sort((a, b) => a - b);
  return minutes.map((each) => ({ value: String(each), label: formatDuration(each * minuteMs) }));
}

export const strengthWords: Readonly<Record<PassphraseStrength, () => string>> = {
  weak: m.vault_strength_weak,
  fair: m.vault_strength_fair,
  strong: m.vault_strength_strong,
};

export function wayWords(way: UnlockWay): string {
  return way.kind === 'passphrase' ? m.vault_passphrase() : m.vault_passkey({ label: way.label });
}
