/** Words for commands and for what came back. A forgotten one does not compile. */
import type {
  CommandRemark,
  NoCommand,
  SignatureProblem,
  SignatureRepair,
  SigningTool,
} from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';

export const toolNames: Readonly<Record<SigningTool, string>> = {
  openssl: 'OpenSSL',
  pkcs11: 'PKCS#11 (pkcs11-tool)',
  azure: 'Azure Key Vault',
};

export const remarkWords: Readonly<Record<CommandRemark, () => string>> = {
  der: m.external_remark_der,
  bare: m.external_remark_bare,
  'digest-info': m.external_remark_info,
  'openssl-3-5': m.external_remark_version,
  base64: m.external_remark_base64,
};

export const whyNotWords: Readonly<Record<NoCommand['why'], (input: { tool: string }) => string>> =
  {
    algorithm: m.external_why_algorithm,
    'digest-length': m.external_why_length,
  };

export const repairWords: Readonly<Record<SignatureRepair, () => string>> = {
  der: m.external_repair_der,
  reversed: m.external_repair_reversed,
  'swapped-halves': m.external_repair_swapped,
};

interface ProblemWords {
  readonly title: (input: { key: string }) => string;
  readonly text: () => string;
}

export const problemWords: Readonly<Record<SignatureProblem, ProblemWords>> = {
  'not-a-signature': { title: m.external_bad_unread, text: m.external_bad_unread_text },
  length: { title: m.external_bad_length, text: m.external_bad_length_text },
  'hashed-twice': { title: m.external_bad_twice, text: m.external_bad_twice_text },
  'hex-text': { title: m.external_bad_hex, text: m.external_bad_hex_text },
  pss: { title: m.external_bad_pss, text: m.external_bad_pss_text },
  pkcs1: { title: m.external_bad_pkcs1, text: m.external_bad_pkcs1_text },
  'other-digest': { title: m.external_bad_digest, text: m.external_bad_digest_text },
  'other-key': {
    title: ({ key }) => (key === '' ? m.external_bad_key() : m.external_bad_key_named({ key })),
    text: m.external_bad_key_text,
  },
  wrong: { title: m.external_bad_wrong, text: m.external_bad_wrong_text },
};
