/** The English sentence of every reason. `{name}` stands for what the context says of it. */
import type { ErrorContext } from '../../errors.ts';
import type { BootFinding, BootReason } from './boot-types.ts';

type Outcome = BootFinding['outcome'];

/** A reason has one outcome, wherever it turns up. */
const sentences: Readonly<Record<BootReason, readonly [Outcome, string]>> = {
  'plain-as-expected': ['good', 'the image is not encrypted'],
  decrypted: ['good', 'the image was decrypted ({cipher})'],
  'encrypted-or-random': [
    'bad',
    'the file has no mark of an image and looks random: it is no signed image, or an encrypted one; without its key nobody can tell',
  ],
  'encryption-missing': [
    'bad',
    'the image is not encrypted, but the bootloader decrypts what it is given: it would see noise. Encrypt the image',
  ],
  'encryption-unexpected': [
    'bad',
    'the image is encrypted ({cipher}), but the bootloader does not decrypt. Use the plain *_signed.bin',
  ],
  'decryption-key-wrong': [
    'bad',
    'this {cipher} key and nonce do not open the file: another key, another nonce, another cipher, or no encrypted image',
  ],
  'magic-good': ['good', 'starts with "WOLF", as an image does'],
  'magic-missing': [
    'bad',
    'starts with {found}, not with "WOLF" (574f4c46): no signed image. Firmware must be signed first',
  ],
  'fields-good': ['good', 'all fields of the header can be read'],
  'fields-broken': ['bad', 'the header cannot be read: {problem}'],
  'header-size-good': ['good', 'the header has {headerSizeBytes} bytes, as the bootloader expects'],
  'header-size-differs': [
    'bad',
    'the header has {headerSizeBytes} bytes, the bootloader was built with IMAGE_HEADER_SIZE={expected}: it looks for the firmware in the wrong place. Sign again with IMAGE_HEADER_SIZE={expected}, or build the bootloader with {headerSizeBytes}. The digest proves it',
  ],
  'header-size-likely-differs': [
    'bad',
    'the header seems to have {headerSizeBytes} bytes, the bootloader was built with IMAGE_HEADER_SIZE={expected}; the digest holds for neither',
  ],
  'header-size-unknown': [
    'unknown',
    'the header has {headerSizeBytes} bytes; the bootloader must be built with IMAGE_HEADER_SIZE={headerSizeBytes}',
  ],
  'length-good': ['good', 'all {payloadSizeBytes} bytes of firmware are there'],
  'payload-cut': [
    'bad',
    'the last {missingBytes} bytes are missing: the file was cut off, or the size field changed',
  ],
  'payload-lengthened': [
    'bad',
    '{extraBytes} bytes follow the firmware that do not belong there: the bootloader ignores them, but a transfer that counts bytes may fail',
  ],
  'payload-absent': [
    'bad',
    'this is a header only; its {payloadSizeBytes} bytes of firmware are missing',
  ],
  fits: ['good', 'fits the partition: {imageBytes} of {mostBytes} bytes'],
  'too-large': [
    'bad',
    'does not fit the partition: {imageBytes} bytes, and there is room for {mostBytes}',
  ],
  'fit-unknown': ['unknown', 'the size of the partition is not known'],
  'delta-base-fits': [
    'good',
    'the patch is made for version {baseVersion}, which runs on the board',
  ],
  'delta-base-unknown': [
    'unknown',
    'a patch: it needs version {baseVersion}, exactly as it was signed, on the board',
  ],
  'delta-base-version-differs': [
    'bad',
    'the patch is made for version {baseVersion}, but version {runningVersion} runs on the board',
  ],
  'delta-base-digest-differs': [
    'bad',
    'the patch is made for another image of version {baseVersion} than the one that runs on the board',
  ],
  'version-newer': ['good', 'version {version} is newer than {runningVersion}, which runs'],
  'version-same': [
    'bad',
    'version {version} runs already: a bootloader takes only a newer one for an update',
  ],
  'version-older': [
    'bad',
    'version {version} is older than {runningVersion}, which runs: a downgrade, which the bootloader refuses',
  ],
  'version-zero': [
    'bad',
    'version 0 means "no image" to a bootloader. Sign with a version from 1 on',
  ],
  'version-not-compared': ['unknown', 'version {version}; what runs on the board is not known'],
  'hash-good': ['good', 'hashed with {hash}, as the bootloader does'],
  'hash-differs': [
    'bad',
    'hashed with {hash}, but the bootloader is built for {expected}: it finds no digest. Sign with --{option}',
  ],
  'hash-not-compared': ['unknown', 'hashed with {hash}; the bootloader must be built for it'],
  'key-known': ['good', 'signed with the key of slot {slot} ({keyType}, {fingerprint})'],
  'key-unknown': [
    'bad',
    'signed with a key that is not in the keystore (hint {hint}; {slots} keys compared)',
  ],
  'key-unknown-other-of-type': [
    'bad',
    'signed with a key that is not in the keystore: another {keyType} key than that of slot {slot} ({fingerprint}); hint {hint}, {slots} keys compared',
  ],
  'key-unsigned': ['bad', 'not signed: a bootloader with keys refuses it'],
  'key-no-slots': ['bad', 'there is no key in the keystore: the bootloader refuses every image'],
  'key-type-good': ['good', 'of type {keyType}, as key and bootloader are'],
  'key-type-of-build-differs': [
    'bad',
    'of type {keyType}, but the bootloader is built for {expected} (SIGN=)',
  ],
  'key-type-of-slot-differs': ['bad', 'says {keyType}, but its key in slot {slot} is {expected}'],
  'key-type-not-compared': ['unknown', 'of type {keyType}; the bootloader must be built for it'],
  'digest-good': ['good', 'the digest holds: header and firmware are as they were signed'],
  'digest-differs': [
    'bad',
    'the digest does not hold: header or firmware was changed after signing',
  ],
  'digest-unknown': ['unknown', 'the digest cannot be checked without all of the firmware'],
  'partition-allowed': [
    'good',
    'for partition {partitionId}, which the mask of slot {slot} allows',
  ],
  'partition-refused-by-mask': [
    'bad',
    'for partition {partitionId}, but the key in slot {slot} may not verify that: mask {mask}',
  ],
  'partition-differs': ['bad', 'for partition {partitionId}, not for partition {expected}'],
  'partition-unknown': [
    'unknown',
    'for partition {partitionId}; without its key no mask can be asked',
  ],
  'signature-good': ['good', 'the signature is that of slot {slot}'],
  'signature-bad': ['bad', 'the signature is not one of the key in slot {slot} for this digest'],
  'signature-missing': ['bad', 'says it is signed, but there is no signature'],
  'signature-unknown': ['unknown', 'the signature cannot be checked without its key'],
  'second-signature-good': ['good', 'the second signature is that of slot {slot}'],
  'second-signature-bad': ['bad', '{problem}'],
  'second-signature-unknown': ['unknown', 'the second signature was not checked: {problem}'],
  'sample-image': [
    'bad',
    'made for the virtual board: there is no program in it that a processor could run',
  ],
};

export function outcomeOf(reason: BootReason): Outcome {
  return sentences[reason][0];
}

export function bootMessage(reason: BootReason, context: ErrorContext): string {
  return sentences[reason][1].replaceAll(/\{(\w+)\}/g, (_gap, name: string) =>
    String(context[name] ?? '?'),
  );
}
