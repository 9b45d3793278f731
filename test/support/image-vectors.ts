/** The firmware images that wolfBoot's sign made (test/vectors/wolfboot/images), typed. */
import { readFileSync } from 'node:fs';
import { fromHex } from '../../src/core/bytes/index.ts';
import type { KeystoreSlot } from '../../src/core/wolfboot/index.ts';
import { byId, slotsOf, vectors } from './wolfboot-vectors.ts';

export interface VectorTlv {
  readonly offset: number;
  readonly tag: string;
  readonly name: string;
  readonly len: number;
  /** Hex; long values have a hash instead. */
  readonly value?: string;
  readonly value_sha256?: string;
}

export interface ImageOutput {
  readonly tool_name: string;
  readonly kind:
    'signed' | 'header' | 'digest' | 'diff' | 'encrypted' | 'diff_encrypted' | 'policy_sig';
  readonly file: string;
  readonly size: number;
  readonly firmware_size_field?: number;
  readonly tlvs?: readonly VectorTlv[];
}

export interface ImageVector {
  readonly id: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly payload: string;
  readonly key: string | null;
  readonly key2?: string;
  readonly key_file_used?: 'public';
  /** Stateful keys: the one-time index that was used. */
  readonly state_index_before?: number | null;
  readonly header_size: number;
  readonly version: number;
  readonly outputs: readonly ImageOutput[];
  readonly note?: string;
}

export interface SignErrorVector {
  readonly id: string;
  readonly tool: 'sign' | 'keygen';
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly key?: string;
  readonly payload?: string;
  readonly exit_code: number;
  readonly output_files?: readonly string[];
}

interface ImageManifest {
  readonly images: readonly ImageVector[];
  readonly payloads: readonly { readonly id: string; readonly file: string }[];
  readonly errors: readonly SignErrorVector[];
}

export const imageManifest = JSON.parse(
  readFileSync(new URL('../vectors/wolfboot/images-manifest.json', import.meta.url), 'utf8'),
) as ImageManifest;

/** Slots of one or several keys of the vectors, by id. */
export function slotsOfKeys(...ids: readonly (string | null | undefined)[]): KeystoreSlot[] {
  return ids.flatMap((id) => (typeof id === 'string' ? [...slotsOf(byId(vectors.keys, id))] : []));
}

/** The timestamp in a file that the tool wrote, which no later run can have again. */
export function timestampOf({ outputs }: ImageVector): bigint | undefined {
  const field = outputs.flatMap(({ tlvs }) => tlvs ?? []).find(({ name }) => name === 'timestamp');
  if (field?.value === undefined) return undefined;
  return new DataView(fromHex(field.value).buffer).getBigUint64(0, true);
}
