/**
 * The board's console as a terminal (xterm). It draws what the line printed and hands keystrokes on;
 * the Tab key is left to the page, so that nobody is caught in it.
 */
import { Terminal as Xterm, type ITheme } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { useEffect, useRef } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState } from '../../state/react.ts';
import styles from './update.module.css';

const columns = 80;
const rows = 20;
const scrollbackLines = 2000;

export function Terminal() {
  const { update } = useAppState();
  const frame = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const terminal = new Xterm({
      cols: columns,
      rows,
      scrollback: scrollbackLines,
      fontFamily: cssToken('--kf-mono'),
      fontSize: 13,
      cursorBlink: false,
      screenReaderMode: true,
      theme: themeOfPage(),
      minimumContrastRatio: 4.5,
    });
    terminal.open(element);
    terminal.textarea?.setAttribute('aria-label', m.update_terminal());
    terminal.attachCustomKeyEventHandler((event) => event.key !== 'Tab');
    const typed = terminal.onData((text) => {
      void update.getState().type(keystrokes(text));
    });
    const stopHearing = update.getState().watchConsole((bytes) => {
      terminal.write(bytes.slice());
    });
    const scheme = new MutationObserver(() => {
      terminal.options.theme = themeOfPage();
    });
    scheme.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] });
    return () => {
      scheme.disconnect();
      stopHearing();
      typed.dispose();
      terminal.dispose();
    };
  }, [update]);

  return (
    <div className={styles.terminal} role="group" aria-label={m.update_terminal()}>
      <div ref={frame} />
    </div>
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

function cssToken(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function themeOfPage(): ITheme {
  return {
    background: cssToken('--kf-sunken'),
    foreground: cssToken('--kf-ink'),
    cursor: cssToken('--kf-info'),
    cursorAccent: cssToken('--kf-sunken'),
    selectionBackground: cssToken('--kf-info-line'),
  };
}
