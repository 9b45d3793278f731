// How hard a passphrase is to guess.
import { expect, it } from 'vitest';
import {
  passphraseBits,
  passphraseStrength,
  suggestPassphrase,
} from '../../../../src/features/keys/passphrase-strength.ts';

it.each([
  ['', 'weak'],
  ['password', 'weak'],
  ['correct horse', 'weak'],
  ['aaaaaaaaaaaaaaaaaaaaaaaa', 'weak'],
  ['1234567890', 'weak'],
  ['horse horse horse horse horse horse', 'weak'],
  ['five copper kettles sing quietly', 'fair'],
  ['seven copper kettles sing quietly at dawn', 'strong'],
  ['k7#Qz!9wR_4x', 'fair'],
] as const)('%j is %s', (passphrase, strength) => {
  expect(passphraseStrength(passphrase)).toBe(strength);
});

it('grows with every new word and not with a repeated one', () => {
  expect(passphraseBits('tea kettle')).toBeGreaterThan(passphraseBits('kettle'));
  expect(passphraseBits('kettle kettle')).toBe(passphraseBits('kettle'));
});

it('suggests groups of unmistakable characters that count as strong', () => {
  let next = 0;
  const suggested = suggestPassphrase((length) =>
    Uint8Array.from({ length }, () => (next += 37) & 0xff),
  );
  expect(suggested).toMatch(/^([a-km-np-z2-9]{4}-){5}[a-km-np-z2-9]{4}$/);
  expect(passphraseStrength(suggested)).toBe('strong');
});
