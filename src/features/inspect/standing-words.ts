/** Where a board stands and what is possible with it, in words. A forgotten case does not compile. */
import { groupHex, hexNumber } from '../../core/bytes/index.ts';
import type {
  ActionReason,
  PossibleAction,
  Standing,
  Unseen,
} from '../../core/provisioning/index.ts';
import { describeCode } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { Tone } from '../../ui/kit/badge.tsx';

interface Verdict {
  readonly tone: Tone;
  readonly title: string;
  readonly text: string;
}

const shownDigits = 16;
const shownPlaces = 8;
const halfwordBytes = 2;

export function standingVerdict(standing: Standing): Verdict {
  switch (standing.kind) {
    case 'blank':
      return verdict('proven', m.board_state_blank(), m.board_state_blank_text());
    case 'complete':
      return completeVerdict(standing);
    case 'other-keystore':
      return verdict(
        'caution',
        m.board_state_other(),
        m.board_state_other_text({
          count: standing.slotCount,
          fingerprint: `${groupHex(standing.fingerprint.slice(0, shownDigits))} …`,
        }),
      );
    case 'partial-of-this-plan':
      return verdict(
        'caution',
        m.standing_partial_of_plan(),
        [
          m.standing_partial_of_plan_text({
            done: standing.doneHalfwords,
            left: standing.leftHalfwords,
          }),
          standing.begunHere ? m.standing_begun_here() : m.standing_begun_elsewhere(),
        ].join(' '),
      );
    case 'partial':
      return partialVerdict(standing);
    case 'foreign':
      return verdict('failure', m.board_state_foreign(), m.board_state_foreign_text());
    case 'locked':
      return lockedVerdict(standing);
    case 'damaged':
      return verdict(
        'failure',
        m.standing_damaged(),
        m.standing_damaged_text({ places: placesOf(standing.halfwords) }),
      );
    case 'unreadable':
      return verdict('caution', m.board_state_unreadable(), m.board_state_unreadable_text());
    case 'primer-in-flash':
      return verdict('failure', m.board_state_primer(), m.board_state_primer_text());
  }
}

function completeVerdict({
  udsChanged,
  udsCells,
}: Extract<Standing, { kind: 'complete' }>): Verdict {
  const title = m.board_state_complete();
  if (udsChanged) return verdict('caution', title, m.board_state_uds_changed());
  if (udsCells === 'complete') return verdict('proven', title, m.board_state_complete_text());
  return verdict('caution', title, m.standing_uds_missing());
}

function partialVerdict({ begun }: Extract<Standing, { kind: 'partial' }>): Verdict {
  return begun === undefined
    ? verdict('caution', m.board_state_partial(), m.board_state_partial_text())
    : verdict('caution', m.board_state_begun(), m.board_state_begun_text());
}

function lockedVerdict({ extent, blocks }: Extract<Standing, { kind: 'locked' }>): Verdict {
  switch (extent) {
    case 'all':
      return verdict('failure', m.standing_locked_all(), m.standing_locked_all_text());
    case 'needed':
      return verdict(
        'failure',
        m.standing_locked_needed(),
        m.standing_locked_needed_text({ blocks: blocks.join(', ') }),
      );
    case 'some':
      return verdict(
        'failure',
        m.board_state_locked(),
        m.board_state_locked_text({ count: blocks.length }),
      );
  }
}

function placesOf(halfwords: readonly number[]): string {
  const shown = halfwords.slice(0, shownPlaces).map((at) => hexNumber(at * halfwordBytes, 3));
  return shown.join(', ') + (halfwords.length > shownPlaces ? ' …' : '');
}

function verdict(tone: Tone, title: string, text: string): Verdict {
  return { tone, title, text };
}

interface ActionWords {
  readonly name: string;
  readonly text: string;
}

export function actionWords({ id, route }: PossibleAction): ActionWords {
  const primer = route === 'primer';
  switch (id) {
    case 'erase-primer':
      return words(m.standing_action_erase_primer(), m.standing_action_erase_primer_text());
    case 'continue':
      return words(
        primer ? m.standing_action_continue_primer() : m.standing_action_continue_otp(),
        m.standing_action_continue_text(),
      );
    case 'burn':
      return words(
        primer ? m.standing_action_burn_primer() : m.standing_action_burn_otp(),
        m.standing_action_burn_text(),
      );
    case 'verify':
      return words(m.standing_action_verify(), m.standing_action_verify_text());
    case 'install':
      return words(m.standing_action_install(), m.standing_action_install_text());
    case 'boot-proof':
      return words(m.standing_action_proof(), m.standing_action_proof_text());
    case 'trust-zone':
      return words(m.standing_action_tz(), m.standing_action_tz_text());
    case 'export-journal':
      return words(m.standing_action_export(), m.standing_action_export_text());
    case 'import-journal':
      return words(m.standing_action_import(), m.standing_action_import_text());
    case 'look':
      return words(m.standing_action_look(), m.standing_action_look_text());
  }
}

function words(name: string, text: string): ActionWords {
  return { name, text };
}

/** One sentence a reason; those of the plan keep what to do about them. */
export function reasonWords(reason: ActionReason): string {
  switch (reason.kind) {
    case 'refused': {
      const { title, nextStep } = describeCode(reason.refusal.code);
      return `${title} ${nextStep}`;
    }
    case 'no-keystore':
      return m.standing_why_no_keystore();
    case 'no-image':
      return m.standing_why_no_image();
    case 'nothing-to-write':
      return m.standing_why_nothing_to_write();
    case 'something-to-write':
      return m.standing_why_something_to_write();
    case 'nothing-stands':
      return m.standing_why_nothing_stands();
    case 'some-stands':
      return m.standing_why_some_stands();
    case 'no-primer':
      return m.standing_why_no_primer();
    case 'primer-first':
      return m.standing_why_primer_first();
    case 'not-this-keystore':
      return m.standing_why_not_this_keystore();
    case 'no-serial':
      return m.standing_why_no_serial();
    case 'no-journal':
      return m.standing_why_no_journal();
    case 'unknown-board':
      return m.standing_why_unknown_board();
    case 'not-open':
      return m.standing_why_not_open();
    case 'option-bytes-unread':
      return m.standing_why_option_bytes();
    case 'trust-zone-is-on':
      return m.standing_why_tz_on();
    case 'burn-first':
      return m.standing_why_burn_first();
  }
}

const unseenNames: Readonly<Record<Unseen, () => string>> = {
  'product-state': m.standing_unseen_product,
  'trust-zone': m.standing_unseen_tz,
  locks: m.standing_unseen_locks,
};

export function unseenWords(unseen: readonly Unseen[]): string | undefined {
  if (unseen.length === 0) return undefined;
  return m.standing_unseen({ what: unseen.map((one) => unseenNames[one]()).join(', ') });
}
