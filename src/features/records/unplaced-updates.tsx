/** Proven updates of which nobody here can tell the board: why, and the person's choice. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useRecords } from '../../state/react.ts';
import { recordsInQuestion, type UnplacedUpdate } from '../../state/records.ts';
import { Button } from '../../ui/kit/button.tsx';
import { SelectField } from '../../ui/kit/fields.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { timeWords } from './record-words.ts';

const reasons: Readonly<Record<UnplacedUpdate['reason'], () => string>> = {
  'several-boards': m.record_unplaced_several,
  'no-record': m.record_unplaced_none,
  'not-stored': m.record_unplaced_not_stored,
};

export function UnplacedUpdates() {
  const unplaced = useRecords((state) => state.unplaced);
  return unplaced.map((entry) => <Unplaced key={entry.id} unplaced={entry} />);
}

function Unplaced({ unplaced }: { readonly unplaced: UnplacedUpdate }) {
  const { records: store } = useAppState();
  const records = useRecords((state) => state.records);
  const [chosen, setChosen] = useState('');
  const { place, forgetUnplaced } = store.getState();
  const candidates = recordsInQuestion(records, unplaced.question);
  const { update, reason } = unplaced;
  return (
    <Notice
      tone="caution"
      title={m.record_unplaced_title({ from: update.fromVersion, to: update.toVersion })}
      live="status"
      actions={
        <Row>
          {candidates.length > 0 && (
            <Button
              disabled={chosen === ''}
              onClick={() => {
                void place(unplaced.id, chosen);
              }}
            >
              {m.record_unplaced_add()}
            </Button>
          )}
          <Button
            kind="quiet"
            onClick={() => {
              forgetUnplaced(unplaced.id);
            }}
          >
            {m.record_unplaced_forget()}
          </Button>
        </Row>
      }
    >
      <p>{reasons[reason]()}</p>
      <p>{m.record_unplaced_kept()}</p>
      {candidates.length > 0 && (
        <SelectField
          label={m.record_unplaced_board()}
          value={chosen}
          choices={[
            { value: '', label: m.record_unplaced_choose() },
            ...candidates.map(({ id, record }) => ({
              value: id,
              label: m.record_of({ serial: record.board.serial, time: timeWords(record.endedAt) }),
            })),
          ]}
          onChange={setChosen}
        />
      )}
    </Notice>
  );
}
