/**
 * The commands with which the owner of a key signs a digest elsewhere, for openssl, PKCS#11 tokens and
 * Azure Key Vault. What each algorithm signs stands in formats/wolfboot.md, section 12.
 */
import type { AlgorithmId, HashId } from '../../crypto/index.ts';
import { encodeBase64 } from './external-encoding.ts';

export type SigningTool = 'openssl' | 'pkcs11' | 'azure';

export interface CommandFiles {
  /** The digest as bytes. */
  readonly digest: string;
  /** Where the signature goes. */
  readonly signature: string;
}

export type CommandRemark =
  /** DER comes out; it is converted here. */
  | 'der'
  /** PKCS#1 v1.5 around the bare digest: wolfBoot's usual form. */
  | 'bare'
  /** PKCS#1 v1.5 with DigestInfo, as `--rsa2048enc` of wolfBoot's sign has it; bootloaders take it too. */
  | 'digest-info'
  | 'openssl-3-5'
  /** The answer is text; paste it or open the file. */
  | 'base64';

export interface SigningCommand {
  readonly tool: SigningTool;
  readonly command: string;
  readonly remarks: readonly CommandRemark[];
}

/** A tool that cannot sign such a digest, and why. */
export interface NoCommand {
  readonly tool: SigningTool;
  readonly command: undefined;
  readonly why: 'algorithm' | 'digest-length';
}

/** Stand for what only the owner knows. */
export const PRIVATE_KEY_FILE = 'private.pem';

interface Request {
  readonly algorithm: AlgorithmId;
  readonly hash: HashId;
  readonly digest: Uint8Array;
  readonly files: CommandFiles;
}

/**
 * The name with nothing in it that a shell could take for more than a name: what is copied into a
 * terminal must not run what somebody put into the name of a file.
 */
export function shellSafeName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^-+/, '_');
}

/** In the order in which they are shown; RSA PKCS#1 v1.5 has two for openssl. */
export function signingCommands(given: Request): readonly (SigningCommand | NoCommand)[] {
  const { digest, signature } = given.files;
  const files = { digest: shellSafeName(digest), signature: shellSafeName(signature) };
  const request = { ...given, files };
  return [...openssl(request), pkcs11(request), azure(request)];
}

function openssl({ algorithm, hash, files }: Request): readonly (SigningCommand | NoCommand)[] {
  const line = (options: string, ...remarks: CommandRemark[]): SigningCommand => ({
    tool: 'openssl',
    command: `openssl pkeyutl -sign -inkey ${PRIVATE_KEY_FILE} -in ${files.digest} -out ${files.signature}${options}`,
    remarks,
  });
  switch (familyOf(algorithm)) {
    case 'ecdsa':
      return [line('', 'der')];
    case 'eddsa':
      return [line(' -rawin')];
    case 'ml-dsa':
      return [line(' -rawin', 'openssl-3-5')];
    case 'rsa':
      return [
        line(' -pkeyopt rsa_padding_mode:pkcs1', 'bare'),
        line(` -pkeyopt rsa_padding_mode:pkcs1 -pkeyopt digest:${hash}`, 'digest-info'),
      ];
    case 'rsa-pss':
      return [
        line(
          ` -pkeyopt rsa_padding_mode:pss -pkeyopt digest:${hash} -pkeyopt rsa_mgf1_md:${hash} -pkeyopt rsa_pss_saltlen:digest`,
        ),
      ];
    default:
      return [{ tool: 'openssl', command: undefined, why: 'algorithm' }];
  }
}

const PKCS11_HASHES: Readonly<Partial<Record<HashId, string>>> = {
  sha256: 'SHA256',
  sha384: 'SHA384',
};

function pkcs11({ algorithm, hash, digest, files }: Request): SigningCommand | NoCommand {
  const line = (mechanism: string, ...remarks: CommandRemark[]): SigningCommand => ({
    tool: 'pkcs11',
    command: `pkcs11-tool --module MODULE.so --login --id KEY_ID --sign --mechanism ${mechanism} --input-file ${files.digest} --output-file ${files.signature}`,
    remarks,
  });
  const hashName = PKCS11_HASHES[hash];
  switch (familyOf(algorithm)) {
    case 'ecdsa':
      return line('ECDSA');
    case 'eddsa':
      return line('EDDSA');
    case 'rsa':
      return line('RSA-PKCS', 'bare');
    case 'rsa-pss':
      if (hashName !== undefined) {
        return line(
          `RSA-PKCS-PSS --hash-algorithm ${hashName} --mgf MGF1-${hashName} --salt-len ${digest.length}`,
        );
      }
      break;
    default:
  }
  return { tool: 'pkcs11', command: undefined, why: 'algorithm' };
}

/** JSON Web Algorithms by the length of the digest, which the service insists on. */
const AZURE_CURVES: Readonly<Partial<Record<AlgorithmId, readonly [name: string, bytes: number]>>> =
  { 'ecdsa-p256': ['ES256', 32], 'ecdsa-p384': ['ES384', 48], 'ecdsa-p521': ['ES512', 64] };

function azure({ algorithm, hash, digest, files }: Request): SigningCommand | NoCommand {
  const refused = (why: NoCommand['why']): NoCommand => ({
    tool: 'azure',
    command: undefined,
    why,
  });
  const line = (name: string, ...remarks: CommandRemark[]): SigningCommand => ({
    tool: 'azure',
    command: `az keyvault key sign --vault-name VAULT --name KEY --algorithm ${name} --digest "${encodeBase64(digest)}" --query signature --output tsv > ${files.signature}`,
    remarks: ['base64', ...remarks],
  });
  const curve = AZURE_CURVES[algorithm];
  if (curve) return curve[1] === digest.length ? line(curve[0]) : refused('digest-length');
  const bits = hash === 'sha3-384' ? undefined : hash.slice(3);
  const family = familyOf(algorithm);
  if (family !== 'rsa' && family !== 'rsa-pss') return refused('algorithm');
  if (bits === undefined) return refused('digest-length');
  return family === 'rsa' ? line(`RS${bits}`, 'digest-info') : line(`PS${bits}`);
}

function familyOf(
  algorithm: AlgorithmId,
): 'ecdsa' | 'eddsa' | 'rsa' | 'rsa-pss' | 'ml-dsa' | 'stateful' {
  if (algorithm.startsWith('ecdsa')) return 'ecdsa';
  if (algorithm.startsWith('ed')) return 'eddsa';
  if (algorithm.startsWith('rsa-pss')) return 'rsa-pss';
  if (algorithm.startsWith('rsa')) return 'rsa';
  return algorithm.startsWith('ml-dsa') ? 'ml-dsa' : 'stateful';
}
