/** Everything that surrounds the pages: stores, language, colours, addresses. */
import { MantineProvider } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Router } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { kitTexts } from '../i18n/kit-texts.ts';
import { getLocale, setLocale, type Locale } from '../i18n/paraglide/runtime.js';
import type { AppState } from '../state/app-state.ts';
import { AppStateProvider } from '../state/react.ts';
import { KitTextsProvider } from '../ui/kit/texts.ts';
import { cssVariables, theme } from '../ui/kit/theme.ts';
import { Shell } from './shell.tsx';

export function App({ state }: { readonly state: AppState }) {
  const [locale, changeLocale] = useState<Locale>(getLocale);
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);

  /** Without the reload that would forget unsaved keys: every text is asked for again on drawing. */
  const chooseLocale = (next: Locale): void => {
    void setLocale(next, { reload: false });
    changeLocale(next);
  };

  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <AppStateProvider value={state}>
        <KitTextsProvider value={kitTexts()}>
          <Router hook={useHashLocation}>
            <Shell locale={locale} onLocale={chooseLocale} />
          </Router>
        </KitTextsProvider>
      </AppStateProvider>
    </MantineProvider>
  );
}
