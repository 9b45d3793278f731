/**
 * Where a board stands, whatever lies on it: what is offered is what the burn does, what is refused is what it
 * refuses, asked of the burn itself on the virtual board.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import {
  approvePlan,
  burn,
  confirmBurned,
  erasePrimer,
  makePlan,
  requiredTails,
  standingOf,
  type BoardStanding,
  type BurnRoute,
  type IntendedOtp,
  type Inspection,
  type JournalEntry,
  type PossibleAction,
} from '../../../src/core/provisioning/index.ts';
import { newJournalEntry, writeJournal } from '../../../src/core/provisioning/journal.ts';
import type { KeystoreSlot } from '../../../src/core/wolfboot/index.ts';
import { keystoreFingerprint } from '../../../src/core/wolfboot/index.ts';
import {
  allProven,
  dfuBench,
  inspect,
  intendedImage,
  intendedPrimer,
  journalOf,
  otpImage,
  p256Profile,
  person,
  udsOf,
  type BurnBench,
} from '../../support/burning.ts';
import { intendedKeyfusePrimer } from '../../support/keyfuse-primer.ts';
import { slots } from '../../support/keys.ts';

const [ours, ...others] = await slots('ecdsa-p256', 3);
const wanted: readonly KeystoreSlot[] = [ours!];
const image = otpImage(wanted, { uds: udsOf('on the board') });
const otherImage = otpImage(others);

const scenes = fc.record({
  content: fc.constantFrom('blank', 'begun', 'without-uds', 'half-uds', 'whole', 'other', 'alien'),
  /** How much of `begun` stands, in halfwords of the image from its start. */
  standing: fc.integer({ min: 1, max: 47 }),
  damagedHalfword: fc.option(fc.integer({ min: 8, max: 40 }), { nil: undefined, freq: 4 }),
  lock: fc.constantFrom('none', 'none', 'needed', 'unneeded', 'all'),
  trustZone: fc.constantFrom(false, false, true),
  otpAlternate: fc.constantFrom(true, true, false),
  optionAlternate: fc.constantFrom(true, true, false),
  productState: fc.constantFrom(0xed, 0xed, 0xed, 0x17),
  journal: fc.constantFrom('none', 'begun', 'begun-not-uds', 'other', 'done', 'primer'),
  primer: fc.constantFrom('keyfuse', 'upstream'),
});

type Scene = typeof scenes extends fc.Arbitrary<infer T> ? T : never;

const LOCKS = { none: 0, needed: 0b10, unneeded: 0x1000, all: 0xffffffff } as const;

function program({ board }: BurnBench, bytes: Uint8Array, from = 0, to = 1024): void {
  for (let index = from; index < to; index++) {
    const value = bytes[2 * index]! | (bytes[2 * index + 1]! << 8);
    if (value !== 0xffff) board.otp.program(index, value);
  }
}

function layContent(bench: BurnBench, { content, standing, damagedHalfword }: Scene): void {
  const udsAt = 0x7c0 / 2;
  if (content === 'begun') program(bench, image, 0, standing);
  if (content === 'without-uds') program(bench, image, 0, udsAt);
  if (content === 'half-uds') program(bench, image, 0, udsAt + 8);
  if (content === 'whole') program(bench, image);
  if (content === 'other') program(bench, otherImage);
  if (content === 'alien') program(bench, new Uint8Array(2048).fill(0x31), 0, 30);
  if (damagedHalfword !== undefined && content !== 'blank') {
    bench.board.otp.program(damagedHalfword, 0x1111);
  }
}

function entryOf(scene: Scene, serial: string, primer: IntendedOtp): JournalEntry | undefined {
  if (scene.journal === 'none') return undefined;
  const slotsBegun = scene.journal === 'other' ? others : wanted;
  const entry = newJournalEntry({
    serial,
    planHash: 'ab'.repeat(32),
    route: scene.journal === 'primer' ? 'primer' : 'otp-alternate',
    contentSha256: intendedImage(slotsBegun).contentSha256,
    keystoreFingerprint: keystoreFingerprint(slotsBegun),
    phase:
      scene.journal === 'done'
        ? 'done'
        : scene.journal === 'primer'
          ? 'primer-in-flash'
          : 'writing',
    udsIsOurs: scene.journal !== 'begun-not-uds',
    beganAtWallMs: 1,
  });
  if (scene.journal !== 'primer') return entry;
  const bytes = primer.primer!.bytes;
  return {
    ...entry,
    primer: {
      sha256: primer.imageSha256,
      loadAddress: 0x08000000,
      sizeBytes: bytes.length,
      sectorBytes: 8192,
      head: Buffer.from(bytes.subarray(0, 16)).toString('hex'),
    },
  };
}

interface Stage {
  readonly bench: BurnBench;
  readonly inspection: Inspection;
  readonly journal: JournalEntry | undefined;
  readonly primer: IntendedOtp;
}

