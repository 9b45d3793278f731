/**
 * RSA keys for tests: those of wolfBoot's own keygen, in turn, because making new ones takes seconds
 * and is never the same twice.
 */
import { AppError } from '../../src/core/errors.ts';
import { rsaPrivateToPkcs8 } from '../../src/core/crypto/index.ts';
import { throwIfCancelled, type RsaKeyMaker } from '../../src/core/ports/index.ts';
import { vectorFile } from './wolfboot-vectors.ts';

/** Two keys of every size, first and second by turns. */
export function vectorRsaKeys(first = 0): RsaKeyMaker {
  let calls = first;
  return {
    generate(modulusBits, signal) {
      const name = ['rsa', 'rsapss'][calls++ % 2];
      if (name === undefined) throw new AppError('internal', 'no such key');
      const key = vectorFile(`keys/${name}${modulusBits}/priv.der`);
      return Promise.resolve().then(() => {
        throwIfCancelled(signal);
        return rsaPrivateToPkcs8(key);
      });
    },
  };
}
