/** `keyfuse compare`: what differs between two images. */
import { hexNumber } from '../core/bytes/index.ts';
import {
  compareImages,
  type FieldComparison,
  type ImageComparison,
  type LayoutDifference,
  type PayloadComparison,
} from '../core/wolfboot/index.ts';
import { misuse, type Words } from './arguments.ts';
import type { Host } from './host.ts';
import { readImageFile } from './image-source.ts';
import { canonicalJson } from './json.ts';

export function compare(host: Host, words: Words): Promise<void> {
  const { files, json } = readCompareArguments(words);
  const [a, b] = files;
  const comparison = compareImages(
    { bytes: readImageFile(host, a), fileName: a },
    { bytes: readImageFile(host, b), fileName: b },
  );
  if (json) host.print(canonicalJson(asJson(files, comparison)));
  else for (const line of asText(files, comparison)) host.print(line);
  return Promise.resolve();
}

type Pair = readonly [a: string, b: string];

function readCompareArguments(words: Words): { readonly files: Pair; readonly json: boolean } {
  let json = false;
  const files: string[] = [];
  while (words.left > 0) {
    const word = words.take('the images');
    if (word === '--json') json = true;
    else if (word.startsWith('-')) throw misuse(`${word} is not an option of compare`);
    else files.push(word);
  }
  const [a, b, extra] = files;
  if (a === undefined || b === undefined) throw misuse('two images are needed');
  if (extra !== undefined) throw misuse(`"${extra}" is one word too many`);
  return { files: [a, b], json };
}

const LAYOUT_WORDS: Readonly<Record<LayoutDifference, string>> = {
  'header-size': 'the headers have different sizes: one bootloader starts one of them only',
  hash: 'they are hashed differently: one bootloader starts one of them only',
  'key-type': 'they are signed with keys of different types',
  partition: 'they are for different partitions',
  delta: 'one is a whole image, the other a patch',
};

function asText([a, b]: Pair, comparison: ImageComparison): readonly string[] {
  const { fields, payload, layout } = comparison;
  if (comparison.sameFile) return [`${a} and ${b} are the same, byte for byte`];
  return [
    `A ${a}`,
    `B ${b}`,
    ...summary(comparison).map((line) => `  ${line}`),
    ...layout.map((id) => `  ${LAYOUT_WORDS[id]}`),
    ...fields.flatMap(fieldLines),
    ...(payload ? payloadLines(payload) : ['payload: one of them is a header without firmware']),
  ];
}

function summary({ versionStep, sameKey, sameDigest, a, b }: ImageComparison): readonly string[] {
  const steps = {
    newer: `B is newer: version ${b.version} after ${a.version}`,
    same: `both are version ${a.version}`,
    older: `B is older: version ${b.version} after ${a.version}, a downgrade`,
  } as const;
  const keys =
    sameKey === undefined
      ? 'whether the key is the same cannot be told'
      : sameKey
        ? 'signed with the same key'
        : 'signed with different keys';
  return [steps[versionStep], keys, ...(sameDigest ? ['the digest is the same'] : [])];
}

const LONGEST_VALUE = 64;

function fieldLines({ name, a, b, same }: FieldComparison): readonly string[] {
  if (same) return [];
  return [`${name}:`, `  A ${shown(a)}`, `  B ${shown(b)}`];
}

function shown(value: string | undefined): string {
  if (value === undefined) return 'not there';
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
}

const MOST_SHOWN_RANGES = 20;

function payloadLines(payload: PayloadComparison): readonly string[] {
  const { same, bytesA, differentBytes, differentShare, ranges, rangeCount } = payload;
  if (same) return [`payload: the same ${bytesA} bytes`];
  const percent = (differentShare * 100).toFixed(differentShare < 0.01 ? 3 : 1);
  const listed = ranges.slice(0, MOST_SHOWN_RANGES).map(({ startBytes, endBytes }) => {
    return `  ${hexNumber(startBytes)}  ${endBytes - startBytes} bytes`;
  });
  const left = rangeCount - listed.length;
  return [
    `payload: ${differentBytes} bytes differ (${percent} %), in ${rangeCount} ${rangeCount === 1 ? 'place' : 'places'}; offsets from its start:`,
    ...listed,
    ...(left > 0 ? [`  and ${left} more`] : []),
  ];
}

function asJson([a, b]: Pair, comparison: ImageComparison) {
  const { fields, payload, layout, versionStep } = comparison;
  return {
    a,
    b,
    sameFile: comparison.sameFile,
    sameKey: comparison.sameKey ?? null,
    sameDigest: comparison.sameDigest,
    versionStep,
    layout,
    fields: fields.map((field) => ({ ...field })),
    payload: payload && {
      ...payload,
      ranges: payload.ranges.map((range) => ({ ...range })),
    },
  };
}
