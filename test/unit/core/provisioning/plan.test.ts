import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../../src/core/crypto/index.ts';
import {
  makePlan,
  requirePlan,
  type PlanInput,
  type PlanResult,
} from '../../../../src/core/provisioning/index.ts';
import { newJournalEntry } from '../../../../src/core/provisioning/journal.ts';
import { makeProfile, type KeystoreSlot } from '../../../../src/core/wolfboot/index.ts';
import {
  allProven,
  ed25519Profile,
  intendedImage,
  intendedPrimer,
  otpImage,
  p256Profile,
  udsOf,
} from '../../../support/burning.ts';
import { expectThrows } from '../../../support/expect-error.ts';
import { inspection } from '../../../support/inspections.ts';
import { slots } from '../../../support/keys.ts';

const keystore = await slots('ecdsa-p256', 2);
const intended = intendedImage(keystore);

function input(changes: Partial<PlanInput> = {}): PlanInput {
  return {
    inspection: inspection(),
    benchKind: 'virtual',
    profile: p256Profile,
    keystore,
    intended,
    backups: allProven(keystore),
    ...changes,
  };
}

function codes(result: PlanResult): readonly string[] {
  return result.kind === 'plan' ? [] : result.reasons.map(({ code }) => code);
}

describe('a plan', () => {
  it('has a row for each halfword, in order, and counts that add up', () => {
    const { rows, summary } = requirePlan(makePlan(input()));
    expect(rows.map(({ index }) => index)).toEqual(Array.from({ length: 1024 }, (_, i) => i));
    const { counts } = summary;
    expect(counts.new + counts.equal + counts.conflict + counts.untouched + counts.locked).toBe(
      1024,
    );
    const perBlock = summary.blocks.map((block) => block.counts.new);
    expect(perBlock.reduce((sum, count) => sum + count, 0)).toBe(counts.new);
    expect(summary.consumedHalfwords).toBe(counts.new);
  });

  it('names the field of each halfword', () => {
    const { rows } = requirePlan(makePlan(input()));
    const field = (offsetBytes: number) => rows[offsetBytes / 2]?.field;
    expect(field(0)).toBe('magic');
    expect(field(8)).toBe('item_count');
    expect(field(10)).toBe('flags');
    expect(field(14)).toBe('version');
    expect(field(16)).toBe('slots[0].slot_id');
    expect(field(16 + 80 + 8)).toBe('slots[1].part_id_mask');
    expect(field(16 + 80 + 78)).toBe('slots[1].pubkey');
    expect(field(16 + 160)).toBe('free');
    expect(field(0x7c0)).toBe('uds');
    expect(field(0x7e0)).toBe('reserved');
  });

  it('leaves halfwords of 0xFFFF alone, and says where they lie inside a slot', () => {
    const { rows, consequences } = requirePlan(makePlan(input()));
    for (const row of rows) if (row.kind === 'new') expect(row.intended).not.toBe(0xffff);
    expect(consequences.blankInsideStructure).toEqual([12, 13, 52, 53]);
  });

  it('of a primer counts everything the primer programs, 0xFFFF and UDS included', () => {
    const primer = requirePlan(makePlan(input({ intended: intendedPrimer(keystore) })));
    expect(primer.summary.consumedHalfwords).toBe((16 + 2 * 80 + 32) / 2);
    expect(primer.rows[0x7c0 / 2]).toMatchObject({ kind: 'new', intended: 'board-chosen' });
    expect(primer.consequences.flash).toMatchObject({ address: 0x08000000, sectors: 2 });
  });

  it('says what the keys may do and that no key can follow', async () => {
    const [a, b] = keystore as [KeystoreSlot, KeystoreSlot];
    const masked = [
      { ...a, partitionMask: 0x2 },
      { ...b, partitionMask: 0x1 },
    ];
    const { consequences } = requirePlan(
      makePlan(input({ keystore: masked, intended: intendedImage(masked) })),
    );
    expect(consequences.applicationSlots).toEqual([0]);
    expect(consequences.bootloaderSlots).toEqual([1]);
    expect(consequences.capacity).toEqual({ slots: 24, used: 2, canBeAddedLater: 0 });
    expect(consequences.locks).toEqual({ lockedBlocks: [], willLock: 'no' });
  });

  it('tells declared keys from proven ones', () => {
    const [a, b] = keystore.map(({ publicKey }) => fingerprint(publicKey)) as [string, string];
    const backups = { proven: new Set([a]), external: new Set([b]) };
    const { consequences } = requirePlan(makePlan(input({ backups })));
    expect(consequences.slots.map(({ backup }) => backup)).toEqual(['proven', 'declared-external']);
  });
});

