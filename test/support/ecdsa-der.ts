/** SEQUENCE { INTEGER r, INTEGER s }, which is how openssl has ECDSA signatures. */
import { concatBytes, Reader } from '../../src/core/bytes/index.ts';
import { derElement, encodeDer, rest } from '../../src/core/crypto/index.ts';

export function signatureToDer(signature: Uint8Array): Uint8Array {
  const half = signature.length / 2;
  const integers = [signature.slice(0, half), signature.slice(half)].map((bytes) => {
    const digits = bytes.slice(bytes.findIndex((byte) => byte !== 0));
    const isHigh = (digits[0] ?? 0) >= 0x80;
    return encodeDer('integer', isHigh ? concatBytes(Uint8Array.of(0), digits) : digits);
  });
  return encodeDer('sequence', ...integers);
}

export function signatureFromDer(der: Uint8Array, fieldBytes: number): Uint8Array {
  const content = derElement(new Reader(der, 'signature'), 'sequence', 'signature');
  const numbers = ['r', 's'].map((name) => {
    const digits = rest(derElement(content, 'integer', name));
    const short = digits[0] === 0 ? digits.slice(1) : digits;
    return concatBytes(new Uint8Array(fieldBytes - short.length), short);
  });
  return concatBytes(...numbers);
}
