/** What `--help` says. docs/cli.md says more. */

export type CommandName =
  | 'keygen'
  | 'sign'
  | 'delta'
  | 'decrypt'
  | 'otpgen'
  | 'primer'
  | 'inspect'
  | 'verify'
  | 'compare'
  | 'assemble';

export const generalHelp = `keyfuse: wolfBoot boot keys, from birth to silicon

  keyfuse keygen   make keys and the keystore               (takes the place of wolfBoot's keygen)
  keyfuse sign     sign a firmware image                    (takes the place of wolfBoot's sign)
  keyfuse delta    make a delta image of two signed images, or apply one
  keyfuse decrypt  open an encrypted image
  keyfuse otpgen   make otp.bin from a keystore
  keyfuse primer   make a program that burns a keystore into a board
  keyfuse inspect  say what a file is and what stands in it
  keyfuse verify   would a bootloader with these keys start this image?
  keyfuse compare  what differs between two images
  keyfuse assemble put bootloader and signed image into one file for the factory

  keyfuse COMMAND --help    options of a command
  keyfuse --version

Exit codes: 0 good, 1 refused or invalid, 2 wrong use or not supported yet.`;

export const commandHelp: Readonly<Record<CommandName, string>> = {
  keygen: `keyfuse keygen ALGORITHM [options] -g FILE | -i FILE ...

Algorithm, parameters and mask apply to the keys named after them.
  --ed25519 --ed448 --ecc256 --ecc384 --ecc521 --rsa2048 --rsa3072 --rsa4096
  --rsapss2048 --rsapss3072 --rsapss4096 --ml_dsa --lms --xmss
  --ml-dsa-level 2|3|5                    or ML_DSA_LEVEL
  --lms-levels 1..8  --lms-height 5|10|15|20|25  --lms-winternitz 1|2|4|8
                                          or LMS_LEVELS, LMS_HEIGHT, LMS_WINTERNITZ
  --xmss-params SET                       or XMSS_PARAMS, for example XMSSMT-SHA2_20/2_256
  -g FILE                make a key; the private key goes to FILE, readable by you only
  -i FILE                take a public key, certificate or JWK into the keystore, or all keys of the
                         algorithm from a keystore.der, keystore.c or otp.bin; before all that are made
  --id A,B,...           partitions the following keys may verify (0 bootloader, 1 application; 0..31)
  --der                  ECC keys as DER instead of raw
  --exportpubkey         also write the public half: release.der -> release_pub.der
  --nolocalkeys          zeros instead of keys in keystore.c
  --universal            keystore.der with slots of 2608 bytes (WOLFBOOT_UNIVERSAL_KEYSTORE=1)
  --upstream-compatible  keystore.der with wolfBoot's empty slots for P-521
  --force                overwrite without asking; otherwise only the word Yes does it
  --no-overwrite         do nothing if keystore.c is there; refuse if a private key is there
  --json                 what was made, as JSON
  -keystoreDir DIR       keystore.c and keystore.der go to DIR; last on the line

Writes src/keystore.c (src must be there) and keystore.der.`,

  sign: `keyfuse sign [options] IMAGE KEY VERSION
keyfuse sign [options] IMAGE KEY KEY2 VERSION           two algorithms: hybrid
keyfuse sign --no-sign [options] IMAGE VERSION
keyfuse sign --manual-sign [options] IMAGE PUBLIC_KEY [PUBLIC_KEY2] VERSION SIGNATURE...

  --ed25519 ... --xmss   algorithm of the key, as for keygen; must be named, two make a hybrid image
  --rsa2048enc --rsa3072enc --rsa4096enc   the same keys; the signature holds DigestInfo, as HSMs make it
  --no-sign              no signature at all
  --sha256 --sha384 --sha3   image hash (SHA-256 if none is named; --sha3 is SHA3-384)
  --id N                 partition 0..15; 1 if not named
  --wolfboot-update      the same as --id 0
  --no-ts                no timestamp: the same input gives the same header
  --header-only          write only the header: IMAGE_vVERSION_header.bin
  --sha-only             write only the digest: IMAGE_vVERSION_digest.bin; KEY is the public key
  --manual-sign          KEY is the public key, the signature was made elsewhere
  --json                 what was done, as JSON
  --encrypt FILE         also an encrypted image, with the key in FILE and a fresh nonce; its key file lies beside it
  --chacha --aes128 --aes256   cipher of FILE; ChaCha20 if none is named
  --keep-iv              the nonce in FILE, as wolfBoot's sign uses it with every image
  --delta FILE           also a delta image from the signed image FILE; needs WOLFBOOT_SECTOR_SIZE
  --no-base-sha          without the digest of FILE in it
  --upstream-compatible  the mistakes of wolfBoot's sign too, and --keep-iv
  --config FILE          the .config of the bootloader: algorithm, hash, cipher, header, partition
  --raw                  IMAGE as it is, even if it looks like ELF, HEX, S-records or DFU
  --policy FILE          sign a TPM policy (4 bytes PCR mask, 32 bytes digest) into the header
  --custom-tlv TAG LEN VALUE, --custom-tlv-buffer TAG HEX, --custom-tlv-string TAG TEXT,
  --custom-tlv-file TAG FILE, --custom-tlv-pubkey-der TAG FILE, --cmdline TEXT,
  --dts FILE, --cert-chain FILE   further fields of the header

IMAGE is raw bytes, or ELF, Intel HEX, S-records or DfuSe: then what they load is signed, and their address
has to be that of the boot partition behind the header, where WOLFBOOT_PARTITION_BOOT_ADDRESS says it.

LMS and XMSS keys use up an index with every signature: their file goes on first, and FILE.lock keeps
others out meanwhile. FILE.trees spares the next LMS signature time; it may be deleted. LMS_*, XMSS_PARAMS
and ML_DSA_LEVEL, if set, must be those of the key.

Environment: IMAGE_HEADER_SIZE, WOLFBOOT_PARTITION_SIZE, WOLFBOOT_PARTITION_UPDATE_SIZE,
WOLFBOOT_SECTOR_SIZE, NVM_FLASH_WRITEONCE, KEYFUSE_SIGN_OPTIONS (--upstream-compatible, --keep-iv). Writes IMAGE_vVERSION_signed.bin beside IMAGE, whose
last extension is dropped.`,

  delta: `keyfuse delta make ALGORITHM [options] BASE NEW KEY [KEY2]
keyfuse delta apply DELTA FROM [--inverse] [options]

make signs the delta image that leads from the signed image BASE to the signed image NEW, and back.
  --no-sign              of images that are not signed; no KEY then
  --encrypt FILE, --chacha, --aes128, --aes256, --keep-iv, --no-base-sha, --upstream-compatible   as for sign
  --json                 what was made, as JSON
Writes NEW_diff.bin beside NEW, whose last extension is dropped.

apply makes NEW of DELTA and BASE, as a board does, or with --inverse BASE of DELTA and NEW.
  --encryption-key FILE [--chacha|--aes128|--aes256]   DELTA is encrypted
  --sector-size N        of the bootloader, instead of WOLFBOOT_SECTOR_SIZE
  --out FILE             instead of DELTA_applied.bin, DELTA_undone.bin
  --force                replace it even if it is no image
  --json                 what was made, as JSON
Signatures are not checked: verify does that.`,

  decrypt: `keyfuse decrypt IMAGE --encryption-key FILE [--chacha|--aes128|--aes256] [options]

FILE is key and nonce of the image; ChaCha20 if no cipher is named.
  --header-size N        IMAGE_HEADER_SIZE; without it the digest tells where the image ends
  --out FILE             instead of IMAGE_decrypted.bin
  --force                replace it even if it is no image
  --json                 what was made, as JSON`,

  otpgen: `keyfuse otpgen --target stm32h5|stm32h7 [options] KEYSTORE
keyfuse otpgen --config FILE [options] KEYSTORE

KEYSTORE is a keystore.der, keystore.c, otp.bin, public key, certificate or JWK.
  --sign ALGORITHM       SIGN= of the bootloader, if it is not the type of the keys
  --universal            the bootloader was built with WOLFBOOT_UNIVERSAL_KEYSTORE=1
  --profile NAME         a stock configuration, instead of the two above
  --config FILE          the .config of the build, instead of all of these
  --uds random|none      a new random device secret (default), or none: the board draws its own
  --upstream-compatible  the bytes of wolfBoot's otp-keystore-gen, for comparing; says what is wrong in them
  --force                replace an otp.bin that is something else
  --json                 what was made, as JSON

Writes otp.bin, readable by you only.`,

  primer: `keyfuse primer --keystore KEYSTORE --target stm32h5 --out FILE [options]

  --uds generate|none    the chip draws its device secret if it has none (default), or the place stays blank
  --lock BLOCKS|none     lock OTP blocks of 64 bytes for ever when all is written: 0-2,31 or all (default none)
  --sign ALGORITHM, --universal, --profile NAME     the bootloader, as for otpgen
  --fill-padding         program what keys leave free in their slots too
  --trustzone            for a board with TrustZone on
  --force                replace FILE even if it is no primer
  --json                 what was made, as JSON

FILE is a raw image for 0x08000000 (0x0C000000 with --trustzone). A board that starts it burns its OTP.`,

  inspect: `keyfuse inspect FILE [--json] [--prove] [--encryption-key FILE [--chacha|--aes128|--aes256]]

FILE is an image, keystore.der, keystore.c, otp.bin, primer, key file or policy, an ELF, HEX, S-record or
DfuSe file with any of them in it, or a dump of flash. Of a private key only its type, its public half
and, for LMS and XMSS, its state are shown, of otp.bin never the device secret. --prove builds the trees of
an LMS or XMSS key to see whether its public half is its own. An encrypted image is opened with its key file.`,

  verify: `keyfuse verify IMAGE --keystore KEYSTORE [options]

Says of every check of a bootloader, in its order, whether IMAGE passes, and what the cause is if not.
KEYSTORE is a keystore.der, keystore.c, otp.bin, public key, certificate or JWK.
  --profile NAME         the bootloader is a stock configuration
  --config FILE          the .config that the bootloader was built with
  --header-size N        its IMAGE_HEADER_SIZE; without any of the three it follows from the image
  --partition N          the partition the image is meant for, 0..15
  --running-version N    what runs on the board; an image that is not newer is refused
  --running FILE         the signed image that runs on the board: base of a delta image
  --encryption-key FILE [--chacha|--aes128|--aes256]   the bootloader decrypts with this key
  --address ADDRESS      of an ELF, HEX, S-record or DfuSe file with several images
  --json                 every check, as JSON`,

  compare: `keyfuse compare A B [--json]

Header fields of two signed images side by side, where their firmware differs, whether B is newer, and
whether the same key signed them.`,

  assemble: `keyfuse assemble --bootloader FILE --image FILE -o OUT where [options]

Where things go, one of:
  --config FILE          the .config that wolfBoot was built with
  --profile NAME         a stock configuration
  --boot-address ADDRESS [--partition-size N] [--sector-size N] [--header-size N]

Options:
  --keystore FILE        check the signature with the keys of the bootloader
  --keystore-address A   and put the file there, for bootloaders that read their keys from flash
  --format bin|hex|srec|dfu   of OUT, if its name does not end like that
  --non-secure           secure addresses (0x0C...) as non-secure ones (0x08...); bin and dfu always
  --force                replace OUT even if it is no factory image
  --json                 what was made, as JSON

Bootloader and image may be bin, Intel HEX, ELF, S-records or DfuSe. Refused: parts that overlap or lie at
another address, an image that does not fit its partition, or with another header than the build's.`,
};
