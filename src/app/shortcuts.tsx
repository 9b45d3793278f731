/**
 * Keys for those who live on the keyboard: `?` lists them, `g` and a letter goes to a page. Letters
 * are never taken from a field, and can be switched off (WCAG 2.1.4).
 */
import { useEffect, useRef, useState } from 'react';
import { useHashLocation } from 'wouter/use-hash-location';
import { m } from '../i18n/paraglide/messages.js';
import { Dialog } from '../ui/kit/dialog.tsx';
import { SwitchField } from '../ui/kit/fields.tsx';
import { pageRoutes } from './routes.tsx';
import styles from './shortcuts.module.css';

const settingKey = 'keyfuse.letter-shortcuts';
const sequenceMs = 1500;

interface ShortcutsProps {
  readonly opened: boolean;
  readonly onOpen: () => void;
  readonly onClose: () => void;
}

export function Shortcuts({ opened, onOpen, onClose }: ShortcutsProps) {
  const [letters, setLetters] = useState(() => localStorage.getItem(settingKey) !== 'off');
  useLetterShortcuts(letters && !opened, onOpen);
  return (
    <Dialog title={m.app_shortcuts()} opened={opened} onClose={onClose}>
      <SwitchField
        label={m.app_shortcuts_use()}
        checked={letters}
        onChange={(next) => {
          localStorage.setItem(settingKey, next ? 'on' : 'off');
          setLetters(next);
        }}
      />
      <dl className={styles.list}>
        <Shortcut keys={['?']} does={m.app_shortcuts_this()} />
        {pageRoutes.map(
          ({ path, name, shortcut }) =>
            shortcut !== undefined && (
              <Shortcut
                key={path}
                keys={['g', shortcut]}
                does={m.app_shortcuts_go({ page: name() })}
              />
            ),
        )}
      </dl>
      <h3 className={styles.title}>{m.app_shortcuts_hex()}</h3>
      <dl className={styles.list}>
        <Shortcut keys={['← ↑ ↓ →']} does={m.app_shortcuts_hex_move()} />
        <Shortcut keys={['Ctrl + ← →']} does={m.app_shortcuts_hex_field()} />
        <Shortcut keys={['Home', 'End']} does={m.app_shortcuts_hex_ends()} alternatives />
        <Shortcut keys={['Enter']} does={m.app_shortcuts_hex_unfold()} />
      </dl>
    </Dialog>
  );
}

interface ShortcutProps {
  readonly keys: readonly string[];
  readonly does: string;
  readonly alternatives?: boolean;
}

function Shortcut({ keys, does, alternatives = false }: ShortcutProps) {
  return (
    <div>
      <dt>
        {keys.map((key, index) => (
          <span key={key + String(index)}>
            {index > 0 && <small> {alternatives ? '/' : m.app_shortcuts_then()} </small>}
            <kbd>{key}</kbd>
          </span>
        ))}
      </dt>
      <dd>{does}</dd>
    </div>
  );
}

function takesText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.closest('input, textarea, select, [role="dialog"]') !== null)
  );
}

function useLetterShortcuts(active: boolean, onHelp: () => void): void {
  const [, navigate] = useHashLocation();
  const startedAt = useRef(-Infinity);
  useEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || takesText(event.target)) return;
      const inSequence = event.timeStamp - startedAt.current < sequenceMs;
      startedAt.current = -Infinity;
      if (event.key === '?') {
        onHelp();
        return;
      }
      const route = inSequence && pageRoutes.find(({ shortcut }) => shortcut === event.key);
      if (route) navigate(route.path);
      else if (event.key === 'g') startedAt.current = event.timeStamp;
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, [active, navigate, onHelp]);
}
