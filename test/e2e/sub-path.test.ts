// The build on a plain static host, deep below its root: nothing may point to the root or leave the origin.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { expect, test } from '@playwright/test';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

let folder: string;
let server: Server;
let origin: string;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyfuse-host-'));
  cpSync('dist', join(folder, 'tools', 'keyfuse'), { recursive: true });
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    const file = join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    readFile(file).then(
      (content) => {
        response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/plain' });
        response.end(content);
      },
      () => {
        response.writeHead(404);
        response.end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
});

test.use({ serviceWorkers: 'allow' });

test.afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

test('the build works below a sub-path, with its worker, its virtual board and offline', async ({
  page,
  context,
}) => {
  const strays: string[] = [];
  page.on('request', (request) => {
    const { protocol, pathname, origin: from } = new URL(request.url());
    const local = ['data:', 'blob:'].includes(protocol);
    if (!local && (from !== origin || !pathname.startsWith('/tools/keyfuse/'))) {
      strays.push(request.url());
    }
  });
  page.on('response', (response) => {
    if (response.status() >= 400) strays.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(`${origin}/tools/keyfuse/?board=virtual&seed=3#/keys`);
  await page.getByRole('button', { name: 'Generate keys' }).click();
  await expect(page.getByText('Keys in this session: 1')).toBeVisible();
  await expect(page.getByRole('complementary', { name: 'Virtual board' })).toBeVisible();

  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await context.setOffline(true);
  await page.goto(`${origin}/tools/keyfuse/?board=virtual&seed=4#/keys`);
  await page.reload();
  await page.getByRole('button', { name: 'Generate keys' }).click();
  await expect(page.getByText('Keys in this session: 1')).toBeVisible();
  await expect(page.getByRole('complementary', { name: 'Virtual board' })).toBeVisible();
  expect(strays).toEqual([]);
});
