/**
 * A terminal (xterm): draws the bytes that it is given, in batches, and hands keystrokes on. The Tab key
 * is left to the page, so that nobody is caught in it. Knows no line and no board.
 */
import { SearchAddon, type ISearchOptions } from '@xterm/addon-search';
import { Terminal as Xterm, type ITheme } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { useEffect, useRef } from 'react';
import { createBatches } from './batches.ts';
import { columnsThatFit } from './columns.ts';
import styles from './terminal.module.css';

/** What a page can ask a terminal that is on the screen. */
export interface TerminalHandle {
  /** False when `text` is nowhere. Starts behind what is marked, and goes round. */
  find(text: string, options: FindOptions): boolean;
  endSearch(): void;
}

export interface FindOptions {
  readonly direction: 'next' | 'previous';
  readonly matchCase: boolean;
}

export interface FoundPlace {
  /** Counts from 0; -1 while none is marked. */
  readonly index: number;
  readonly count: number;
}

interface TerminalProps {
  /** Accessible name. */
  readonly label: string;
  /**
   * Called once; hands on what is to be drawn, the past first. Returns how to stop. A terminal that
   * shall draw something else is a new one (`key`).
   */
  readonly source: (draw: (bytes: Uint8Array) => void) => () => void;
  /** As the person typed it: Enter is CR, Backspace is DEL. */
  readonly onType: (text: string) => void;
  /** Fixed, or at least so many and as many as fit. */
  readonly columns: number | { readonly atLeast: number };
  readonly rows: number;
  readonly scrollbackLines: number;
  /** Takes no keystrokes. */
  readonly readOnly?: boolean;
  /** Called with the terminal, and with undefined when it is gone. */
  readonly onHandle?: (handle: TerminalHandle | undefined) => void;
  readonly onFound?: (place: FoundPlace) => void;
}

export function Terminal(props: TerminalProps) {
  const { label, columns, rows, scrollbackLines, readOnly = false } = props;
  const frame = useRef<HTMLDivElement>(null);
  const shown = useRef<Xterm>(undefined);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const atLeast = typeof columns === 'number' ? columns : columns.atLeast;
  const fits = typeof columns !== 'number';

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const terminal = new Xterm({
      cols: atLeast,
      rows,
      scrollback: scrollbackLines,
      fontFamily: cssToken('--kf-mono'),
      fontSize: 13,
      cursorBlink: false,
      convertEol: true,
      // Marks of a search are still a proposal.
      allowProposedApi: true,
      screenReaderMode: true,
      theme: themeOfPage(),
      minimumContrastRatio: 4.5,
    });
    const search = new SearchAddon();
    terminal.loadAddon(search);
    terminal.open(element);
    terminal.textarea?.setAttribute('aria-label', latest.current.label);
    terminal.attachCustomKeyEventHandler((event) => event.key !== 'Tab');
    shown.current = terminal;
    const fit = (): void => {
      if (fits) terminal.resize(columnsThatFit(element, terminal.cols, atLeast), rows);
    };
    fit();
    const resized = new ResizeObserver(fit);
    resized.observe(element.parentElement ?? element);
    const batches = createBatches((bytes, drawn) => {
      terminal.write(bytes, drawn);
    });
    const stopHearing = latest.current.source(batches.add);
    const typed = terminal.onData((text) => {
      latest.current.onType(text);
    });
    const found = search.onDidChangeResults(({ resultIndex: index, resultCount: count }) => {
      latest.current.onFound?.({ index, count });
    });
    latest.current.onHandle?.(handleOf(terminal, search));
    const scheme = new MutationObserver(() => {
      terminal.options.theme = themeOfPage();
    });
    scheme.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] });
    return () => {
      latest.current.onHandle?.(undefined);
      shown.current = undefined;
      scheme.disconnect();
      resized.disconnect();
      stopHearing();
      batches.end();
      typed.dispose();
      found.dispose();
      terminal.dispose();
    };
  }, [atLeast, fits, rows, scrollbackLines]);

  useEffect(() => {
    const terminal = shown.current;
    if (terminal !== undefined) terminal.options.disableStdin = readOnly;
  }, [readOnly]);

  return (
    <div className={styles.terminal} role="group" aria-label={label}>
      <div ref={frame} />
    </div>
  );
}

function handleOf(terminal: Xterm, search: SearchAddon): TerminalHandle {
  return {
    find(text, { direction, matchCase }) {
      const options: ISearchOptions = {
        caseSensitive: matchCase,
        decorations: {
          matchBackground: cssToken('--kf-info-soft'),
          matchBorder: cssToken('--kf-info-line'),
          matchOverviewRuler: cssToken('--kf-info-line'),
          activeMatchBackground: cssToken('--kf-info-line'),
          activeMatchBorder: cssToken('--kf-info'),
          activeMatchColorOverviewRuler: cssToken('--kf-info'),
        },
      };
      return direction === 'next'
        ? search.findNext(text, options)
        : search.findPrevious(text, options);
    },
    endSearch() {
      search.clearDecorations();
      terminal.clearSelection();
    },
  };
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
