import { describe, expect, it } from 'vitest';
import { concatBytes, filledBytes } from '../../../../src/core/bytes/index.ts';
import {
  flashPlaces,
  isBurnPart,
  isFlashWarning,
  makeFlashProject,
  openFlashParts,
  placePart,
  planFlashProject,
  usualBoard,
  type FlashProblem,
  type FlashProject,
  type ProjectPart,
} from '../../../../src/core/provisioning/index.ts';
import { writeDfuSe, writeIntelHex, writeSRecords } from '../../../../src/core/stm32/index.ts';
import { bootloaderProfiles } from '../../../../src/core/wolfboot/index.ts';
import { signImage, testKey } from '../../../support/booted-board.ts';
import { otpImage, p256Profile } from '../../../support/burning.ts';
import { expectRejects } from '../../../support/expect-error.ts';
import { flashFiles, partsOf, projectOf } from '../../../support/flash-projects.ts';
import { inspection } from '../../../support/inspections.ts';

const FLASH_START = 0x08000000;
const BOOT = 0x08060000;
const files = await flashFiles();
const slots = [files.key.slot];
const { bootloader, image } = files;

function kinds(project: FlashProject): readonly FlashProblem['kind'][] {
  return project.problems.map(({ kind }) => kind);
}

async function one(bytes: Uint8Array, name = 'file.bin'): Promise<ProjectPart> {
  const [part] = await partsOf([{ name, bytes }]);
  if (part === undefined) throw new Error('no part');
  return part;
}

async function placed(bytes: Uint8Array, address: number): Promise<ProjectPart> {
  const part = await one(bytes);
  return isBurnPart(part) ? part : placePart(part, address);
}

