// Reading what the person chose; the choosing itself needs a browser (test/e2e).
import { describe, expect, it } from 'vitest';
import { readFile } from '../../../src/platform/files.ts';
import { expectRejects } from '../../support/expect-error.ts';

const MEBIBYTE = 1024 * 1024;

/** A file that says it has this size, and must not be read. */
function unreadFile(size: number): File {
  const file = new File([], 'disk.img');
  Object.defineProperty(file, 'size', { value: size });
  file.arrayBuffer = () => Promise.reject(new Error('was read'));
  return file;
}

describe('readFile', () => {
  it('gives name and content', async () => {
    const file = new File([Uint8Array.of(1, 2)], 'a.bin');
    await expect(readFile(file)).resolves.toEqual({ name: 'a.bin', bytes: Uint8Array.of(1, 2) });
  });

  it('refuses a file of more than 64 MiB without reading it', async () => {
    const message = 'disk.img has 64.1 MiB; files of more than 64 MiB are not opened';
    await expectRejects(readFile(unreadFile(64.1 * MEBIBYTE)), 'file-failed', message);
  });

  it('says which file could not be read', async () => {
    await expectRejects(readFile(unreadFile(64 * MEBIBYTE)), 'file-failed', 'disk.img could not');
  });
});
