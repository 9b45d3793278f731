import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  buildRecord,
  parseRecord,
  recordImage,
  recordText,
  recordUpdate,
  type BurnOutcome,
  type BurnRecord,
} from '../../../../src/core/provisioning/index.ts';
import { approved, burnWith, dfuBench, intendedImage } from '../../../support/burning.ts';
import { expectThrows } from '../../../support/expect-error.ts';
import { slots } from '../../../support/keys.ts';

const keystore = await slots('ecdsa-p256', 1);
const DIGEST = 'ab'.repeat(32);

let outcome: BurnOutcome;
let record: BurnRecord;

beforeAll(async () => {
  const bench = await dfuBench();
  const approval = await approved(bench, { keystore, intended: intendedImage(keystore) });
  outcome = await burnWith(bench, approval);
  record = buildRecord({ outcome, toolVersion: '1.2.3+dev', rehearsed: true });
});

/** The text with one member changed and sealed anew, as a forger or another version would. */
function altered(change: (members: Record<string, unknown>) => void): string {
  const members = JSON.parse(recordText(record)) as Record<string, unknown>;
  change(members);
  return JSON.stringify(members);
}

describe('a record', () => {
  it('says what was done and what was not', () => {
    expect(record.done).toEqual([
      'plan-approved',
      'otp-written',
      'otp-read-back',
      'slots-verified',
      'backups-proven',
      'rehearsed',
    ]);
    expect(record.notDone).toEqual([
      'otp-not-locked',
      'ecc-not-visible',
      'uds-not-recorded',
      'trustzone-not-changed',
      'product-state-not-changed',
      'bootloader-not-flashed',
      'boot-not-proven',
      'refusal-not-proven',
      'record-not-signed',
    ]);
    expect(record.beganAt).toMatch(/^2026-01-02T03:04:\d\d\.\d{3}Z$/);
    expect(record.keystore.slots[0]).toMatchObject({ partitionMask: '0xFFFFFFFF' });
  });

  it.each([
    ['no block is locked', [], ['otp-not-locked']],
    ['some blocks are locked', [0, 1], ['otp-partly-locked']],
    ['all blocks are locked', Array.from({ length: 32 }, (_, block) => block), []],
    ['the lock word cannot be read', undefined, ['lock-not-visible']],
  ])('claims no more than is known of locks when %s', (_name, lockedBlocks, words) => {
    const verification = { ...outcome.verification, lockedBlocks };
    const changed = buildRecord({
      outcome: { ...outcome, verification },
      toolVersion: '1',
      rehearsed: true,
    });
    expect(changed.notDone.filter((word) => word.includes('lock'))).toEqual(words);
    expect(parseRecord(recordText(changed))).toEqual(changed);
  });

  it('comes back from its file, however the file is laid out', () => {
    expect(parseRecord(recordText(record))).toEqual(record);
    expect(parseRecord(JSON.stringify(record, null, 2))).toEqual(record);
  });

  it('is sealed as another program computes it', () => {
    const { sha256, ...rest } = record;
    // ASCII and no fractions, so sorting the members is all that plain JSON lacks.
    const sorted = JSON.stringify(rest, (_key, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
    expect(createHash('sha256').update(sorted).digest('hex')).toBe(sha256);
  });

  it('is the same text for the same burn', () => {
    const again = buildRecord({ outcome, toolVersion: '1.2.3+dev', rehearsed: true });
    expect(recordText(again)).toBe(recordText(record));
  });

  it('takes images and a proven update, and is sealed anew', () => {
    const image = {
      name: 'app_v2_signed.bin',
      sha256: DIGEST,
      version: 2,
      partitionId: 1,
      keyFingerprint: record.keystore.slots[0]!.fingerprint,
    };
    const updated = recordUpdate(recordImage(record, image), {
      atWallMs: Date.UTC(2026, 5, 1),
      imageSha256: DIGEST,
      fromVersion: 1,
      toVersion: 2,
      stateAfterReboot: 'TESTING',
      confirmed: true,
    });
    expect(parseRecord(recordText(updated))).toEqual(updated);
    expect(updated.images).toEqual([image]);
    expect(updated.updates[0]?.at).toBe('2026-06-01T00:00:00.000Z');
    expect(updated.done).toContain('update-proven');
    expect(updated.notDone).not.toContain('boot-not-proven');
    expect(updated.sha256).not.toBe(record.sha256);
  });

  it('names the form of an update only where it was not the whole image in the clear', () => {
    const update = {
      atWallMs: 0,
      imageSha256: DIGEST,
      fromVersion: 1,
      toVersion: 2,
      stateAfterReboot: 'TESTING',
      confirmed: true,
    } as const;
    const plain = recordText(recordUpdate(record, update));
    expect(plain).not.toContain('"form"');
    const text = recordText(recordUpdate(record, { ...update, form: 'delta-encrypted' }));
    expect(parseRecord(text).updates[0]?.form).toBe('delta-encrypted');
    expectThrows(() => parseRecord(text.replace('delta-encrypted', 'zipped')), 'malformed', 'form');
  });

  it.each([
    ['a changed fact', (m: Record<string, unknown>) => (m.virtual = false), 'sha256'],
    ['an unknown member', (m: Record<string, unknown>) => (m.operator = 'x'), 'operator'],
    ['a missing member', (m: Record<string, unknown>) => delete m.board, 'board'],
    ['another format', (m: Record<string, unknown>) => (m.format = 'x'), 'format'],
    ['a digest that is none', (m: Record<string, unknown>) => (m.sha256 = 'AB'), 'sha256'],
    ['a fraction', (m: Record<string, unknown>) => (m.resumed = 0.5), 'resumed'],
    [
      'a wrong member deep inside',
      (m: Record<string, unknown>) => ((m.keystore as { slots: unknown[] }).slots[0] = {}),
      'keystore.slots[0].slot',
    ],
  ])('is refused with %s, named', (_what, change, path) => {
    expectThrows(() => parseRecord(altered((members) => void change(members))), 'malformed', path);
  });

  it('is refused when it is no JSON, or nested without end', () => {
    expectThrows(() => parseRecord('{'), 'malformed', 'no JSON');
    expectThrows(() => parseRecord('['.repeat(100_000)), 'malformed');
    expectThrows(() => parseRecord('null'), 'malformed');
  });
});
