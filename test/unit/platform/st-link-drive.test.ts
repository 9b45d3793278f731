// The drive of an ST-LINK over fakes of the File System Access handles, with every way in which it refuses.
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../../src/core/bytes/index.ts';
import type { AppError } from '../../../src/core/errors.ts';
import { createCanceller } from '../../../src/core/ports/index.ts';
import {
  createStLinkDrives,
  findDrivePicker,
  type DriveFolder,
  type FolderMemory,
} from '../../../src/platform/st-link-drive.ts';
import { expectRejects } from '../../support/expect-error.ts';
import { simClock } from '../../support/sim-bench.ts';

type Step = 'list' | 'handle' | 'open' | 'write' | 'close' | 'read' | 'permission';

interface FakeOptions {
  readonly label?: string;
  readonly files?: readonly string[];
  readonly permission?: PermissionState;
}

const refused = (name: string) => new DOMException(`refused: ${name}`, name);

class FakeFolder {
  readonly name: string;
  readonly files = new Map<string, Uint8Array>();
  readonly failures = new Map<Step, string>();
  readonly hangs = new Set<Step>();
  aborted = 0;
  permission: PermissionState;
  /** Called when a file is closed; the drive may leave there. */
  onClose: () => void = () => undefined;

  constructor({ label = 'NOD_H563ZI', files, permission = 'granted' }: FakeOptions = {}) {
    this.name = label;
    this.permission = permission;
    for (const name of files ?? ['DETAILS.TXT', 'MBED.HTM']) {
      this.files.set(name, new TextEncoder().encode(`content of ${name}`));
    }
  }

  async step(step: Step): Promise<void> {
    const failure = this.failures.get(step);
    if (failure !== undefined) throw refused(failure);
    if (this.hangs.has(step)) await new Promise(() => undefined);
  }

  async *keys() {
    await this.step('list');
    yield* this.files.keys();
  }

  async queryPermission() {
    await this.step('permission');
    return this.permission;
  }

  async requestPermission() {
    await this.step('permission');
    return this.permission;
  }

  async getFileHandle(name: string, options?: { readonly create?: boolean }) {
    await this.step('handle');
    if (!this.files.has(name) && options?.create !== true) throw refused('NotFoundError');
    return {
      getFile: async () => {
        await this.step('read');
        return {
          arrayBuffer: async () => (this.files.get(name) ?? new Uint8Array()).slice().buffer,
        };
      },
      createWritable: async () => {
        await this.step('open');
        const parts: Uint8Array[] = [];
        return {
          write: async (part: Uint8Array) => {
            await this.step('write');
            parts.push(part.slice());
          },
          abort: async () => {
            this.aborted += 1;
          },
          close: async () => {
            this.onClose();
            await this.step('close');
            this.files.set(name, Uint8Array.from(parts.flatMap((part) => [...part])));
          },
        };
      },
    };
  }
}

function bench(folder: FakeFolder, pick?: () => Promise<DriveFolder>) {
  const clock = simClock();
  let kept: DriveFolder | undefined;
  const memory: FolderMemory = {
    get: async () => kept,
    put: async (chosen) => {
      kept = chosen;
    },
    clear: async () => {
      kept = undefined;
    },
  };
  const asFolder = folder as unknown as DriveFolder;
  const drives = createStLinkDrives({ pick: pick ?? (async () => asFolder), memory, clock });
  return { clock, drives, folder };
}

async function chosen(options?: FakeOptions) {
  const made = bench(new FakeFolder(options));
  return { ...made, drive: await made.drives.choose() };
}

const image = Uint8Array.from({ length: 200_000 }, (_, at) => at & 0xff);

