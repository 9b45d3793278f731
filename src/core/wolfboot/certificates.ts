/**
 * As much of an X.509 certificate (RFC 5280, 4.1) as it takes to find the public key in it. Nobody's
 * signature is checked and no date is looked at: wolfBoot trusts the key, not who vouches for it.
 */
import { Reader } from '../bytes/index.ts';
import { derElement, derWhole, nextIs } from '../crypto/index.ts';

/** Whether the content of the outermost SEQUENCE starts as that of a certificate. Reads nothing. */
export function isCertificate(bytes: Uint8Array, fileName: string): boolean {
  const outer = derElement(new Reader(bytes, fileName), 'sequence', 'certificate');
  if (!nextIs(outer, 'sequence')) return false;
  const inner = derElement(outer, 'sequence', 'tbsCertificate');
  return nextIs(inner, 'explicit0') || nextIs(inner, 'integer');
}

/** The SubjectPublicKeyInfo as it stands in the certificate, a copy. Throws `malformed`. */
export function spkiOfCertificate(bytes: Uint8Array, fileName: string): Uint8Array {
  const outer = derElement(new Reader(bytes, fileName), 'sequence', 'certificate');
  const certificate = derElement(outer, 'sequence', 'tbsCertificate');
  if (nextIs(certificate, 'explicit0')) derElement(certificate, 'explicit0', 'version');
  derElement(certificate, 'integer', 'serialNumber');
  for (const field of ['signature', 'issuer', 'validity', 'subject']) {
    derElement(certificate, 'sequence', field);
  }
  return derWhole(certificate, 'sequence', 'subjectPublicKeyInfo');
}
