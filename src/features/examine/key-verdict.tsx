/** Where a key, or the keys of a keystore, stand in the keystore that is judged by. */
import { MASK_ALL, partitionsOfMask } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { ExaminedPart } from '../../state/examined-part.ts';
import { Notice } from '../../ui/kit/notice.tsx';
import { relationOf } from './relation.ts';
import { useJudgeSlots } from './use-judge-slots.ts';

export function KeyVerdict({ part }: { readonly part: ExaminedPart }) {
  const judge = useJudgeSlots();
  const relation = relationOf(part.examination, judge);
  if (relation === undefined) return null;
  if (judge.length === 0) {
    return (
      <Notice tone="neutral" title={m.examine_nothing_to_compare()}>
        {m.examine_nothing_to_compare_text()}
      </Notice>
    );
  }
  switch (relation.kind) {
    case 'same-keystore':
      return (
        <Notice tone="proven" title={m.examine_same_keystore()} live="status">
          {m.examine_same_keystore_text({ count: relation.count })}
        </Notice>
      );
    case 'other-keystore':
      return (
        <Notice tone="caution" title={m.examine_other_keystore()} live="status">
          {m.examine_other_keystore_text({ common: relation.common, count: relation.count })}
        </Notice>
      );
    case 'key-in-slot':
      return (
        <Notice
          tone="proven"
          title={m.examine_key_in_slot({ index: relation.index })}
          live="status"
        >
          {m.examine_key_in_slot_text({ mask: maskWords(relation.mask) })}
        </Notice>
      );
    case 'key-in-no-slot':
      return (
        <Notice tone="caution" title={m.examine_key_in_no_slot()} live="status">
          {m.examine_key_in_no_slot_text()}
        </Notice>
      );
  }
}

export function maskWords(mask: number): string {
  if (mask === MASK_ALL) return m.examine_mask_all();
  const ids = partitionsOfMask(mask);
  return ids.length === 0 ? m.examine_mask_none() : m.examine_mask_some({ ids: ids.join(', ') });
}
