/** Looks for text in what the terminal keeps. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import { Button } from '../../ui/kit/button.tsx';
import { CheckField, TextField } from '../../ui/kit/fields.tsx';
import type { FoundPlace, TerminalHandle } from '../../ui/terminal/terminal.tsx';
import styles from './console.module.css';

interface SearchBarProps {
  readonly handle: TerminalHandle | undefined;
  readonly found: FoundPlace | undefined;
}

export function SearchBar({ handle, found }: SearchBarProps) {
  const [text, setText] = useState('');
  const [matchCase, setMatchCase] = useState(false);
  const [asked, setAsked] = useState(false);
  const find = (direction: 'next' | 'previous'): void => {
    if (text === '') return;
    handle?.find(text, { direction, matchCase });
    setAsked(true);
  };
  const change = (wanted: string): void => {
    setText(wanted);
    setAsked(false);
    handle?.endSearch();
  };
  return (
    <form
      role="search"
      className={styles.search}
      onSubmit={(event) => {
        event.preventDefault();
        find('previous');
      }}
    >
      <TextField
        label={m.console_search()}
        value={text}
        onChange={change}
        onKeyDown={(event) => {
          if (event.key === 'Escape') change('');
        }}
      />
      <Button type="submit" icon="up" disabled={text === ''}>
        {m.console_search_previous()}
      </Button>
      <Button
        icon="down"
        disabled={text === ''}
        onClick={() => {
          find('next');
        }}
      >
        {m.console_search_next()}
      </Button>
      <CheckField
        label={m.console_search_case()}
        checked={matchCase}
        onChange={(on) => {
          setMatchCase(on);
          setAsked(false);
          // What was marked by the other rule would be counted still.
          handle?.endSearch();
        }}
      />
      <p role="status" className={styles.found}>
        {asked && placeWords(found)}
      </p>
    </form>
  );
}

function placeWords(found: FoundPlace | undefined): string {
  if (found === undefined || found.count === 0) return m.console_search_none();
  return m.console_search_place({ place: found.index + 1, count: found.count });
}