describe('opening files', () => {
  it('recognises what a plain binary is, and where it belongs', async () => {
    expect(await one(bootloader)).toMatchObject({
      role: 'bootloader',
      address: FLASH_START,
      sample: true,
    });
    expect(await one(image)).toMatchObject({ role: 'image', address: BOOT, addressInFile: false });
    expect(await one(filledBytes(1000, 0x11))).toMatchObject({ role: 'other', address: undefined });
    expect(await one(otpImage(slots))).toMatchObject({ role: 'otp', name: 'file.bin' });
  });

  it.each([
    ['Intel HEX', 'both.hex', writeIntelHex],
    ['S-records', 'both.srec', writeSRecords],
    ['DfuSe', 'both.dfu', writeDfuSe],
  ])('takes a factory image in %s apart', async (_format, name, write) => {
    const bytes = write([
      { address: 0x0c000000, bytes: bootloader },
      { address: BOOT, bytes: image },
    ]);
    const { parts } = await openFlashParts(bytes, name, p256Profile);
    const found = parts.map((part) => (isBurnPart(part) ? part.role : [part.role, part.address]));
    expect(new Set(found.map(String))).toEqual(
      new Set([`bootloader,${FLASH_START}`, `image,${BOOT}`]),
    );
  });

  it('takes a factory image in one plain binary apart at the partition', async () => {
    const gap = filledBytes(BOOT - FLASH_START - bootloader.length, 0xff);
    const bytes = concatBytes(bootloader, gap, image, filledBytes(100, 0xff));
    const { parts } = await openFlashParts(bytes, 'factory.bin', p256Profile);
    expect(parts.map(({ role }) => role)).toEqual(['bootloader', 'image']);
    expect(parts[1]).toMatchObject({ address: BOOT, sizeBytes: image.length });
  });

  it('keeps the gaps of a program: sectors between its runs stay out of the plan', async () => {
    const vectors = bootloader.slice(0, 0x2000);
    const bytes = writeIntelHex([
      { address: FLASH_START, bytes: vectors },
      { address: FLASH_START + 0x5c000, bytes: filledBytes(64, 0x33) },
    ]);
    const { parts } = await openFlashParts(bytes, 'veneers.hex', p256Profile);
    const project = await projectOf(parts);
    expect(parts).toHaveLength(1);
    expect(project.sectors.get(parts[0]!.id)?.map(({ address }) => address)).toEqual([
      FLASH_START,
      FLASH_START + 0x5c000,
    ]);
    expect(project.runs).toHaveLength(2);
  });

  it('never takes a private key, and overwrites it', async () => {
    const pem = Buffer.from(
      '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\n',
    );
    const bytes = new Uint8Array(pem);
    const { parts, refused } = await openFlashParts(bytes, 'key.pem', p256Profile);
    expect(parts).toEqual([]);
    expect(refused).toEqual([{ name: 'key.pem', kind: 'private-key', secret: true }]);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('overwrites an otp.bin that it took: its UDS stays in what is to be burnt', async () => {
    const bytes = otpImage(slots);
    await openFlashParts(bytes, 'otp.bin', p256Profile);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('passes the complaint of a broken container on', async () => {
    const bytes = new Uint8Array(Buffer.from(':10000000zz\n'));
    await expectRejects(openFlashParts(bytes, 'broken.hex', p256Profile), 'malformed');
  });
});

describe('a project', () => {
  it('of bootloader and image has nothing against it', async () => {
    const project = await projectOf([await one(bootloader), await one(image)], slots);
    expect(project.problems).toEqual([]);
    expect(project.runs.map(({ address }) => address)).toEqual([FLASH_START, BOOT]);
    expect(project.runs.map(({ sectors }) => sectors.length)).toEqual([4, 3]);
  });

  it('without parts is none', async () => {
    expect(kinds(await projectOf([]))).toEqual(['no-parts']);
  });

  it('wants to know where unknown bytes go, and takes the secure address for the same place', async () => {
    const bytes = filledBytes(1000, 0x11);
    expect(kinds(await projectOf([await one(bytes)]))).toEqual(['address-missing']);
    const project = await projectOf([await placed(bytes, 0x0c180000)]);
    expect(project.problems).toEqual([]);
    expect(project.runs[0]?.address).toBe(0x08180000);
  });

  it.each([
    ['behind the end of flash', 0x08200000 - 500, 'outside-flash'],
    ['before its start', 0x07fff000, 'outside-flash'],
    ['in the OTP area', 0x08fff000, 'outside-flash'],
    ['off the write unit', 0x08180008, 'misaligned'],
    ['into the boot partition', BOOT - 16, 'reaches-partition'],
  ])('refuses bytes %s', async (_where, address, kind) => {
    const project = await projectOf([await placed(filledBytes(1000, 0x11), address)]);
    expect(kinds(project)).toEqual([kind]);
    expect(project.runs).toEqual([]);
  });

  it('refuses two parts that want the same bytes, and says which and where', async () => {
    const a = await placed(filledBytes(1000, 0x11), 0x08180000);
    const b = await placed(filledBytes(1000, 0x22), 0x081803e0);
    const { problems } = await projectOf([a, b]);
    expect(problems).toEqual([
      { kind: 'overlap', part: a.id, other: b.id, address: 0x081803e0, lengthBytes: 8 },
    ]);
  });

  it('refuses a bootloader that reaches into the boot partition', async () => {
    const long = concatBytes(bootloader, filledBytes(BOOT - FLASH_START, 0x44));
    const project = await projectOf([await one(long), await one(image)]);
    expect(kinds(project)).toEqual(expect.arrayContaining(['overlap', 'reaches-partition']));
  });

  it('refuses what cannot start at the start of flash', async () => {
    const bytes = writeIntelHex([{ address: FLASH_START, bytes: filledBytes(1000, 0x12) }]);
    const { parts } = await openFlashParts(bytes, 'noise.hex', p256Profile);
    expect(kinds(await projectOf(parts))).toEqual(['no-vector-table']);
  });
});

describe('a signed image', () => {
  it('is refused at an address that is no partition, and taken in the update partition', async () => {
    expect(kinds(await projectOf([await placed(image, 0x08040000)], slots))).toEqual([
      'image-elsewhere',
    ]);
    const update = await placed(image, 0x0c160000);
    expect((await projectOf([update], slots)).problems).toEqual([]);
  });

  it('is refused when the keystore does not know its key', async () => {
    const { slot } = await testKey({
      name: 'stranger',
    });
    const project = await projectOf([await one(image)], [slot]);
    expect(project.problems).toEqual([
      expect.objectContaining({ kind: 'image-refused', reason: 'key-unknown-other-of-type' }),
    ]);
  });

  it('is refused when a byte of it changed, with a keystore or without', async () => {
    const changed = image.slice();
    changed[changed.length - 5]! ^= 1;
    for (const keystore of [slots, []]) {
      const project = await projectOf([await one(changed)], keystore);
      expect(project.problems[0]).toMatchObject({
        kind: 'image-refused',
        reason: 'digest-differs',
      });
    }
  });

  it('is a warning when there is no keystore to check it with', async () => {
    const { problems } = await projectOf([await one(image)]);
    expect(problems.map(({ kind }) => kind)).toEqual(['image-not-checked']);
    expect(problems.every(isFlashWarning)).toBe(true);
  });

  it('of partition 0 is an update of the bootloader and goes nowhere', async () => {
    const self = await signImage(files.key, { version: 2, partitionId: 0 });
    expect(kinds(await projectOf([await one(self)], slots))).toEqual(['image-for-bootloader']);
  });

  it('with a header of another size than the bootloader expects is refused', async () => {
    const other = await signImage(files.key, { version: 1, headerSizeBytes: 512 });
    const project = await projectOf([await one(other)], slots);
    expect(project.problems[0]).toMatchObject({ kind: 'image-refused' });
  });

  it('whose program was linked for another place is a warning', async () => {
    const payload = filledBytes(4096, 0x21);
    const odd = await signImage(files.key, { version: 1, payload });
    expect(kinds(await projectOf([await one(odd)], slots))).toEqual(['image-linked-elsewhere']);
  });
});

describe('a plan for a board', () => {
  const input = async (parts: readonly ProjectPart[]) => ({
    project: await projectOf(parts, slots),
    inspection: inspection(),
    benchKind: 'virtual' as const,
    burn: undefined,
    journal: undefined,
    flashJournal: undefined,
  });
  const both = async () => [await one(bootloader), await one(image)];

  it('has one hash over board and content; the project hash leaves the board out', async () => {
    const first = planFlashProject(await input(await both()));
    const again = planFlashProject(await input(await both()));
    const other = planFlashProject({
      ...(await input(await both())),
      inspection: inspection({ changes: { serial: '000000000001' } }),
    });
    const less = planFlashProject(await input([await one(image)]));
    const plans = [first, again, other, less].map((result) => {
      if (result.kind === 'refused') throw new Error('refused');
      return result.plan;
    });
    const [a, b, c, d] = plans.map(({ hash }) => hash);
    expect(b).toBe(a);
    expect(c).not.toBe(a);
    expect(d).not.toBe(a);
    expect(plans[2]?.projectHash).toBe(plans[0]?.projectHash);
    expect(a).toMatch(/^[0-9a-f]{64}$/);
  });

  it('keeps samples out of a real board', async () => {
    const result = planFlashProject({ ...(await input(await both())), benchKind: 'real' });
    expect(result.kind === 'refused' && result.problems.map(({ kind }) => kind)).toEqual([
      'sample-on-real-board',
      'sample-on-real-board',
    ]);
  });

  it.each([
    [
      'is closed',
      { optionBytes: { productState: { code: 0x72, name: 'closed' as const } } },
      'board-not-open',
    ],
    ['tells no serial', { changes: { serial: undefined } }, 'board-without-serial'],
    ['is not known', { changes: { board: undefined } }, 'board-unknown'],
    ['is of another target', { target: 'stm32h7' as const }, 'board-of-other-target'],
  ])('is refused for a board that %s', async (_what, wish, kind) => {
    const result = planFlashProject({
      ...(await input(await both())),
      inspection: inspection(wish),
    });
    expect(result.kind === 'refused' && result.problems.map((one) => one.kind)).toContain(kind);
  });

  it('warns of swapped banks and of TrustZone', async () => {
    const result = planFlashProject({
      ...(await input(await both())),
      inspection: inspection({ optionBytes: { swapBank: true, trustZone: 'on' } }),
    });
    expect(result.kind === 'plan' && result.plan.warnings.map(({ kind }) => kind)).toEqual([
      'banks-swapped',
      'trustzone-on',
    ]);
  });
});

it('every target has a usual board, and its places lie in flash by address', () => {
  for (const profile of bootloaderProfiles) {
    const board = usualBoard(profile);
    expect(board.otp.target).toBe(profile.target);
    const places = flashPlaces(profile, board);
    const addresses = places.map(({ address }) => address);
    expect([...addresses].sort((a, b) => a - b)).toEqual(addresses);
    for (const { name, address, sizeBytes } of places) {
      if (name === 'otp') continue;
      expect(address + sizeBytes, profile.id).toBeLessThanOrEqual(
        board.flash.baseAddress + board.flash.sizeBytes,
      );
    }
  }
});

it('with another geometry judges by it', async () => {
  const geometry = { ...usualBoard(p256Profile).flash, sizeBytes: 0x100000, bankBytes: 0x80000 };
  const part = await placed(filledBytes(1000, 0x11), 0x08180000);
  const project = await makeFlashProject({ parts: [part], profile: p256Profile, slots, geometry });
  expect(kinds(project)).toEqual(['outside-flash']);
});