describe('the hash of a plan', () => {
  const hashOf = (changes: Partial<PlanInput> = {}) => requirePlan(makePlan(input(changes))).hash;

  it('is the same for the same plan', () => {
    expect(hashOf({ intended: intendedImage(keystore) })).toBe(hashOf());
    expect(hashOf()).toMatch(/^[0-9a-f]{64}$/);
  });

  it('changes with board, image, route and present content', () => {
    const present = inspection().otp;
    const written = otpImage(keystore).fill(0xff, 20);
    const hashes = [
      hashOf(),
      hashOf({ inspection: inspection({ changes: { serial: 'ABCDEF012345' } }) }),
      hashOf({ intended: intendedImage(keystore, { uds: udsOf('b') }) }),
      hashOf({ intended: intendedPrimer(keystore) }),
      hashOf({ inspection: inspection({ content: written }) }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(present.kind).toBe('read');
  });

  it('of the rehearsal leaves board and UDS out', () => {
    const rehearsalOf = (changes: Partial<PlanInput>) =>
      requirePlan(makePlan(input(changes))).rehearsalHash;
    const other = {
      inspection: inspection({ changes: { serial: 'ABCDEF012345' } }),
      intended: intendedImage(keystore, { uds: udsOf('b') }),
      benchKind: 'real' as const,
    };
    expect(rehearsalOf(other)).toBe(rehearsalOf({}));
    expect(rehearsalOf({ intended: intendedPrimer(keystore) })).not.toBe(rehearsalOf({}));
  });
});

describe('refused before a plan exists', () => {
  it.each([
    [
      'a keystore of another key type than the bootloader',
      { profile: ed25519Profile },
      'keystore-key-type-refused',
    ],
    [
      'a backup that was not proven',
      { backups: { proven: new Set<string>(), external: new Set<string>() } },
      'backup-not-proven',
    ],
    [
      'an unknown board',
      { inspection: inspection({ changes: { board: undefined } }) },
      'board-wrong',
    ],
    [
      'a board without a serial',
      { inspection: inspection({ changes: { serial: undefined } }) },
      'board-wrong',
    ],
    ['a board of another family', { inspection: inspection({ target: 'stm32h7' }) }, 'board-wrong'],
    [
      'a closed board',
      { inspection: inspection({ optionBytes: { productState: { code: 0x72, name: 'closed' } } }) },
      'board-not-open',
    ],
    [
      'OTP that cannot be read',
      { inspection: inspection({ changes: { otp: { kind: 'unreadable', reason: 'errVENDOR' } } }) },
      'otp-unreadable',
    ],
    [
      'an image of other slots',
      { intended: intendedImage([...keystore].reverse()) },
      'keystore-differs',
    ],
    [
      'an image of fewer slots',
      { intended: intendedImage(keystore.slice(0, 1)) },
      'keystore-differs',
    ],
    [
      'an image of other masks',
      { intended: intendedImage(keystore.map((slot) => ({ ...slot, partitionMask: 2 }))) },
      'keystore-differs',
    ],
    [
      'a sample primer on a real board',
      { intended: intendedPrimer(keystore), benchKind: 'real' },
      'sample-on-real-board',
    ],
    [
      'a primer with other slots',
      { intended: intendedPrimer([...keystore].reverse()) },
      'keystore-differs',
    ],
    [
      'a primer of another stride',
      {
        intended: intendedPrimer(
          keystore,
          makeProfile({ target: 'stm32h5', signName: 'ECC256', universal: true }),
        ),
      },
      'keystore-parameters-refused',
    ],
    [
      'a primer on a board that always starts its bootloader',
      {
        intended: intendedPrimer(keystore),
        inspection: inspection({
          optionBytes: { productState: { code: 0x17, name: 'provisioning' } },
        }),
      },
      'board-not-open',
    ],
    [
      'a primer with TrustZone on',
      {
        intended: intendedPrimer(keystore),
        inspection: inspection({ optionBytes: { trustZone: 'on' } }),
      },
      'board-trustzone-on',
    ],
  ] satisfies [string, Partial<PlanInput>, string][])('%s', (_what, changes, code) => {
    expect(codes(makePlan(input(changes)))).toContain(code);
    expectThrows(() => requirePlan(makePlan(input(changes))), 'plan-refused');
  });

  it('a keystore without a key for the application', () => {
    const masked = keystore.map((slot) => ({ ...slot, partitionMask: 1 }));
    const primer = intendedPrimer(masked);
    const result = makePlan(input({ keystore: masked, intended: primer }));
    expect(codes(result)).toEqual(['keystore-no-application-key']);
  });

  it('names every reason at once', () => {
    const result = makePlan(
      input({
        backups: { proven: new Set(), external: new Set() },
        inspection: inspection({
          optionBytes: { productState: { code: 0x5c, name: 'locked' } },
          content: new Uint8Array(2048),
        }),
      }),
    );
    expect(codes(result)).toEqual([
      'backup-not-proven',
      'backup-not-proven',
      'board-not-open',
      'otp-conflict',
    ]);
  });

  it('but not what cannot be known: option bytes that do not answer', () => {
    const unknown = {
      productState: undefined,
      trustZone: undefined,
      swapBank: undefined,
      otpLockWord: undefined,
    };
    const { consequences } = requirePlan(
      makePlan(input({ inspection: inspection({ optionBytes: unknown }) })),
    );
    expect(consequences).toMatchObject({
      productState: undefined,
      locks: { lockedBlocks: undefined },
    });
  });

  it('and in state Provisioning the OTP alternate may still be used', () => {
    const optionBytes = { productState: { code: 0x17, name: 'provisioning' } } as const;
    expect(makePlan(input({ inspection: inspection({ optionBytes }) })).kind).toBe('plan');
  });
});

describe('cells', () => {
  const plan = (content: Uint8Array, changes: Partial<PlanInput> = {}) =>
    makePlan(input({ inspection: inspection({ content }), ...changes }));

  it('that hold what is intended are equal', () => {
    const result = requirePlan(plan(otpImage(keystore)));
    expect(result.work).toBe('nothing');
    expect(result.summary.counts).toMatchObject({ new: 0, conflict: 0 });
    expect(result.summary.consumedHalfwords).toBe(0);
  });

  it('of the version word may hold anything: no reader checks it', () => {
    const content = otpImage(keystore);
    content.set([1, 0, 0, 0], 12);
    const result = requirePlan(plan(content));
    expect(result.work).toBe('nothing');
    expect(result.rows[7]?.kind).toBe('untouched');
  });

  it('of a complete UDS are kept, unless the image alone will do', () => {
    const content = otpImage(keystore, { uds: udsOf('b') });
    expect(requirePlan(plan(content)).work).toBe('nothing');
    const exact = intendedImage(keystore, { udsPolicy: 'exact' });
    const refused = plan(content, { intended: exact });
    expect(codes(refused)).toEqual(['otp-conflict']);
    expect(codes(plan(otpImage(keystore), { intended: exact }))).toEqual([]);
  });

  it('of half an UDS may be completed only by the burn that began it', () => {
    const content = otpImage(keystore, { uds: udsOf('b') }).fill(0xff, 0x7d0, 0x7e0);
    const begun = newJournalEntry({
      serial: 'x',
      planHash: 'aa',
      route: 'otp-alternate',
      contentSha256: intended.contentSha256,
      keystoreFingerprint: 'cc',
      phase: 'writing',
      udsIsOurs: true,
      beganAtWallMs: 0,
    });
    const result = requirePlan(plan(content, { journal: begun }));
    expect(result.summary.counts.new).toBe(8);
    expect(result.continues).toBe(true);
    for (const journal of [
      undefined,
      { ...begun, udsIsOurs: false },
      { ...begun, phase: 'done' as const },
      { ...begun, route: 'primer' as const },
      { ...begun, contentSha256: 'bb' },
    ]) {
      expect(codes(plan(content, { journal }))).toContain('otp-conflict');
    }
  });

  it('of an UDS of zeros are a conflict: the bootloader takes it for none', () => {
    const content = otpImage(keystore, { uds: undefined }).fill(0, 0x7c0, 0x7e0);
    expect(codes(plan(content))).toEqual(['otp-conflict']);
  });

  it('outside of the image are left alone and named', () => {
    const content = new Uint8Array(2048).fill(0xff);
    content[0x600] = 0;
    const { consequences, work } = requirePlan(plan(content));
    expect(work).toBe('write');
    expect(consequences.foreignHalfwords).toEqual([0x300]);
  });

  it('that are locked but right need no write', () => {
    const optionBytes = { otpLockWord: 0xffffffff };
    const there = inspection({ content: otpImage(keystore), optionBytes });
    expect(requirePlan(makePlan(input({ inspection: there }))).work).toBe('nothing');
    const blank = inspection({ optionBytes });
    expect(codes(makePlan(input({ inspection: blank })))).toEqual(['otp-locked']);
  });
});
