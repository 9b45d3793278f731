/**
 * A flash project: parts at their places, judged before any board is asked. What it needs of a board stands
 * in `flash-plan.ts`; what writes it in `flash-run.ts`.
 */
import type { FlashGeometry, Sector } from '../stm32/index.ts';
import { readVectorTable } from '../wolfboot/cortex-m-image.ts';
import {
  errorCodeOfFinding,
  nonSecureFlashAddress,
  whyNotBoot,
  type BootloaderProfile,
  type KeystoreSlot,
} from '../wolfboot/index.ts';
import { FLASH_START } from './firmware-pieces.ts';
import {
  isBurnPart,
  segmentsOf,
  startsLikeProgram,
  type BurnPart,
  type FlashPart,
  type ProjectPart,
} from './flash-part.ts';
import {
  flashPlaces,
  sharedRange,
  usualBoard,
  type AddressRange,
  type FlashPlace,
} from './flash-places.ts';
import type { FlashProblem } from './flash-problems.ts';
import { flashRuns, sectorsOf, type FlashRun, type PlacedSegment } from './flash-runs.ts';

export interface FlashProject {
  readonly profile: BootloaderProfile;
  /** Of the board that was looked at, or of the profile's usual one. */
  readonly geometry: FlashGeometry;
  readonly places: readonly FlashPlace[];
  /** In the order in which they were added. */
  readonly parts: readonly ProjectPart[];
  /** Of each part for flash, by id. */
  readonly sectors: ReadonlyMap<string, readonly Sector[]>;
  /** By address; empty while a part has no sound place. */
  readonly runs: readonly FlashRun[];
  readonly burn: BurnPart | undefined;
  readonly problems: readonly FlashProblem[];
}

export interface ProjectInput {
  readonly parts: readonly ProjectPart[];
  readonly profile: BootloaderProfile;
  /** Of the keystore that the board holds or will hold; empty: signatures are not checked. */
  readonly slots: readonly KeystoreSlot[];
  /** Of the board at hand; without one the usual board of the profile. */
  readonly geometry?: FlashGeometry | undefined;
}

/** Asks no device and keeps no bytes but those of its parts and runs. */
export async function makeFlashProject(input: ProjectInput): Promise<FlashProject> {
  const { parts, profile } = input;
  const geometry = input.geometry ?? usualBoard(profile).flash;
  const places = flashPlaces(profile, usualBoard(profile));
  const flash = parts.filter((part) => !isBurnPart(part));
  const burns = parts.filter(isBurnPart);
  const placeProblems = problemsOfPlaces(flash, geometry, places);
  const problems: FlashProblem[] = [
    ...(parts.length === 0 ? [{ kind: 'no-parts' } as const] : []),
    ...(profile.partitions === undefined ? [{ kind: 'partitions-unknown' } as const] : []),
    ...placeProblems,
    ...flash.flatMap((part) => problemsOfProgram(part)),
    ...(await problemsOfImages(flash, input)),
    ...(burns.length > 1
      ? [{ kind: 'several-burns', parts: burns.map(({ id }) => id) } as const]
      : []),
  ];
  const runs = placeProblems.length > 0 ? [] : flashRuns(placedSegments(flash), geometry);
  return {
    profile,
    geometry,
    places,
    parts,
    sectors: sectorsByPart(flash, geometry),
    runs,
    burn: burns[0],
    problems: [...problems, ...sharedSectors(runs)],
  };
}

function placedSegments(parts: readonly FlashPart[]): readonly PlacedSegment[] {
  return parts.flatMap((part) =>
    segmentsOf(part).map((segment) => ({ ...segment, part: part.id })),
  );
}

function sectorsByPart(
  parts: readonly FlashPart[],
  geometry: FlashGeometry,
): ReadonlyMap<string, readonly Sector[]> {
  return new Map(
    parts.map((part) => {
      const sectors = segmentsOf(part)
        .filter((segment) => isInside(rangeOf(segment), geometry))
        .flatMap(({ address, bytes }) => sectorsOf(address, bytes.length, geometry));
      const once = new Map(sectors.map((sector) => [sector.address, sector]));
      return [part.id, [...once.values()]];
    }),
  );
}

function rangeOf({ address, bytes }: PlacedSegment | ReturnType<typeof segmentsOf>[number]) {
  return { address, lengthBytes: bytes.length };
}

function isInside({ address, lengthBytes }: AddressRange, geometry: FlashGeometry): boolean {
  const end = geometry.baseAddress + geometry.sizeBytes;
  return address >= geometry.baseAddress && address + lengthBytes <= end;
}

function problemsOfPlaces(
  parts: readonly FlashPart[],
  geometry: FlashGeometry,
  places: readonly FlashPlace[],
): readonly FlashProblem[] {
  return parts.flatMap((part, index) => [
    ...problemsOfPlace(part, geometry),
    ...parts.slice(index + 1).flatMap((other) => overlapOf(part, other)),
    ...(part.role === 'image' ? [] : partitionsReached(part, places)),
  ]);
}

function problemsOfPlace(part: FlashPart, geometry: FlashGeometry): readonly FlashProblem[] {
  if (part.address === undefined) return [{ kind: 'address-missing', part: part.id }];
  const outside = segmentsOf(part)
    .map(rangeOf)
    .find((range) => !isInside(range, geometry));
  if (outside) return [{ kind: 'outside-flash', part: part.id, ...outside }];
  if (part.address % geometry.writeUnitBytes === 0) return [];
  return [{ kind: 'misaligned', part: part.id, address: part.address }];
}

