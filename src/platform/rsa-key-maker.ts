/** RSA keys from Web Crypto, which every browser, every worker and Node have. */
import { AppError, toAppError } from '../core/errors.ts';
import { throwIfCancelled, type CancelSignal, type RsaKeyMaker } from '../core/ports/index.ts';

/** 65537, the only exponent wolfBoot's keygen makes. */
const PUBLIC_EXPONENT = Uint8Array.of(0x01, 0x00, 0x01);

/**
 * Web Crypto cannot be stopped: a cancelled call rejects at once, and the key that still comes is
 * wiped where it arrives.
 */
export function createRsaKeyMaker(subtle: SubtleCrypto): RsaKeyMaker {
  return {
    async generate(modulusBits, signal) {
      throwIfCancelled(signal);
      return await unlessCancelled(makeKey(subtle, modulusBits), signal);
    },
  };
}

async function makeKey(subtle: SubtleCrypto, modulusLength: number): Promise<Uint8Array> {
  try {
    // The hash belongs to the key's use in Web Crypto, which is none: the key leaves at once.
    const algorithm = {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength,
      publicExponent: PUBLIC_EXPONENT,
    };
    const { privateKey } = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
    return new Uint8Array(await subtle.exportKey('pkcs8', privateKey));
  } catch (error) {
    throw new AppError('not-supported', `no RSA key of ${modulusLength} bits can be made here`, {
      cause: toAppError(error),
    });
  }
}

/** `work`, or a rejection as soon as the signal is raised; what comes after that is wiped. */
function unlessCancelled(
  work: Promise<Uint8Array>,
  signal: CancelSignal | undefined,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let cancelled = false;
    const cancel = (): void => {
      cancelled = true;
      reject(new AppError('cancelled', 'cancelled'));
    };
    signal?.addEventListener('abort', cancel);
    const settle = (): void => {
      signal?.removeEventListener('abort', cancel);
    };
    work.then(
      (key) => {
        settle();
        if (cancelled) key.fill(0);
        else resolve(key);
      },
      (error: unknown) => {
        settle();
        reject(toAppError(error));
      },
    );
  });
}
