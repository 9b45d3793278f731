/** The forms a private key can be saved in, in words. */
import { m } from '../../i18n/paraglide/messages.js';
import type { BackupForm } from '../../state/keys.ts';

type Words = Readonly<Record<BackupForm | 'age', () => string>>;

export const formLabels: Words = {
  raw: m.keys_form_raw,
  der: m.keys_form_der,
  pem: () => 'PEM',
  pkcs8: () => 'PKCS#8',
  'pkcs8-pem': () => 'PKCS#8 PEM',
  age: m.keys_form_age,
};

export const formHints: Words = {
  raw: m.keys_form_raw_hint,
  der: m.keys_form_der_hint,
  pem: m.keys_form_pem_hint,
  pkcs8: m.keys_form_pkcs8_hint,
  'pkcs8-pem': m.keys_form_pkcs8_pem_hint,
  age: m.keys_form_age_hint,
};
