/** What is said of a vault and its records, and what a vault refuses; no key is needed for it. */
import { fingerprint } from '../../core/crypto/index.ts';
import { AppError, isAppError } from '../../core/errors.ts';
import type { JsonValue } from '../../core/ports/index.ts';
import {
  keyIdOf,
  keyRecordPrefix,
  passphraseProblem,
  readHeader,
  storedFields,
  type KeyFacts,
  type SealedWay,
  type VaultHeader,
} from '../../core/vault/index.ts';
import type { DamagedKey, SealedKeyFacts, UnlockWay, VaultSecret } from './protocol.ts';

/** undefined for a damaged head. Throws `not-supported` for a later format. */
export function readableHeader(stored: JsonValue): VaultHeader | undefined {
  try {
    return readHeader(stored);
  } catch (error) {
    if (isAppError(error, 'vault-damaged')) return undefined;
    throw error;
  }
}

export function damagedMember(damaged: readonly DamagedKey[]): {
  readonly damaged?: readonly DamagedKey[];
} {
  return damaged.length > 0 ? { damaged } : {};
}

/** What a record that does not open says of itself. */
export function claimedKey(stored: JsonValue, recordName: string): DamagedKey {
  const id = recordName.slice(keyRecordPrefix.length);
  try {
    return { id, name: storedFields(stored, recordName).text('name') };
  } catch {
    return { id, name: id };
  }
}

export function publicFacts(facts: KeyFacts): SealedKeyFacts {
  const { name, algorithm, parameters, saved, proven } = facts;
  const print = fingerprint(facts.publicKey);
  return { id: keyIdOf(print), name, algorithm, fingerprint: print, parameters, saved, proven };
}

export function publicWay(way: SealedWay): UnlockWay {
  return way.kind === 'passphrase'
    ? { kind: 'passphrase' }
    : { kind: 'passkey', credentialId: way.credentialId, label: way.label };
}

export function sameWay(sealed: SealedWay, way: UnlockWay): boolean {
  return way.kind === 'passphrase'
    ? sealed.kind === 'passphrase'
    : sealed.kind === 'passkey' && sealed.credentialId === way.credentialId;
}

export function refuseWeak(secret: VaultSecret): void {
  if (secret.kind !== 'passphrase') return;
  const problem = passphraseProblem(secret.passphrase);
  if (problem !== undefined) {
    throw new AppError('invalid-argument', `the passphrase is ${problem}`, {
      context: { problem },
    });
  }
}

export function defaultLabel(secret: VaultSecret): string {
  return secret.kind === 'passkey' ? 'passkey' : '';
}

export function badMinutes(): never {
  throw new AppError('invalid-argument', 'a vault locks itself after 1 to 1440 minutes');
}
