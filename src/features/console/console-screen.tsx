/** The terminal of the console page. Another view is another terminal, drawn from what is kept. */
import { HEX_ROW_WIDTH, hexView, textView, timedView } from '../../core/serial/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { timeOfDay } from '../../state/time-of-day.ts';
import { useConsole, useConsoleActs, useLineFree } from '../../state/use-console.ts';
import { Terminal, type FoundPlace, type TerminalHandle } from '../../ui/terminal/terminal.tsx';

interface ConsoleScreenProps {
  readonly onHandle: (handle: TerminalHandle | undefined) => void;
  readonly onFound: (place: FoundPlace) => void;
}

const rows = 24;
const scrollbackLines = 10_000;
/** Text wraps; rows of bytes do not. */
const leastTextColumns = 40;
const timeColumns = 14;

export function ConsoleScreen({ onHandle, onFound }: ConsoleScreenProps) {
  const { watch, forgottenBytes, type } = useConsoleActs();
  const hex = useConsole((state) => state.hex);
  const timestamps = useConsole((state) => state.timestamps);
  const cleared = useConsole((state) => state.cleared);
  const free = useLineFree();
  const source = (draw: (bytes: Uint8Array) => void): (() => void) => {
    const stamp = timestamps ? timeOfDay : undefined;
    const text = stamp === undefined ? textView() : timedView(stamp);
    const view = hex ? hexView(forgottenBytes(), stamp) : text;
    return watch((chunk) => {
      draw(view.feed(chunk));
    });
  };
  const hexColumns = HEX_ROW_WIDTH + 1 + (timestamps ? timeColumns : 0);
  return (
    <Terminal
      key={`${hex}-${timestamps}-${cleared}`}
      label={m.console_terminal()}
      columns={{ atLeast: hex ? hexColumns : leastTextColumns }}
      rows={rows}
      scrollbackLines={scrollbackLines}
      source={source}
      readOnly={!free}
      onType={(keys) => void type(keys)}
      onHandle={onHandle}
      onFound={onFound}
    />
  );
}
