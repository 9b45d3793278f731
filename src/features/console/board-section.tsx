/** What the board says of itself (`info`) beside the keystore and the image of this session. */
import { hexNumber } from '../../core/bytes/index.ts';
import { weigh, type PlanComparison, type PlanLine } from '../../core/serial/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { timeOfDay } from '../../state/time-of-day.ts';
import { useConsole, useConsoleActs, useLineFree } from '../../state/use-console.ts';
import { Badge, type Tone } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { Table } from '../../ui/kit/table.tsx';
import styles from './console.module.css';
import { boardWords, plannedWords, subjectWords, verdictWords } from './plan-words.ts';

export function BoardSection() {
  const { askInfo } = useConsoleActs();
  const free = useLineFree();
  const asking = useConsole(({ activity }) => activity.kind === 'busy' && activity.what === 'info');
  const board = useConsole((state) => state.board);
  return (
    <Section title={m.console_plan()} description={m.console_plan_lede()}>
      <Row>
        <Button
          icon="info"
          disabled={!free && !asking}
          busy={asking}
          onClick={() => void askInfo()}
        >
          {m.console_ask()}
        </Button>
        {board && (
          <span className={styles.note}>{m.console_asked_at({ time: timeOfDay(board.atMs) })}</span>
        )}
      </Row>
      {board && <Compared comparison={board.comparison} />}
    </Section>
  );
}

const wholeTones: Readonly<Record<PlanComparison['verdict'], Tone>> = {
  'as-planned': 'proven',
  differs: 'failure',
  incomplete: 'caution',
};

function Compared({ comparison }: { readonly comparison: PlanComparison }) {
  const titles = {
    'as-planned': m.console_plan_fits,
    differs: m.console_plan_differs,
    incomplete: m.console_plan_incomplete,
  };
  return (
    <>
      <Notice
        tone={wholeTones[comparison.verdict]}
        title={titles[comparison.verdict]()}
        live="status"
      >
        {m.console_plan_note()}
      </Notice>
      <Table
        caption={m.console_plan()}
        columns={[
          m.console_plan_what(),
          m.console_plan_board(),
          m.console_plan_planned(),
          m.console_plan_verdict(),
        ]}
      >
        {comparison.lines.map((line) => (
          <Line key={keyOf(line)} line={line} />
        ))}
      </Table>
    </>
  );
}

const lineTones: Readonly<Record<ReturnType<typeof weigh>, Tone>> = {
  fits: 'proven',
  differs: 'failure',
  open: 'caution',
};

function Line({ line }: { readonly line: PlanLine }) {
  const isNote = line.subject !== 'slot' && line.verdict === 'note';
  return (
    <tr>
      <th scope="row">{subjectWords(line)}</th>
      <td>{boardWords(line)}</td>
      <td>{plannedWords(line)}</td>
      <td>
        <Badge tone={isNote ? 'neutral' : lineTones[weigh(line)]}>{verdictWords(line)}</Badge>
      </td>
    </tr>
  );
}

function keyOf(line: PlanLine): string {
  return line.subject === 'slot' ? `slot ${hexNumber(line.index, 2)}` : line.subject;
}
