/**
 * Passkeys as a way to open the vault: the PRF extension of WebAuthn (level 3, section 10.1.4) gives 32
 * bytes that only this authenticator can make again. Nothing is sent anywhere: there is no server, and
 * the challenge is not looked at.
 */
import { AppError } from '../core/errors.ts';
import type { Rng } from '../core/ports/index.ts';

interface PasskeySecret {
  /** Base64url, as WebAuthn writes it. */
  readonly credentialId: string;
  /** 32 bytes; whoever takes it wipes it. */
  readonly prf: Uint8Array;
}

interface Passkeys {
  /** A new passkey for this address. Throws `cancelled`, `passkey-unusable`: then none is left behind. */
  create(label: string): Promise<PasskeySecret>;
  /** Asks for one of these. Throws `cancelled`, `passkey-unusable`. */
  ask(credentialIds: readonly string[]): Promise<PasskeySecret>;
}

const CHALLENGE_BYTES = 32;
const USER_ID_BYTES = 16;
const PRF_BYTES = 32;
/** The same input gives the same output: it names the purpose and never changes. */
const PRF_INPUT = 'keyfuse vault, version 1';
const ES256 = -7;
const RS256 = -257;

/** undefined where the browser has no passkeys with PRF. */
export async function findPasskeys(
  host: { readonly credentials?: CredentialsContainer; readonly name: string },
  rng: Rng,
): Promise<Passkeys | undefined> {
  const { credentials } = host;
  if (credentials === undefined || !('PublicKeyCredential' in globalThis)) return undefined;
  if (!('getClientCapabilities' in PublicKeyCredential)) return undefined;
  const capabilities = await PublicKeyCredential.getClientCapabilities();
  if (capabilities['extension:prf'] !== true) return undefined;
  return createPasskeys(credentials, host.name, rng);
}

function createPasskeys(credentials: CredentialsContainer, hostName: string, rng: Rng): Passkeys {
  const random = (lengthBytes: number): Uint8Array<ArrayBuffer> =>
    new Uint8Array(rng.bytes(lengthBytes));
  const extensions = { prf: { eval: { first: new TextEncoder().encode(PRF_INPUT) } } };
  const ask = async (credentialIds: readonly string[]): Promise<PasskeySecret> => {
    const credential = await attempt(() =>
      credentials.get({
        publicKey: {
          challenge: random(CHALLENGE_BYTES),
          rpId: hostName,
          userVerification: 'required',
          allowCredentials: credentialIds.map((id) => ({
            type: 'public-key',
            id: fromBase64Url(id),
          })),
          extensions,
        },
      }),
    );
    return secretOf(credential);
  };
  return {
    async create(label) {
      const credential = await attempt(() =>
        credentials.create({
          publicKey: {
            challenge: random(CHALLENGE_BYTES),
            rp: { id: hostName, name: 'Keyfuse' },
            user: { id: random(USER_ID_BYTES), name: label, displayName: label },
            pubKeyCredParams: [
              { type: 'public-key', alg: ES256 },
              { type: 'public-key', alg: RS256 },
            ],
            authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
            extensions,
          },
        }),
      );
      const { prf } = credential.getClientExtensionResults();
      try {
        if (prf?.results !== undefined) return secretOf(credential);
        if (prf?.enabled !== true) throw withoutPrf();
        // Many authenticators answer only when asked again.
        return await ask([credential.id]);
      } catch (error) {
        await giveUp(hostName, credential.id);
        throw error;
      }
    },
    ask,
  };
}

/** Lets the authenticator forget a passkey that opens nothing, where the browser can say so. */
async function giveUp(rpId: string, credentialId: string): Promise<void> {
  if (!('signalUnknownCredential' in PublicKeyCredential)) return;
  // It is a courtesy: why the passkey was given up is what the person has to hear.
  await PublicKeyCredential.signalUnknownCredential({ rpId, credentialId }).catch(() => undefined);
}

async function attempt(call: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await call();
    if (credential instanceof PublicKeyCredential) return credential;
  } catch (error) {
    // The browser tells no more than that: refused, timed out or closed by the person.
    if (error instanceof DOMException && error.name === 'NotAllowedError') {
      throw new AppError('cancelled', 'no passkey was given', { cause: error });
    }
    throw new AppError('passkey-unusable', 'the passkey could not be used', { cause: error });
  }
  throw new AppError('cancelled', 'no passkey was given');
}

function secretOf(credential: PublicKeyCredential): PasskeySecret {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  if (first === undefined) throw withoutPrf();
  const prf = ArrayBuffer.isView(first)
    ? new Uint8Array(first.buffer, first.byteOffset, first.byteLength)
    : new Uint8Array(first);
  if (prf.length !== PRF_BYTES) throw withoutPrf();
  return { credentialId: credential.id, prf };
}

function withoutPrf(): AppError {
  return new AppError('passkey-unusable', 'this passkey cannot derive secrets (PRF extension)');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
