/** What `sign` writes, under which names, and that it can be written (formats/wolfboot.md, section 19). */
import { basename } from 'node:path';
import { AppError } from '../core/errors.ts';
import { checkWritable, fileIdentity } from './files.ts';
import type { Host } from './host.ts';
import type { SignRequest } from './sign-arguments.ts';
import { upstreamStem } from './sign-upstream.ts';

export interface SignNames {
  /** The signed image, its header or its digest. */
  readonly main: string;
  readonly delta: string | undefined;
  /** The digest of the delta image, with --sha-only. */
  readonly deltaDigest: string | undefined;
  readonly encrypted: string | undefined;
  /** Key and fresh nonce of the encrypted image; secret. */
  readonly encryptionKey: string | undefined;
  readonly policy: string | undefined;
}

export function outputNames(request: SignRequest): SignNames {
  const { product, delta, encryption, policyFile } = request;
  const stem = `${stemOf(request)}_v${request.versionText}`;
  const whole = product === 'signed';
  const encrypted = delta ? `${stem}_signed_diff_encrypted` : `${stem}_signed_and_encrypted`;
  return {
    main: `${stem}_${product}.bin`,
    delta: whole && delta ? `${stem}_signed_diff.bin` : undefined,
    deltaDigest:
      product === 'digest' && request.signatureFiles.length > 0
        ? `${stem}_diff_digest.bin`
        : undefined,
    encrypted: whole && encryption ? `${encrypted}.bin` : undefined,
    encryptionKey: whole && encryption && !encryption.keepNonce ? `${encrypted}.key` : undefined,
    policy: policyFile === undefined || product === 'digest' ? undefined : `${policyFile}.sig`,
  };
}

/** The image's name up to its last dot; unlike wolfBoot's tool, dots of directories do not count. */
function stemOf({ imageFile, upstreamCompatible }: SignRequest): string {
  if (upstreamCompatible) return upstreamStem(imageFile);
  const name = basename(imageFile);
  const folder = imageFile.slice(0, imageFile.length - name.length);
  const dot = name.lastIndexOf('.');
  return `${folder}${dot < 0 ? name : name.slice(0, dot)}`;
}

/**
 * No output may land on an input, links could lead there; and each must have a place. Asked before a key
 * is used: a signature that cannot be written would use up an index for nothing. Throws `file-failed`.
 */
export function checkOutputs(host: Host, request: SignRequest): void {
  const inputs = inputFiles(request).map((path) => fileIdentity(host, path));
  for (const path of Object.values(outputNames(request)) as readonly (string | undefined)[]) {
    if (path === undefined) continue;
    if (inputs.includes(fileIdentity(host, path))) {
      throw new AppError('file-failed', `${path} is also an input; it was not written`);
    }
    checkWritable(host, path);
  }
}

function inputFiles(request: SignRequest): readonly string[] {
  const { imageFile, keyFiles, signatureFiles, customTlvs, encryption, delta } = request;
  const { policyFile, deviceTreeFile, certificateFile } = request;
  return [
    imageFile,
    ...keyFiles,
    ...signatureFiles,
    ...customTlvs.flatMap((tlv) => (tlv.from === 'words' ? [] : [tlv.path])),
    ...[policyFile, deviceTreeFile, certificateFile, encryption?.keyFile, delta?.baseFile].filter(
      (path) => path !== undefined,
    ),
  ];
}
