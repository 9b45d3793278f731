/** Every test that uses `app` also proves that the page stayed quiet and at home. */
import { test as base, expect } from '@playwright/test';
import { App } from './app.ts';

/** The offline store is forbidden where it is not tested; Playwright says so in the page's console. */
const OFFLINE_STORE_FORBIDDEN = 'Service Worker registration blocked by Playwright';

export const test = base.extend<{ app: App }>({
  app: async ({ page, baseURL }, use) => {
    const complaints: string[] = [];
    page.on('console', (message) => {
      const complains = message.type() === 'error' || message.type() === 'warning';
      if (complains && message.text() !== OFFLINE_STORE_FORBIDDEN) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      const url = request.url();
      const home = url.startsWith(baseURL ?? '') || /^(blob|data):/.test(url);
      if (!home) complaints.push(`request to ${url}`);
    });
    await use(new App(page));
    expect(complaints).toEqual([]);
  },
});

export { expect };
