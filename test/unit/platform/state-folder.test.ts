// State files: a store in a folder, over a fake of the File System Access handles.
import { describe, expect, it } from 'vitest';
import { createFolderStore } from '../../../src/platform/state-folder.ts';
import { expectRejects } from '../../support/expect-error.ts';

function fakeFolder(files = new Map<string, string>()) {
  const missing = () => Promise.reject(new DOMException('gone', 'NotFoundError'));
  const folder = {
    name: 'keys',
    getFileHandle: (name: string, options?: { readonly create?: boolean }) =>
      files.has(name) || options?.create
        ? Promise.resolve({
            getFile: async () => ({ text: async () => files.get(name) ?? '' }),
            createWritable: async () => {
              let written = '';
              return {
                write: async (text: string) => {
                  written += text;
                },
                close: async () => {
                  files.set(name, written);
                },
              };
            },
          })
        : missing(),
    removeEntry: (name: string) => (files.delete(name) ? Promise.resolve() : missing()),
    async *keys() {
      yield* files.keys();
    },
  };
  return { files, store: createFolderStore(folder as unknown as FileSystemDirectoryHandle) };
}

describe('a store in a folder', () => {
  it('keeps values as files and finds them by the start of their name', async () => {
    const { files, store } = fakeFolder(new Map([['notes.txt', 'mine']]));
    await store.put('key-state/ab/2-x', { next: '2' });
    await store.put('key-state/ab/1-y', { next: '1' });
    await store.put('key-state/cd/1-z', { next: '1' });
    expect([...files.keys()]).toContain('key-state_ab_2-x.state');
    expect(await store.keys('key-state/ab/')).toEqual(['key-state/ab/1-y', 'key-state/ab/2-x']);
    expect(await store.get('key-state/ab/2-x')).toEqual({ next: '2' });
    await store.delete('key-state/ab/2-x');
    await store.delete('key-state/ab/2-x');
    expect(await store.get('key-state/ab/2-x')).toBeUndefined();
    expect(files.get('notes.txt')).toBe('mine');
  });

  it('says when the folder refuses', async () => {
    const { store } = fakeFolder(new Map([['a.state', 'no JSON']]));
    await expectRejects(store.get('a'), 'file-failed');
  });
});
