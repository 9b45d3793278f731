/** The top line: brand, what kind of board is in use, language, colours, shortcuts, help. */
import { useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { useLocation } from 'wouter';
import { m } from '../i18n/paraglide/messages.js';
import { locales, type Locale } from '../i18n/paraglide/runtime.js';
import { useBench, useKeys } from '../state/react.ts';
import { Badge } from '../ui/kit/badge.tsx';
import { IconButton } from '../ui/kit/button.tsx';
import { ChoiceField } from '../ui/kit/fields.tsx';
import { Hint } from '../ui/kit/hint.tsx';
import { Icon } from '../ui/kit/icons.tsx';
import styles from './header.module.css';

const languageNames: Readonly<Record<Locale, string>> = { en: 'English', ja: '日本語' };

interface HeaderProps {
  readonly locale: Locale;
  readonly onLocale: (locale: Locale) => void;
  readonly unsavedKeys: number;
  readonly onShortcuts: () => void;
}

export function Header({ locale, onLocale, unsavedKeys, onShortcuts }: HeaderProps) {
  const [location] = useLocation();
  return (
    <header className={styles.header}>
      <a href="#/" className={styles.brand}>
        <Mark />
        {m.app_name()}
      </a>
      <BoardMark />
      <VaultMark />
      {unsavedKeys > 0 && (
        <a href="#/keys" className={styles.unsaved}>
          <Badge tone="caution" icon="unsaved">
            {m.app_unsaved({ count: unsavedKeys })}
          </Badge>
        </a>
      )}
      <div className={styles.tools}>
        <ChoiceField
          label={m.app_language()}
          hideLabel
          value={locale}
          onChange={onLocale}
          choices={locales.map((value) => ({ value, label: languageNames[value] }))}
        />
        <SchemeButton />
        <IconButton icon="keyboard" label={m.app_shortcuts()} onClick={onShortcuts} />
        <a
          href="#/help"
          className={styles.help}
          aria-current={location.startsWith('/help') ? 'page' : undefined}
        >
          <Icon name="help" size={17} />
          {m.nav_help()}
        </a>
      </div>
    </header>
  );
}

function BoardMark() {
  const kind = useBench(({ bench }) => bench?.kind);
  const seed = useBench((state) => state.seed);
  if (kind === 'virtual') {
    return (
      <Hint text={m.app_virtual_hint({ seed: seed ?? 0 })}>
        <span>
          <Badge tone="virtual">{m.app_virtual()}</Badge>
        </span>
      </Hint>
    );
  }
  return (
    <Badge tone={kind === 'real' ? 'info' : 'neutral'} icon="board">
      {kind === 'real' ? m.app_board_real() : m.app_board_none()}
    </Badge>
  );
}

/** Where the keys are kept; nothing while there are none and no vault. */
function VaultMark() {
  const kind = useKeys(({ vault }) => vault.kind);
  const keys = useKeys((state) => state.keys.length);
  if (kind === 'none' && keys === 0) return null;
  return (
    <a href="#/keys" className={styles.unsaved}>
      {kind === 'none' ? (
        <Badge tone="neutral">{m.app_vault_none()}</Badge>
      ) : kind === 'locked' ? (
        <Badge tone="info" icon="lock">
          {m.app_vault_locked()}
        </Badge>
      ) : (
        <Badge tone="proven" icon="unlocked">
          {m.app_vault_open()}
        </Badge>
      )}
    </a>
  );
}

const nextScheme: Readonly<Record<MantineColorScheme, MantineColorScheme>> = {
  auto: 'light',
  light: 'dark',
  dark: 'auto',
};
const schemeIcons = { auto: 'auto', light: 'sun', dark: 'moon' } as const;

function SchemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const names = {
    auto: m.app_scheme_auto(),
    light: m.app_scheme_light(),
    dark: m.app_scheme_dark(),
  };
  return (
    <IconButton
      icon={schemeIcons[colorScheme]}
      label={`${m.app_scheme()}: ${names[colorScheme]}`}
      onClick={() => {
        setColorScheme(nextScheme[colorScheme]);
      }}
    />
  );
}

/** A key whose bit is a fuse. */
function Mark() {
  return (
    <svg width="30" height="22" viewBox="0 0 30 22" fill="none" aria-hidden="true">
      <circle cx="7" cy="11" r="5.2" stroke="currentColor" strokeWidth="2" />
      <circle cx="7" cy="11" r="1.6" fill="currentColor" />
      <path
        d="M12.2 11h2.300l2-4 3 8 2-4H29"
        stroke="var(--kf-copper)"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <path d="M25.5 11v4.5" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
