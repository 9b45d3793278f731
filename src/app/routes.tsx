/** Which page stands at which address. Pages are loaded when they are first opened. */
import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import { m } from '../i18n/paraglide/messages.js';
import type { StepId } from '../state/path.ts';
import type { IconName } from '../ui/kit/icons.tsx';

export interface PageRoute {
  readonly path: string;
  /** A pattern below `path` that the same page answers. */
  readonly below?: string;
  readonly name: () => string;
  readonly icon: IconName;
  /** Letter after `g`; none where one only gets from another page. */
  readonly shortcut?: string;
  readonly step?: StepId;
  readonly Page: LazyExoticComponent<ComponentType>;
}

export const pageRoutes: readonly PageRoute[] = [
  {
    path: '/',
    name: m.nav_guide,
    icon: 'guide',
    shortcut: 'g',
    Page: lazy(async () => ({ default: (await import('../features/home/index.ts')).HomePage })),
  },
  {
    path: '/keys',
    name: m.nav_keys,
    icon: 'key',
    shortcut: 'k',
    step: 'keys',
    Page: lazy(async () => ({ default: (await import('../features/keys/index.ts')).KeysPage })),
  },
  {
    path: '/keystore',
    name: m.nav_keystore,
    icon: 'slots',
    shortcut: 's',
    step: 'keystore',
    Page: lazy(async () => ({
      default: (await import('../features/keystore/index.ts')).KeystorePage,
    })),
  },
  {
    path: '/board',
    name: m.nav_board,
    icon: 'board',
    shortcut: 'b',
    step: 'board',
    Page: lazy(async () => ({ default: (await import('../features/inspect/index.ts')).BoardPage })),
  },
  {
    path: '/burn',
    name: m.nav_burn,
    icon: 'fuse',
    shortcut: 'o',
    step: 'burn',
    Page: lazy(async () => ({
      default: (await import('../features/provision/index.ts')).BurnPage,
    })),
  },
  {
    path: '/firmware',
    name: m.nav_firmware,
    icon: 'firmware',
    shortcut: 'f',
    step: 'firmware',
    Page: lazy(async () => ({ default: (await import('../features/sign/index.ts')).FirmwarePage })),
  },
  {
    path: '/update',
    name: m.nav_update,
    icon: 'update',
    shortcut: 'u',
    step: 'update',
    Page: lazy(async () => ({ default: (await import('../features/update/index.ts')).UpdatePage })),
  },
  {
    path: '/boot-proof',
    name: m.proof_title,
    icon: 'proven',
    Page: lazy(async () => ({
      default: (await import('../features/boot-proof/index.ts')).BootProofPage,
    })),
  },
  {
    path: '/console',
    name: m.console_title,
    icon: 'console',
    shortcut: 'c',
    Page: lazy(async () => ({
      default: (await import('../features/console/index.ts')).ConsolePage,
    })),
  },
  {
    path: '/record',
    name: m.nav_record,
    icon: 'record',
    shortcut: 'r',
    step: 'record',
    Page: lazy(async () => ({
      default: (await import('../features/records/index.ts')).RecordPage,
    })),
  },
  {
    path: '/examine',
    name: m.nav_examine,
    icon: 'examine',
    shortcut: 'x',
    Page: lazy(async () => ({
      default: (await import('../features/examine/index.ts')).ExaminePage,
    })),
  },
  {
    path: '/external',
    name: m.external_title,
    icon: 'key',
    Page: lazy(async () => ({ default: (await import('../features/sign/index.ts')).ExternalPage })),
  },
  {
    path: '/flash',
    name: m.flash_title,
    icon: 'firmware',
    Page: lazy(async () => ({ default: (await import('../features/flash/index.ts')).FlashPage })),
  },
  {
    path: '/one-cable',
    name: m.cable_title,
    icon: 'board',
    Page: lazy(async () => ({
      default: (await import('../features/one-cable/index.ts')).OneCablePage,
    })),
  },
  {
    path: '/sheet',
    below: '/sheet/:key',
    name: m.sheet_title,
    icon: 'sheet',
    Page: lazy(async () => ({ default: (await import('../features/sheet/index.ts')).SheetPage })),
  },
  {
    path: '/diagnostics',
    name: m.diagnostics_title,
    icon: 'help',
    Page: lazy(async () => ({
      default: (await import('../features/diagnostics/index.ts')).DiagnosticsPage,
    })),
  },
  {
    path: '/help',
    below: '/help/:topic',
    name: m.nav_help,
    icon: 'help',
    shortcut: 'h',
    Page: lazy(async () => ({ default: (await import('../features/help/index.ts')).HelpPage })),
  },
];

export function routeOfStep(step: StepId): PageRoute | undefined {
  return pageRoutes.find((route) => route.step === step);
}
