// Whether the browser promises to keep what is stored.
import { expect, it } from 'vitest';
import { createKeptStorage } from '../../../src/platform/kept-storage.ts';

function storage(persisted: () => Promise<boolean>, answer: () => Promise<boolean>) {
  let asked = 0;
  const persist = () => {
    asked++;
    return answer();
  };
  return { kept: createKeptStorage({ persisted, persist }), asked: () => asked };
}

it('is missing where the browser has no such storage', () => {
  expect(createKeptStorage(undefined)).toBeUndefined();
});

it('asks for it only when it is not promised yet', async () => {
  const promised = storage(
    async () => true,
    async () => false,
  );
  expect(await promised.kept?.keep()).toBe(true);
  expect(promised.asked()).toBe(0);
  const open = storage(
    async () => false,
    async () => true,
  );
  expect(await open.kept?.isKept()).toBe(false);
  expect(open.asked()).toBe(0);
  expect(await open.kept?.keep()).toBe(true);
  expect(open.asked()).toBe(1);
});

it('has no promise of a browser that refuses or fails', async () => {
  const fails = () => Promise.reject(new Error('no'));
  const { kept } = storage(fails, fails);
  expect(await kept?.isKept()).toBe(false);
  expect(await kept?.keep()).toBe(false);
});
