/** The board's console on the page Update, typed into as the board wants it. */
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState } from '../../state/react.ts';
import { Terminal } from '../../ui/terminal/terminal.tsx';

const columns = 80;
const rows = 20;
const scrollbackLines = 2000;

export function UpdateTerminal() {
  const { update } = useAppState();
  const { type, watchConsole } = update.getState();
  return (
    <Terminal
      label={m.update_terminal()}
      columns={columns}
      rows={rows}
      scrollbackLines={scrollbackLines}
      source={watchConsole}
      onType={(text) => void type(keystrokes(text))}
    />
  );
}

const carriageReturn = 0x0d;
const backspace = 0x08;

/**
 * The board ends a line at CR only, erases with BS, and drops what is not printable
 * (stm32h5-device.md, section 4). Escape sequences of arrow keys would leave their letters behind.
 */
function keystrokes(text: string): Uint8Array {
  if (text.startsWith('\u001b')) return new Uint8Array();
  const plain = text.replaceAll(/\r?\n/g, '\r').replaceAll('\u007f', '\b');
  return Uint8Array.from(plain, (character) => character.charCodeAt(0)).filter(
    (code) => code === carriageReturn || code === backspace || (code >= 0x20 && code < 0x7f),
  );
}
