// Stores of single pages, and the jobs that they run at the board.
import { expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { createBoardJobsStore } from '../../../src/state/board-jobs.ts';
import { createPageStores } from '../../../src/state/page-stores.ts';

it('makes the store of a page once, from the app it belongs to', () => {
  const pageStore = createPageStores(() => 'app');
  const create = (app: string) => createStore(() => ({ app }));
  const store = pageStore(create);
  store.setState({ app: 'changed' });
  expect(pageStore(create)).toBe(store);
  expect(pageStore((app: string) => createStore(() => ({ app }))).getState().app).toBe('app');
});

it('counts a job while it runs, whatever becomes of it', async () => {
  const { getState } = createBoardJobsStore();
  const ends: (() => void)[] = [];
  const job = () => new Promise<void>((resolve) => ends.push(resolve));
  const first = getState().run('flash', job);
  const second = getState().run('flash', job);
  expect(getState().running.size).toBe(2);
  ends.forEach((end) => {
    end();
  });
  await Promise.all([first, second]);
  await expect(getState().run('console', () => Promise.reject(new Error('gone')))).rejects.toThrow(
    'gone',
  );
  expect(getState().running.size).toBe(0);
});
