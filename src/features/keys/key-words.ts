/** Names and words for keys that several parts of this page share. */
import type { AlgorithmId } from '../../core/crypto/index.ts';
import { MASK_ALL, partitionsOfMask } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { KeyEntry } from '../../state/keys.ts';
import type { Tone } from '../../ui/kit/badge.tsx';
import type { IconName } from '../../ui/kit/icons.tsx';

/** As wolfBoot's keygen names them; the endings are customs, not rules. */
export const privateKeyFiles = '.der,.key,.pem,.bin,.raw,.age,.txt';

/** Proper names, the same in every language. */
export const algorithmLabels: Readonly<Record<AlgorithmId, string>> = {
  ed25519: 'Ed25519',
  ed448: 'Ed448',
  'ecdsa-p256': 'ECDSA P-256',
  'ecdsa-p384': 'ECDSA P-384',
  'ecdsa-p521': 'ECDSA P-521',
  'rsa-2048': 'RSA-2048',
  'rsa-3072': 'RSA-3072',
  'rsa-4096': 'RSA-4096',
  'rsa-pss-2048': 'RSA-PSS-2048',
  'rsa-pss-3072': 'RSA-PSS-3072',
  'rsa-pss-4096': 'RSA-PSS-4096',
  'ml-dsa-44': 'ML-DSA-44',
  'ml-dsa-65': 'ML-DSA-65',
  'ml-dsa-87': 'ML-DSA-87',
  lms: 'LMS/HSS',
  xmss: 'XMSS',
  xmssmt: 'XMSS^MT',
};

/** The name becomes a file name: only what every system takes. */
export function keyNameProblem(name: string): string | undefined {
  if (name.trim() === '') return m.keys_name_empty();
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name.trim()) ? undefined : m.keys_name_bad();
}

interface KeyState {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly word: string;
  /** What to do next, or what was achieved. */
  readonly sentence: string;
}

export function keyState({
  saved,
  proven,
  origin,
  sealed,
}: Pick<KeyEntry, 'saved' | 'proven' | 'origin' | 'sealed'>): KeyState {
  if (proven) {
    return {
      tone: 'proven',
      icon: 'proven',
      word: m.keys_state_proven(),
      sentence: origin === 'opened' ? m.keys_done_opened() : m.keys_done(),
    };
  }
  if (saved) {
    return {
      tone: 'info',
      icon: 'saved',
      word: m.keys_state_saved(),
      sentence: m.keys_todo_prove(),
    };
  }
  return {
    tone: 'caution',
    icon: 'unsaved',
    word: m.keys_state_unsaved(),
    sentence: sealed ? m.keys_todo_save_sealed() : m.keys_todo_save(),
  };
}

export function maskWords(mask: number): string {
  if (mask === MASK_ALL) return m.mask_all();
  const ids = partitionsOfMask(mask);
  return ids.length === 0 ? m.mask_words_none() : m.mask_ids({ ids: ids.join(', ') });
}
