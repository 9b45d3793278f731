/** A whole line to send, with those sent before, beside typing into the terminal itself. */
import { useState, type KeyboardEvent } from 'react';
import type { LineHolder } from '../../state/console.ts';
import type { LineEnding } from '../../state/console-typing.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useConsole, useConsoleActs, useLineFree } from '../../state/use-console.ts';
import { Button } from '../../ui/kit/button.tsx';
import { CheckField, SelectField, TextField } from '../../ui/kit/fields.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import styles from './console.module.css';

export function InputLine() {
  const { sendLine } = useConsoleActs();
  const history = useConsole((state) => state.history);
  const holder = useConsole((state) => state.holder);
  const open = useConsole(({ link }) => link.kind === 'open');
  const free = useLineFree();
  const [line, setLine] = useState('');
  const [back, setBack] = useState(0);
  const recall = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    const wanted = Math.min(history.length, Math.max(0, back + (event.key === 'ArrowUp' ? 1 : -1)));
    setBack(wanted);
    setLine(wanted === 0 ? '' : (history[history.length - wanted] ?? ''));
  };
  const send = async (): Promise<void> => {
    if (!(await sendLine(line))) return;
    setLine('');
    setBack(0);
  };
  return (
    <>
      <form
        className={styles.input}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <TextField
          label={m.console_input()}
          value={line}
          mono
          disabled={!free}
          description={m.console_input_note()}
          onChange={setLine}
          onKeyDown={recall}
        />
        <Button type="submit" disabled={!free}>
          {m.console_send()}
        </Button>
      </form>
      <p role="status" className={styles.holder}>
        {!open ? m.console_held_closed() : holder !== 'nobody' && holderWords(holder)}
      </p>
      <Typing />
    </>
  );
}

function holderWords(holder: Exclude<LineHolder, 'nobody'>): string {
  return {
    info: m.console_held_info,
    transfer: m.console_held_transfer,
    update: m.console_held_update,
    other: m.console_held_other,
  }[holder]();
}

function Typing() {
  const { setTyping } = useConsoleActs();
  const ending = useConsole((state) => state.ending);
  const specialKeys = useConsole((state) => state.specialKeys);
  const endings: readonly { readonly value: LineEnding; readonly label: string }[] = [
    { value: 'cr', label: m.console_ending_cr() },
    { value: 'lf', label: m.console_ending_lf() },
    { value: 'crlf', label: m.console_ending_crlf() },
    { value: 'none', label: m.console_ending_none() },
  ];
  return (
    <Row align="end">
      <SelectField
        label={m.console_ending()}
        value={ending}
        choices={endings}
        onChange={(chosen) => {
          setTyping({ ending: chosen });
        }}
      />
      <CheckField
        label={m.console_special_keys()}
        checked={specialKeys}
        onChange={(on) => {
          setTyping({ specialKeys: on });
        }}
      />
    </Row>
  );
}