describe('choosing the ST-LINK drive', () => {
  it('knows it by its files, in any case, and keeps the choice', async () => {
    const { drives } = bench(new FakeFolder({ files: ['details.txt', 'mbed.htm'] }));
    expect(await drives.remembered()).toBeUndefined();
    const drive = await drives.choose();
    expect(drive.label).toBe('NOD_H563ZI');
    expect((await drives.remembered())?.label).toBe('NOD_H563ZI');
    await drives.forget();
    expect(await drives.remembered()).toBeUndefined();
  });

  it('takes a board name for the page that some probes do not have', async () => {
    await chosen({ files: ['DETAILS.TXT'], label: 'NODE_F401RE' });
    const stranger = bench(new FakeFolder({ files: ['DETAILS.TXT'], label: 'Documents' }));
    await expectRejects(stranger.drives.choose(), 'drive-wrong', 'Documents');
    expect(await stranger.drives.remembered()).toBeUndefined();
  });

  it.each([
    ['AbortError', 'no drive was chosen'],
    ['SecurityError', 'the browser refused'],
  ])('says "drive-unavailable" for %s', async (name, words) => {
    const { drives } = bench(new FakeFolder(), () => Promise.reject(refused(name)));
    await expectRejects(drives.choose(), 'drive-unavailable', words);
  });

  it('says so where the browser cannot choose folders', async () => {
    const { drives } = bench(new FakeFolder(), () =>
      findDrivePicker({})({ id: 'x', mode: 'readwrite' }),
    );
    await expectRejects(drives.choose(), 'drive-unavailable', 'no folders');
  });

  it('asks for the permission again, and tells when it is refused', async () => {
    const { drive, folder } = await chosen();
    expect(await drive.isAllowed()).toBe(true);
    folder.permission = 'prompt';
    expect(await drive.isAllowed()).toBe(false);
    await expectRejects(drive.allow(), 'drive-unavailable');
    folder.permission = 'granted';
    await drive.allow();
    folder.failures.set('permission', 'SecurityError');
    expect(await drive.isAllowed()).toBe(false);
    await expectRejects(drive.allow(), 'drive-unavailable');
  });
});

describe('reading from the ST-LINK drive', () => {
  it('gives files, and tells a missing file from a missing drive', async () => {
    const { drive, folder } = await chosen();
    expect(new TextDecoder().decode(await drive.read('DETAILS.TXT'))).toContain('content');
    await expectRejects(drive.read('FAIL.TXT'), 'file-failed');
    folder.failures.set('list', 'NotFoundError');
    await expectRejects(drive.read('FAIL.TXT'), 'drive-gone');
    await expectRejects(drive.list(), 'drive-gone');
  });

  it('does not wait for ever', async () => {
    const { drive, folder } = await chosen();
    folder.hangs.add('list');
    await expectRejects(drive.list(), 'deadline-exceeded');
  });
});

describe('writing to the ST-LINK drive', () => {
  it('hands the whole file over and tells how far it is', async () => {
    const { drive, folder } = await chosen();
    const seen: number[] = [];
    await drive.write('a.bin', image, { onProgress: ({ doneBytes }) => seen.push(doneBytes) });
    expect(equalBytes(folder.files.get('a.bin') ?? new Uint8Array(), image)).toBe(true);
    expect(seen.at(-1)).toBe(image.length);
    expect(seen.length).toBeGreaterThan(2);
  });

  it.each([
    ['open', 'NoModificationAllowedError'],
    ['open', 'InvalidStateError'],
    ['open', 'NotFoundError'],
    ['write', 'QuotaExceededError'],
    ['close', 'NoModificationAllowedError'],
    ['close', 'InvalidModificationError'],
    ['close', 'AbortError'],
    ['close', 'NotFoundError'],
  ] as const)('is refused at "%s" with %s while the drive stays', async (step, name) => {
    const { drive, folder } = await chosen();
    folder.failures.set(step, name);
    const error = await drive.write('a.bin', image).catch((thrown: unknown) => thrown as AppError);
    expect(error).toMatchObject({ code: 'drive-write-refused', context: { reason: name } });
  });

  it('tells of a permission that was taken away', async () => {
    const { drive, folder } = await chosen();
    folder.failures.set('handle', 'NotAllowedError');
    await expectRejects(drive.write('a.bin', image), 'drive-unavailable');
  });

  it.each(['open', 'write', 'close'] as const)(
    'tells that the drive left at "%s"',
    async (step) => {
      const { drive, folder } = await chosen();
      folder.failures.set(step, 'NotFoundError');
      folder.failures.set('list', 'NotFoundError');
      await expectRejects(drive.write('a.bin', image), 'drive-gone');
      if (step === 'write') expect(folder.aborted).toBe(1);
    },
  );

  it('takes a drive that remounts behind the last byte for one that took the file', async () => {
    const { drive, folder, clock } = await chosen();
    folder.failures.set('close', 'NotFoundError');
    folder.onClose = () => {
      folder.failures.set('list', 'NotFoundError');
      clock.schedule(3000, () => folder.failures.delete('list'));
    };
    await drive.write('a.bin', image);
  });

  it('ends when it is cancelled or takes too long, and renames nothing', async () => {
    const { drive, folder } = await chosen();
    const canceller = createCanceller();
    canceller.cancel();
    await expectRejects(drive.write('a.bin', image, { signal: canceller.signal }), 'cancelled');
    folder.hangs.add('write');
    await expectRejects(drive.write('a.bin', image), 'deadline-exceeded');
    expect(folder.files.has('a.bin')).toBe(false);
  });
});