function overlapOf(part: FlashPart, other: FlashPart): readonly FlashProblem[] {
  for (const one of segmentsOf(part)) {
    for (const two of segmentsOf(other)) {
      const shared = sharedRange(rangeOf(one), rangeOf(two));
      if (shared) return [{ kind: 'overlap', part: part.id, other: other.id, ...shared }];
    }
  }
  return [];
}

/** Bytes of one's own inside a partition are a decision; reaching into one from before is a slip. */
function partitionsReached(
  part: FlashPart,
  places: readonly FlashPlace[],
): readonly FlashProblem[] {
  return places.flatMap(({ name, address, sizeBytes }): readonly FlashProblem[] => {
    if (name === 'bootloader' || name === 'otp') return [];
    const place = { address, lengthBytes: sizeBytes };
    const reached = segmentsOf(part)
      .map((segment) => ({ segment, shared: sharedRange(rangeOf(segment), place) }))
      .find(({ segment, shared }) => {
        if (shared === undefined) return false;
        return part.role === 'bootloader' || segment.address < address;
      });
    if (reached?.shared === undefined) return [];
    const { shared } = reached;
    return [{ kind: 'reaches-partition', part: part.id, partition: name, address: shared.address }];
  });
}

function problemsOfProgram(part: FlashPart): readonly FlashProblem[] {
  const [first] = segmentsOf(part);
  if (part.role === 'image' || first?.address !== FLASH_START) return [];
  // Handlers may stand in a later run of the same program.
  const end = part.runs.reduce((_, run) => run.offsetBytes + run.bytes.length, 0);
  const whole = new Uint8Array(end);
  for (const { offsetBytes, bytes } of part.runs) whole.set(bytes, offsetBytes);
  return startsLikeProgram(whole) ? [] : [{ kind: 'no-vector-table', part: part.id }];
}

async function problemsOfImages(
  parts: readonly FlashPart[],
  input: ProjectInput,
): Promise<readonly FlashProblem[]> {
  const problems: FlashProblem[] = [];
  for (const part of parts) {
    if (part.role === 'image') problems.push(...(await problemsOfImage(part, input)));
  }
  return problems;
}

async function problemsOfImage(
  part: FlashPart,
  { profile, slots }: ProjectInput,
): Promise<readonly FlashProblem[]> {
  const { id, image, address } = part;
  const bytes = part.runs[0]?.bytes ?? new Uint8Array(0);
  const elsewhere = imageElsewhere(part, profile);
  if (image === undefined) {
    return [...elsewhere, { kind: 'image-unreadable', part: id, message: part.name }];
  }
  if (image.delta) return [...elsewhere, { kind: 'image-is-patch', part: id }];
  if (!image.payloadPresent) return [...elsewhere, { kind: 'image-without-firmware', part: id }];
  if (image.partitionId === 0) return [...elsewhere, { kind: 'image-for-bootloader', part: id }];
  const problems: FlashProblem[] = [...elsewhere];
  const question = { image: bytes, fileName: part.name, slots, profile, virtualBoard: true };
  const { findings, cause } = await whyNotBoot(question);
  // Without a keystore the checks of key and signature can only fail; the others still count.
  const bad =
    slots.length > 0
      ? cause
      : findings.find(({ check, outcome }) => outcome === 'bad' && !KEY_CHECKS.includes(check));
  if (bad?.outcome === 'bad') {
    const code = errorCodeOfFinding(bad);
    problems.push({ kind: 'image-refused', part: id, reason: bad.reason, code });
  } else if (slots.length === 0) problems.push({ kind: 'image-not-checked', part: id });
  if (address !== undefined && !part.sample) {
    problems.push(...linkedElsewhere(part, bytes.subarray(image.headerSizeBytes), profile));
  }
  return problems;
}

const KEY_CHECKS: readonly string[] = [
  'key',
  'key-type',
  'partition',
  'signature',
  'second-signature',
];

function imageElsewhere(
  { id, address }: FlashPart,
  { partitions }: BootloaderProfile,
): readonly FlashProblem[] {
  if (partitions === undefined || address === undefined) return [];
  const wanted = [partitions.bootAddress, partitions.updateAddress].map(nonSecureFlashAddress);
  return wanted.includes(address) ? [] : [{ kind: 'image-elsewhere', part: id, address, wanted }];
}

/** The firmware runs from the boot partition, wherever its image is put first. */
function linkedElsewhere(
  { id, image, address = 0 }: FlashPart,
  payload: Uint8Array,
  { partitions }: BootloaderProfile,
): readonly FlashProblem[] {
  const start = nonSecureFlashAddress(partitions?.bootAddress ?? address);
  const at = start + (image?.headerSizeBytes ?? 0);
  const secure = at + (0x0c000000 - FLASH_START);
  if ([at, secure].some((place) => readVectorTable(payload, place) !== undefined)) return [];
  return [{ kind: 'image-linked-elsewhere', part: id, address: at }];
}

function sharedSectors(runs: readonly FlashRun[]): readonly FlashProblem[] {
  return runs
    .filter(({ parts }) => parts.length > 1)
    .map(({ parts, address }) => ({ kind: 'shares-sector', parts, address }));
}
