/**
 * A file as it may be shown: containers opened, images that lie in one file taken apart, secrets
 * overwritten. What comes out of here may go into a store.
 */
import { wipe } from '../core/bytes/index.ts';
import { readFirmwareFile } from '../core/stm32/index.ts';
import {
  examineFile,
  type BootloaderProfile,
  type EncryptionKey,
  type Examination,
} from '../core/wolfboot/index.ts';
import type { ExaminedFile, ExaminedPart, HiddenRange, ShownExamination } from './examined-part.ts';
import { piecesOf, type Piece } from './file-pieces.ts';
import type { NamedFile } from './services.ts';

/**
 * Takes the bytes over: of a secret file they are overwritten when it was read. Throws what
 * `readFirmwareFile` throws for broken containers; files of unknown kind are no error.
 */
export async function openForExamination(
  file: NamedFile,
  profile: BootloaderProfile,
): Promise<ExaminedFile> {
  const opened = readFirmwareFile(file.bytes, file.name);
  const parts: ExaminedPart[] = [];
  try {
    for (const piece of piecesOf(opened, profile)) parts.push(await examinePiece(piece, file.name));
  } finally {
    // Parts may be copies: the file itself still has what was overwritten in them.
    if (parts.some(({ examination }) => examination.secret)) wipe(file.bytes);
  }
  const [first, ...others] = parts;
  if (first === undefined) throw new Error('a firmware file without bytes');
  return {
    name: file.name,
    container: opened.format === 'bin' ? undefined : opened,
    parts: [first, ...others],
  };
}

/** The same part with what stands behind its encryption; `key` stays the caller's. */
export async function decryptPart(
  part: ExaminedPart,
  name: string,
  encryptionKey: EncryptionKey,
): Promise<ExaminedPart> {
  const examined = await examineFile(part.bytes, name, { encryptionKey });
  return shownPart({ address: part.address, bytes: part.bytes }, examined);
}

async function examinePiece(piece: Piece, fileName: string): Promise<ExaminedPart> {
  return shownPart(piece, await examineFile(piece.bytes, fileName));
}

function shownPart({ address, bytes }: Piece, examined: Examination): ExaminedPart {
  const examination = withoutRaw(examined);
  if (!examination.secret) {
    return { address, bytes, shown: examined.plain ?? bytes, hidden: [], examination };
  }
  const hidden = hiddenRanges(examination);
  const shown = bytes.slice();
  for (const { startBytes, endBytes } of hidden) shown.fill(0, startBytes, endBytes);
  wipe(bytes);
  return { address, bytes: shown, shown, hidden, examination };
}

function withoutRaw(examined: Examination): ShownExamination {
  const { kind, fileName, sizeBytes, sha256, facts, spans, warnings, secret } = examined;
  const { image, slots, problem } = examined;
  return {
    kind,
    fileName,
    sizeBytes,
    sha256,
    facts,
    spans,
    warnings,
    secret,
    image,
    slots,
    problem,
  };
}

/** A secret file without a word about where the secret lies is secret as a whole. */
function hiddenRanges({ spans, sizeBytes }: ShownExamination): readonly HiddenRange[] {
  const marked = spans.filter(({ secret }) => secret === true);
  return marked.length > 0 ? marked : [{ startBytes: 0, endBytes: sizeBytes }];
}