async function setStage(scene: Scene): Promise<Stage> {
  const bench = await dfuBench();
  const primer =
    scene.primer === 'keyfuse' ? intendedKeyfusePrimer(wanted) : intendedPrimer(wanted);
  layContent(bench, scene);
  bench.board.otp.lock(LOCKS[scene.lock]);
  bench.board.optionBytes.productState = scene.productState;
  bench.panel.setTrustZone(scene.trustZone);
  bench.panel.setAlternates({ otp: scene.otpAlternate, option: scene.optionAlternate });
  bench.panel.pressReset();
  await bench.clock.sleep(1000);
  const entry = entryOf(scene, bench.serial, primer);
  if (entry) await writeJournal(bench.store, entry);
  const inspection = await inspect(bench.bench);
  return { bench, inspection, journal: await journalOf(bench), primer };
}

const common = {
  keystore: wanted,
  profile: p256Profile,
  benchKind: 'virtual',
  backups: allProven(wanted),
} as const;

function standing({ inspection, journal, primer }: Stage): BoardStanding {
  return standingOf({ inspection, journal, wishes: [common, { ...common, intended: primer }] });
}

function theAction({ actions }: BoardStanding, id: string, route?: BurnRoute): PossibleAction {
  const found = actions.filter((action) => action.id === id && action.route === route);
  expect(found).toHaveLength(1);
  return found[0]!;
}

function allowed(standing: BoardStanding, id: string, route?: BurnRoute): boolean {
  return theAction(standing, id, route).allowed;
}

/** What the engine itself does with this board: the real image, its own secret, a person at the board. */
async function engine(
  stage: Stage,
  route: BurnRoute,
): Promise<'burned' | 'nothing' | 'refused' | 'found-out'> {
  const { bench, inspection, journal, primer } = stage;
  const intended = route === 'primer' ? primer : intendedImage(wanted, { uds: udsOf('fresh') });
  const planned = makePlan({ ...common, intended, inspection, journal });
  if (planned.kind === 'refused') return 'refused';
  const { plan } = planned;
  if (plan.work === 'nothing') {
    const outcome = await confirmBurned(plan, bench.env);
    expect(outcome.verification.ok).toBe(true);
    return 'nothing';
  }
  try {
    const outcome = await burn(approvePlan(plan, requiredTails(plan)), bench.env, person(bench));
    expect(outcome.verification.ok).toBe(true);
    return 'burned';
  } catch (error) {
    // Only what nobody could read beforehand may stop it now.
    if (error instanceof AppError && inspection.optionBytes.otpLockWord === undefined) {
      return 'found-out';
    }
    throw error;
  }
}

const ACTIONS = [
  'erase-primer',
  'continue otp-alternate',
  'continue primer',
  'burn otp-alternate',
  'burn primer',
  'verify',
  'install',
  'boot-proof',
  'trust-zone',
  'export-journal',
  'import-journal',
  'look',
];

describe('whatever lies on a board', () => {
  it('lists every action once, with reasons exactly where it is not allowed', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const { actions } = standing(await setStage(scene));
        expect(actions.map(({ id, route }) => (route ? `${id} ${route}` : id))).toEqual(ACTIONS);
        for (const { allowed: may, reasons } of actions) expect(may).toBe(reasons.length === 0);
      }),
      { numRuns: 20 },
    );
  });

  it.each(['otp-alternate', 'primer'] as const)(
    'offers by route %s what the burn does, and nothing else',
    async (route) => {
      const seen = { burned: 0, nothing: 0, refused: 0, 'found-out': 0 };
      await fc.assert(
        fc.asyncProperty(scenes, async (scene) => {
          const stage = await setStage(scene);
          const found = standing(stage);
          const begins = allowed(found, 'burn', route);
          const goesOn = allowed(found, 'continue', route);
          const does = await engine(stage, route);
          seen[does] += 1;
          const tried = does === 'burned' || does === 'found-out';
          expect([begins || goesOn, begins && goesOn]).toEqual([tried, false]);
          if (does === 'found-out') {
            const { unseen } = theAction(found, begins ? 'burn' : 'continue', route);
            expect(unseen).toEqual(['product-state', 'trust-zone', 'locks']);
          }
          if (does === 'nothing') expect(allowed(found, 'verify')).toBe(true);
        }),
        { numRuns: 40 },
      );
      expect(seen.burned * seen.nothing * seen.refused).toBeGreaterThan(0);
    },
  );

  it('verifies only what is there, and erases only a primer that the journal knows', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const stage = await setStage(scene);
        const found = standing(stage);
        const mayErase = allowed(found, 'erase-primer');
        expect(mayErase).toBe(scene.journal === 'primer');
        if (allowed(found, 'verify')) {
          expect(['whole', 'without-uds', 'half-uds', 'begun']).toContain(scene.content);
          expect(found.standing.kind).toBe('complete');
        }
        if (!mayErase) return;
        await erasePrimer(stage.bench.env, stage.bench.serial).catch((error: unknown) => {
          // A closed board cannot be erased, and says so.
          expect(error).toBeInstanceOf(AppError);
          expect(scene.productState).not.toBe(0xed);
        });
      }),
      { numRuns: 20 },
    );
  });
});
