/** Mantine told to wear our palette (tokens.css); no component chooses a colour of its own. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const graphite: MantineColorsTuple = [
  '#f3f2ef',
  '#e4e2dd',
  '#c9c7c2',
  '#aaa9a6',
  '#8b8c8c',
  '#6c6f73',
  '#4d5156',
  '#363b40',
  '#22262b',
  '#14171a',
];

export const theme = createTheme({
  colors: { graphite },
  primaryColor: 'graphite',
  primaryShade: 8,
  fontFamily: 'var(--kf-font)',
  fontFamilyMonospace: 'var(--kf-mono)',
  defaultRadius: 'var(--kf-radius)',
  respectReducedMotion: true,
  cursorType: 'pointer',
  fontSizes: {
    xs: '0.75rem',
    sm: '0.875rem',
    md: '0.9375rem',
    lg: '1.0625rem',
    xl: '1.25rem',
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    '--mantine-color-body': 'var(--kf-canvas)',
    '--mantine-color-text': 'var(--kf-ink)',
    '--mantine-color-dimmed': 'var(--kf-ink-3)',
    '--mantine-color-anchor': 'var(--kf-info)',
    '--mantine-color-error': 'var(--kf-failure)',
    '--mantine-primary-color-filled': 'var(--kf-primary)',
    '--mantine-color-placeholder': 'var(--kf-ink-3)',
    '--mantine-color-default': 'var(--kf-surface)',
    '--mantine-color-default-border': 'var(--kf-line-strong)',
    '--mantine-color-default-hover': 'var(--kf-sunken)',
    '--mantine-color-disabled': 'var(--kf-sunken)',
    '--mantine-color-disabled-color': 'var(--kf-ink-3)',
  },
  light: {},
  dark: {},
});
