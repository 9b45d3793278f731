/** `keyfuse delta apply`: what a board holds after a delta update, or after its way back. */
import { toHex, wipe } from '../core/bytes/index.ts';
import { hash } from '../core/crypto/index.ts';
import { applyDeltaImage, type DeltaDirection } from '../core/wolfboot/index.ts';
import { misuse, type Words } from './arguments.ts';
import { openImage } from './decrypt.ts';
import { EncryptionOptions } from './encryption-options.ts';
import { readInput, writeOutputs } from './files.ts';
import type { Host } from './host.ts';
import { imageOutput } from './image-output.ts';
import { canonicalJson } from './json.ts';
import { deltaSectorSize } from './sign-environment.ts';

interface ApplyRequest {
  readonly diffFile: string;
  readonly fromFile: string;
  readonly direction: DeltaDirection;
  /** As typed. */
  readonly sectorSize: string | undefined;
  readonly encryption: EncryptionOptions;
  readonly outFile: string | undefined;
  readonly force: boolean;
  readonly json: boolean;
}

export function deltaApply(host: Host, words: Words): Promise<void> {
  const request = readApplyArguments(words);
  const { diffFile, fromFile, direction, json } = request;
  const sectorSizeBytes = deltaSectorSize(host, request.sectorSize);
  const diff = readDelta(host, request);
  const from = readInput(host, fromFile);
  const names = { diff: diffFile, from: fromFile };
  const bytes = applyDeltaImage(diff, from, sectorSizeBytes, direction, names);
  const ending = direction === 'forward' ? '_applied.bin' : '_undone.bin';
  const output = imageOutput(host, bytes, { ...request, imageFile: diffFile, ending }, [fromFile]);
  writeOutputs(host, [output]);
  if (!json) host.print(`wrote ${output.path} (${bytes.length} bytes)`);
  else {
    const sha256 = toHex(hash('sha256', bytes));
    const { path: file } = output;
    host.print(canonicalJson({ direction, file, sizeBytes: bytes.length, sha256 }));
  }
  return Promise.resolve();
}

function readDelta(host: Host, { diffFile, encryption }: ApplyRequest): Uint8Array {
  const key = encryption.read(host);
  try {
    return openImage(readInput(host, diffFile), diffFile, key);
  } finally {
    if (key) wipe(key.key);
  }
}

function readApplyArguments(words: Words): ApplyRequest {
  const encryption = new EncryptionOptions();
  let [sectorSize, outFile]: (string | undefined)[] = [];
  let [inverse, force, json] = [false, false, false];
  const files: string[] = [];
  while (words.left > 0) {
    const word = words.take('the delta image');
    if (encryption.take(word, words)) continue;
    if (word === '--inverse') inverse = true;
    else if (word === '--sector-size') sectorSize = words.take('the size of --sector-size');
    else if (word === '--out') outFile = words.takeFile('the file of --out');
    else if (word === '--force') force = true;
    else if (word === '--json') json = true;
    else if (word.startsWith('-')) throw misuse(`${word} is not an option of delta apply`);
    else files.push(word);
  }
  const [diffFile, fromFile, extra] = files;
  if (diffFile === undefined) throw misuse('the delta image is missing');
  if (fromFile === undefined) throw misuse('the image to start from is missing');
  if (extra !== undefined) throw misuse(`"${extra}" is one word too many`);
  const direction = inverse ? 'inverse' : 'forward';
  return { diffFile, fromFile, direction, sectorSize, encryption, outFile, force, json };
}
