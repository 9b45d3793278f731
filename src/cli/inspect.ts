/** `keyfuse inspect`: says what a file is and what stands in it, byte by byte. */
import { hexNumber, toHex, wipe, type Span } from '../core/bytes/index.ts';
import { hash } from '../core/crypto/index.ts';
import type { JsonValue } from '../core/ports/index.ts';
import type { FirmwareFile } from '../core/stm32/index.ts';
import { examineFile, type Examination, type ExamineOptions } from '../core/wolfboot/index.ts';
import { misuse, type Words } from './arguments.ts';
import { EncryptionOptions } from './encryption-options.ts';
import { readInput } from './files.ts';
import { openContainer, partsOfContainer, partsOfDump, type FilePart } from './firmware-parts.ts';
import type { Host } from './host.ts';
import { factsAsJson } from './inspect-json.ts';
import { canonicalJson } from './json.ts';
import { progressOf } from './progress.ts';

export async function inspect(host: Host, words: Words): Promise<void> {
  const { path, json, prove, encryption } = readInspectArguments(words);
  const encryptionKey = encryption.read(host);
  const bytes = readInput(host, path);
  try {
    const container = openContainer(bytes, path);
    const options: ExamineOptions = {
      encryptionKey,
      // The trees of a large key take minutes or days: only when asked for.
      prove: prove ? { hasher: host.treeHasher(), onProgress: progressOf(host, path) } : undefined,
    };
    const report = container
      ? await inspectContainer(bytes, path, container, options)
      : await inspectFile(bytes, path, options);
    if (json) host.print(canonicalJson(report.json));
    else for (const line of report.lines) host.print(line);
  } finally {
    host.progress(undefined);
    wipe(bytes); // it may have been a private key or a UDS
    if (encryptionKey) wipe(encryptionKey.key);
  }
}

interface InspectRequest {
  readonly path: string;
  readonly json: boolean;
  /** Compute the public half of an LMS or XMSS key from its secret. */
  readonly prove: boolean;
  readonly encryption: EncryptionOptions;
}

function readInspectArguments(words: Words): InspectRequest {
  let json = false;
  let prove = false;
  const encryption = new EncryptionOptions();
  const files: string[] = [];
  while (words.left > 0) {
    const word = words.take('the file');
    if (word === '--json') json = true;
    else if (word === '--prove') prove = true;
    else if (encryption.take(word, words)) continue;
    else if (word.startsWith('-')) throw misuse(`${word} is not an option of inspect`);
    else files.push(word);
  }
  const [path, extra] = files;
  if (path === undefined) throw misuse('the file is missing');
  if (extra !== undefined) throw misuse(`"${extra}" is one word too many`);
  return { path, json, prove, encryption };
}

interface Report {
  readonly json: JsonValue;
  readonly lines: readonly string[];
}

/** Throws why the file cannot be read. A dump is opened when it holds an image. */
async function inspectFile(
  bytes: Uint8Array,
  path: string,
  options: ExamineOptions,
): Promise<Report> {
  const examination = await examineFile(bytes, path, options);
  if (!examination.problem) return reportOf(examination);
  const parts = examination.secret ? [] : partsOfDump(bytes);
  if (examination.kind !== 'unknown' || parts.length === 0) throw examination.problem;
  const facts = { kind: 'flash-dump', file: path, sizeBytes: bytes.length, sha256: sha256(bytes) };
  return inspectParts(facts, [`${path}: flash-dump, ${bytes.length} bytes`], parts, path, options);
}

async function inspectContainer(
  bytes: Uint8Array,
  path: string,
  { format, segments, entryAddress, notes }: FirmwareFile,
  options: ExamineOptions,
): Promise<Report> {
  const entry = entryAddress === undefined ? undefined : hexNumber(entryAddress);
  const runs = segments.map((segment) => ({
    address: hexNumber(segment.address),
    sizeBytes: segment.bytes.length,
  }));
  const facts = {
    kind: 'firmware-file',
    file: path,
    sizeBytes: bytes.length,
    sha256: sha256(bytes),
    format,
    entryAddress: entry,
    segments: runs,
    notes,
  };
  const lines = [
    `${path}: firmware-file (${format}), ${bytes.length} bytes`,
    ...runs.map(({ address, sizeBytes }) => `  segment: ${address}, ${sizeBytes} bytes`),
    ...(entry === undefined ? [] : [`  entryAddress: ${entry}`]),
    ...notes.map((note) => `note: ${note}`),
  ];
  const parts = partsOfContainer({ format, segments, addressKnown: true, notes });
  return inspectParts(facts, lines, parts, path, options);
}

async function inspectParts(
  facts: Readonly<Record<string, JsonValue | undefined>>,
  lines: readonly string[],
  parts: readonly FilePart[],
  path: string,
  options: ExamineOptions,
): Promise<Report> {
  const reports: Report[] = [];
  for (const part of parts) {
    const place =
      part.address === undefined
        ? `offset ${hexNumber(part.offsetBytes, 4)}`
        : hexNumber(part.address);
    const examination = await examineFile(part.bytes, `${path} at ${place}`, options);
    const { json, lines: partLines } = reportOf(examination);
    const address = part.address === undefined ? undefined : hexNumber(part.address);
    reports.push({
      json: { ...(json as object), address, offsetBytes: part.offsetBytes },
      lines: partLines,
    });
  }
  return {
    json: { ...facts, parts: reports.map(({ json }) => json) },
    lines: [...lines, ...reports.flatMap((report) => report.lines)],
  };
}

function sha256(bytes: Uint8Array): string {
  return toHex(hash('sha256', bytes));
}

function reportOf(examination: Examination): Report {
  const facts = factsAsJson(examination);
  const { kind, fileName, sizeBytes, spans, warnings, problem } = examination;
  const messages = [
    ...warnings.map(({ message }) => message),
    ...(problem && kind !== 'unknown' ? [problem.message] : []),
  ];
  return {
    json: {
      ...facts,
      kind,
      file: fileName,
      sizeBytes,
      sha256: examination.sha256,
      spans: spans.map(({ path, startBytes, endBytes, value, note }) => ({
        path,
        startBytes,
        endBytes,
        value,
        note,
      })),
      warnings: messages,
    },
    lines: [
      `${fileName}: ${kind}, ${sizeBytes} bytes`,
      ...Object.entries(facts).flatMap(([name, value]) => factLines(name, value)),
      ...(spans.length > 0 ? ['layout:'] : []),
      ...spans.map(spanLine),
      ...messages.map((message) => `warning: ${message}`),
    ],
  };
}

const LONGEST_VALUE = 96;

/** Lists of things (slots, writes) get a line each; the fields of a header stand in the layout. */
function factLines(name: string, value: JsonValue | undefined): readonly string[] {
  if (value === undefined || name === 'tlvs') return [];
  if (value === null || typeof value !== 'object')
    return [`  ${name}: ${shortened(String(value))}`];
  if (!Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, inner]) => factLines(`${name}.${key}`, inner));
  }
  const list: readonly JsonValue[] = value;
  return list.flatMap((entry, index) => factLines(`${name}[${index}]`, entry));
}

function spanLine({ path, startBytes, endBytes, value, note }: Span): string {
  const place = `${hexNumber(startBytes, 4)} ${String(endBytes - startBytes).padStart(6)}`;
  const text = [value === undefined ? undefined : shortened(value), note && `(${note})`];
  return `  ${place}  ${path.padEnd(24)} ${text.filter(Boolean).join(' ')}`.trimEnd();
}

function shortened(text: string): string {
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
