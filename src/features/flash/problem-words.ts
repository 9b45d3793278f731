/** Every problem of a flash project in the reader's language. */
import { hexNumber } from '../../core/bytes/index.ts';
import type { FlashProblem, ProjectPart } from '../../core/provisioning/index.ts';
import { describeCode } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { namesOf, placeWords } from './flash-words.ts';

type Words<Kind extends FlashProblem['kind']> = (
  problem: Extract<FlashProblem, { kind: Kind }>,
  name: (...ids: string[]) => string,
) => string;

const at = (address: number): string => hexNumber(address, 8);

const words: { readonly [Kind in FlashProblem['kind']]: Words<Kind> } = {
  'no-parts': () => m.flash_problem_no_parts(),
  'address-missing': ({ part }, name) => m.flash_problem_address({ name: name(part) }),
  misaligned: ({ part, address }, name) =>
    m.flash_problem_misaligned({ name: name(part), address: at(address) }),
  'outside-flash': ({ part, address, lengthBytes }, name) =>
    m.flash_problem_outside({
      name: name(part),
      from: at(address),
      to: at(address + lengthBytes - 1),
    }),
  overlap: ({ part, other, address, lengthBytes }, name) =>
    m.flash_problem_overlap({
      name: name(part),
      other: name(other),
      from: at(address),
      to: at(address + lengthBytes - 1),
    }),
  'reaches-partition': ({ part, partition, address }, name) =>
    m.flash_problem_reaches({
      name: name(part),
      place: placeWords(partition),
      address: at(address),
    }),
  'no-vector-table': ({ part }, name) => m.flash_problem_vectors({ name: name(part) }),
  'image-elsewhere': ({ part, address, wanted }, name) =>
    m.flash_problem_elsewhere({
      name: name(part),
      address: at(address),
      wanted: wanted.map(at).join(', '),
    }),
  'image-unreadable': ({ part }, name) => m.flash_problem_unreadable({ name: name(part) }),
  'image-is-patch': ({ part }, name) => m.flash_problem_patch({ name: name(part) }),
  'image-without-firmware': ({ part }, name) => m.flash_problem_header_only({ name: name(part) }),
  'image-for-bootloader': ({ part }, name) => m.flash_problem_self_update({ name: name(part) }),
  'image-refused': ({ part, code }, name) =>
    m.flash_problem_refused({ name: name(part), reason: describeCode(code).title }),
  'several-burns': ({ parts }, name) => m.flash_problem_burns({ names: name(...parts) }),
  'board-without-serial': () => m.flash_problem_serial(),
  'board-unknown': () => m.flash_problem_unknown_board(),
  'board-of-other-target': () => m.flash_problem_target(),
  'board-not-open': ({ state }) => m.flash_problem_not_open({ state }),
  'sample-on-real-board': ({ part }, name) => m.flash_problem_sample({ name: name(part) }),
  'primer-in-flash': () => m.flash_problem_primer(),
  'burn-refused': ({ part, code }, name) => {
    const { title, nextStep } = describeCode(code);
    return m.flash_problem_burn({ name: name(part), title, nextStep });
  },
  'partitions-unknown': () => m.flash_problem_partitions(),
  'image-not-checked': ({ part }, name) => m.flash_problem_unchecked({ name: name(part) }),
  'image-linked-elsewhere': ({ part, address }, name) =>
    m.flash_problem_linked({ name: name(part), address: at(address) }),
  'shares-sector': ({ parts, address }, name) =>
    m.flash_problem_shared({ names: name(...parts), address: at(address) }),
  'after-the-primer': ({ parts }, name) => m.flash_problem_after({ names: name(...parts) }),
  'banks-swapped': () => m.flash_problem_swapped(),
  'trustzone-on': () => m.flash_problem_trustzone(),
};

export function problemWords(problem: FlashProblem, parts: readonly ProjectPart[]): string {
  const name = (...ids: string[]): string => namesOf(ids, parts);
  // Each entry takes its own kind; the record's type holds them together.
  const say = words[problem.kind] as Words<FlashProblem['kind']>;
  return say(problem, name);
}
