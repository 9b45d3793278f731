/**
 * The vectors of wolfBoot's own key tools (test/vectors/wolfboot, see ORIGIN.md there), typed. Slots
 * are those of the keystore.c of the same run.
 */
import { readFileSync } from 'node:fs';
import { fromHex } from '../../src/core/bytes/index.ts';
import { authKeyByName, type AuthKey, type KeystoreSlot } from '../../src/core/wolfboot/index.ts';

interface VectorFile {
  readonly file: string;
  readonly size: number;
  readonly role?: 'input' | 'output';
}

interface VectorSlot {
  readonly slot_id: number;
  readonly key_type: string;
  readonly part_id_mask: string;
  readonly pubkey_size: number;
  readonly pubkey: string | null;
  readonly pubkey_file?: VectorFile;
}

interface VectorKeystore {
  readonly num_pubkeys: number;
  readonly size_guard_alg: string;
  readonly slots: readonly VectorSlot[];
}

export interface KeyVector {
  readonly id: string;
  readonly algorithm: string;
  readonly private: VectorFile;
  readonly public_export: VectorFile;
  readonly keystore_der: VectorFile;
  readonly keystore_c: VectorKeystore;
  readonly slot_pubkey?: VectorFile;
}

export interface KeystoreVector {
  readonly id: string;
  readonly command: readonly string[];
  readonly tool_build: string;
  readonly keystore_der: VectorFile;
  readonly keystore_c: VectorKeystore;
  readonly files?: readonly VectorFile[];
}

export interface OtpVector {
  readonly id: string;
  readonly target: 'stm32h5' | 'stm32h7' | null;
  readonly kind?: 'primer-result';
  readonly otp: VectorFile;
  readonly keystore?: string;
  readonly slot_size?: number;
  readonly slot_stride?: number;
  readonly bytes_written_per_slot?: number;
  readonly num_slots: number;
  /** Hex; for primer results a remark. */
  readonly uds: string;
  readonly write_log?: readonly string[];
  readonly keystore_der?: VectorFile;
  readonly keystore_c?: VectorKeystore;
}

export interface ErrorVector {
  readonly id: string;
  readonly tool: string;
  readonly target?: 'stm32h5' | 'stm32h7';
  readonly keystore?: string;
  readonly exit_code: number;
}

interface Manifest {
  readonly keys: readonly KeyVector[];
  readonly keystores: readonly KeystoreVector[];
  readonly otp: readonly OtpVector[];
  readonly errors: readonly ErrorVector[];
}

const directory = new URL('../vectors/wolfboot/', import.meta.url);

export function vectorFile(file: string | VectorFile): Uint8Array {
  const name = typeof file === 'string' ? file : file.file;
  return new Uint8Array(readFileSync(new URL(name, directory)));
}

export const vectors = JSON.parse(
  readFileSync(new URL('keys-manifest.json', directory), 'utf8'),
) as Manifest;

export function byId<T extends { readonly id: string }>(list: readonly T[], id: string): T {
  const found = list.find((entry) => entry.id === id);
  if (!found) throw new Error(`no vector ${id}`);
  return found;
}

export function authKeyOf(cName: string): AuthKey {
  const key = authKeyByName(cName);
  if (!key) throw new Error(`no key type ${cName}`);
  return key;
}

/** Slots as the keystore.c of the run had them: the real keys with their real lengths. */
export function slotsOf(vector: {
  readonly id: string;
  readonly keystore_c?: VectorKeystore;
  readonly slot_pubkey?: VectorFile;
}): readonly KeystoreSlot[] {
  const slots = vector.keystore_c?.slots ?? [];
  return slots.map((slot) => {
    const file = slot.pubkey_file ?? vector.slot_pubkey;
    const isHex = slot.pubkey !== null && /^[0-9a-f]*$/.test(slot.pubkey);
    if (!isHex && !file) throw new Error(`${vector.id}: slot ${slot.slot_id} has no key`);
    return {
      slotId: slot.slot_id,
      keyType: authKeyOf(slot.key_type).code,
      partitionMask: Number(slot.part_id_mask),
      publicKey: isHex ? fromHex(slot.pubkey) : vectorFile(file ?? ''),
      publicKeySize: slot.pubkey_size,
    };
  });
}
