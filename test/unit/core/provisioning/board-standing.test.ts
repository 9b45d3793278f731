/** Where a board stands, each standing by an example. */
import { describe, expect, it } from 'vitest';
import { standingOf, type JournalEntry } from '../../../../src/core/provisioning/index.ts';
import { newJournalEntry } from '../../../../src/core/provisioning/journal.ts';
import { allProven, intendedImage, otpImage, p256Profile } from '../../../support/burning.ts';
import { inspection, SERIAL, type InspectionWish } from '../../../support/inspections.ts';
import { slots } from '../../../support/keys.ts';

const wanted = await slots('ecdsa-p256', 1);
const others = (await slots('ecdsa-p256', 3)).slice(1);
const image = otpImage(wanted);
const blank = new Uint8Array(2048).fill(0xff);

const wish = {
  keystore: wanted,
  profile: p256Profile,
  benchKind: 'virtual',
  backups: allProven(wanted),
} as const;

function part(bytes: Uint8Array, endBytes: number): Uint8Array {
  const content = blank.slice();
  content.set(bytes.subarray(0, endBytes));
  return content;
}

function begun(changes: Partial<JournalEntry> = {}): JournalEntry {
  const { contentSha256 } = intendedImage(wanted);
  return {
    ...newJournalEntry({
      serial: SERIAL,
      planHash: 'ab'.repeat(32),
      route: 'otp-alternate',
      contentSha256,
      keystoreFingerprint: 'cd'.repeat(32),
      phase: 'writing',
      udsIsOurs: true,
      beganAtWallMs: 1,
    }),
    ...changes,
  };
}

function standing(seen: InspectionWish, journal?: JournalEntry, wishes = [wish] as const) {
  return standingOf({ inspection: inspection(seen), journal, wishes }).standing;
}

function flipped(bytes: Uint8Array, offsetBytes: number): Uint8Array {
  const copy = bytes.slice();
  copy[offsetBytes]! ^= 0x10;
  return copy;
}

describe('a board', () => {
  it.each([
    ['blank', {}, undefined, { kind: 'blank' }],
    [
      'locked where it matters',
      { optionBytes: { otpLockWord: 2 } },
      undefined,
      { kind: 'locked', extent: 'needed', blocks: [1] },
    ],
    [
      'locked where it does not',
      { optionBytes: { otpLockWord: 0x1000 } },
      undefined,
      { kind: 'blank' },
    ],
    [
      'locked for ever',
      { optionBytes: { otpLockWord: 0xffffffff } },
      undefined,
      { kind: 'locked', extent: 'all' },
    ],
    [
      'begun here',
      { content: part(image, 32) },
      begun(),
      { kind: 'partial-of-this-plan', begunHere: true },
    ],
    [
      'begun elsewhere',
      { content: part(image, 32) },
      undefined,
      { kind: 'partial-of-this-plan', begunHere: false },
    ],
    ['announced, nothing landed', {}, begun(), { kind: 'partial-of-this-plan', doneHalfwords: 0 }],
    [
      'whole',
      { content: image },
      begun({ phase: 'done' }),
      { kind: 'complete', udsCells: 'complete' },
    ],
    [
      'with other keys',
      { content: otpImage(others) },
      undefined,
      { kind: 'other-keystore', slotCount: 2 },
    ],
    [
      'with other keys begun',
      { content: part(otpImage(others), 60) },
      undefined,
      { kind: 'partial' },
    ],
    [
      'of somebody else',
      { content: part(new Uint8Array(64).fill(0x31), 64) },
      undefined,
      { kind: 'foreign' },
    ],
    [
      'with a stuck cell of our burn',
      { content: flipped(part(image, 64), 40) },
      begun(),
      { kind: 'damaged', halfwords: [20] },
    ],
    [
      'with a cell that changed after the burn',
      { content: flipped(image, 40) },
      begun({ phase: 'done' }),
      { kind: 'damaged', halfwords: [20] },
    ],
    ['with a primer', {}, begun({ phase: 'primer-in-flash' }), { kind: 'primer-in-flash' }],
    [
      'closed',
      { changes: { otp: { kind: 'unreadable', reason: 'refused' } } },
      undefined,
      { kind: 'unreadable' },
    ],
  ] satisfies readonly (readonly [string, InspectionWish, JournalEntry | undefined, object])[])(
    'that is %s is called so',
    (_name, seen, journal, expected) => {
      expect(standing(seen, journal)).toMatchObject(expected);
    },
  );

  it('of which nobody said what it is to hold is told by what it holds', () => {
    const told = (seen: InspectionWish, journal?: JournalEntry) =>
      standingOf({ inspection: inspection(seen), journal }).standing;
    expect(told({ optionBytes: { otpLockWord: 2 } })).toMatchObject({
      kind: 'locked',
      extent: 'some',
    });
    expect(told({ content: part(image, 8) }, begun())).toMatchObject({
      kind: 'partial',
      begun: {},
    });
    expect(told({ content: image })).toMatchObject({ kind: 'other-keystore', slotCount: 1 });
  });

  it('whose keystore fits no image has the reason, and nothing to burn', () => {
    const tooMany = Array.from({ length: 40 }, () => wanted[0]!);
    const { actions } = standingOf({
      inspection: inspection(),
      wishes: [{ ...wish, keystore: tooMany }],
    });
    const burn = actions.find(({ id }) => id === 'burn');
    expect(burn?.reasons).toMatchObject([{ kind: 'refused' }]);
  });

  it('goes on where only the secret is missing, and calls its keystore complete', () => {
    const { standing: found, actions } = standingOf({
      inspection: inspection({ content: part(image, 0x7c0) }),
      wishes: [wish],
    });
    expect(found).toMatchObject({ kind: 'complete', udsCells: 'blank' });
    expect(actions.filter(({ allowed }) => allowed).map(({ id }) => id)).toEqual([
      'continue',
      'install',
      'boot-proof',
      'trust-zone',
      'import-journal',
      'look',
    ]);
  });
});
