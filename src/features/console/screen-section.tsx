/** What the line says, as text or bytes; search, save, and typing. */
import { lazy, Suspense, useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import { useConsole, useConsoleActs } from '../../state/use-console.ts';
import { Button } from '../../ui/kit/button.tsx';
import { ChoiceField, SwitchField } from '../../ui/kit/fields.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { Section } from '../../ui/kit/page.tsx';
import type { FoundPlace, TerminalHandle } from '../../ui/terminal/terminal.tsx';
import styles from './console.module.css';
import { InputLine } from './input-line.tsx';
import { SearchBar } from './search-bar.tsx';

/** Not in the page's own bundle: xterm comes with the first line that is opened. */
const ConsoleScreen = lazy(async () => ({
  default: (await import('./console-screen.tsx')).ConsoleScreen,
}));

export function ScreenSection() {
  const seen = useConsole(({ link }) => link.kind === 'open' || link.kind === 'lost');
  const [everSeen, setEverSeen] = useState(seen);
  const [handle, setHandle] = useState<TerminalHandle>();
  const [found, setFound] = useState<FoundPlace>();
  if (seen && !everSeen) setEverSeen(true);
  return (
    <Section title={m.console_screen()}>
      {everSeen ? (
        <>
          <View />
          <SearchBar handle={handle} found={found} />
          <Suspense fallback={<p role="status">{m.update_terminal_loading()}</p>}>
            <ConsoleScreen onHandle={setHandle} onFound={setFound} />
          </Suspense>
          <InputLine />
          <Keep />
        </>
      ) : (
        <p className={styles.note}>{m.console_screen_none()}</p>
      )}
    </Section>
  );
}

function View() {
  const { show } = useConsoleActs();
  const hex = useConsole((state) => state.hex);
  const timestamps = useConsole((state) => state.timestamps);
  return (
    <Row>
      <ChoiceField
        label={m.console_view()}
        hideLabel
        value={hex ? 'hex' : 'text'}
        choices={[
          { value: 'text', label: m.console_view_text() },
          { value: 'hex', label: m.console_view_hex() },
        ]}
        onChange={(view) => {
          show({ hex: view === 'hex' });
        }}
      />
      <SwitchField
        label={m.console_timestamps()}
        checked={timestamps}
        onChange={(on) => {
          show({ timestamps: on });
        }}
      />
    </Row>
  );
}

function Keep() {
  const { save, clear } = useConsoleActs();
  return (
    <Row>
      <Button
        icon="saved"
        onClick={() => {
          save('plain');
        }}
      >
        {m.console_save_plain()}
      </Button>
      <Button
        onClick={() => {
          save('timed');
        }}
      >
        {m.console_save_timed()}
      </Button>
      <Button
        onClick={() => {
          save('hex');
        }}
      >
        {m.console_save_hex()}
      </Button>
      <Button kind="quiet" icon="cross" onClick={clear}>
        {m.console_clear()}
      </Button>
    </Row>
  );
}
