/**
 * Cells that nobody meant to write. An address that is garbled on its way puts a unit of keys, or of the UDS, where
 * nothing is intended; the burn that did it names the cells, but a tab that was lost at that moment cannot. So the
 * journal keeps a digest of everything outside the keystore as it was when the burn began.
 */
import { hexNumber, toHex } from '../bytes/index.ts';
import { hash } from '../crypto/index.ts';
import { intendedBytes, type IntendedOtp } from './intended-otp.ts';
import { isUnfinished, type JournalEntry } from './journal.ts';
import {
  BLANK_HALFWORD,
  halfwordAt,
  HALFWORD_BYTES,
  trueBytes,
  type OtpContent,
} from './otp-content.ts';
import { isVersion } from './otp-diff.ts';
import { listed, type PlanRefusal } from './plan-policy.ts';

/**
 * Lower-case hex SHA-256 over the halfwords that are to read blank after the burn, the UDS left out: the same for every
 * route and every UDS of one keystore.
 */
export function restSha256(content: OtpContent, intended: IntendedOtp): string {
  const found = trueBytes(content);
  const rest = Uint8Array.from(
    restOf(content, intended).flatMap((index) => {
      const value = halfwordAt(found, index);
      return [value & 0xff, value >> 8];
    }),
  );
  return toHex(hash('sha256', rest));
}

/** A board on which the unfinished burn of this keystore wrote astray is not finished: it will never be as intended. */
export function refuseStrays(
  journal: JournalEntry | undefined,
  content: OtpContent,
  intended: IntendedOtp,
): readonly PlanRefusal[] {
  if (!isUnfinished(journal) || journal.contentSha256 !== intended.contentSha256) return [];
  if (journal.restSha256 === undefined || content.isAllBlank) return [];
  if (journal.restSha256 === restSha256(content, intended)) return [];
  const halfwords = restOf(content, intended).filter((index) => !content.isBlank(index));
  const places = halfwords.map((index) => hexNumber(index * HALFWORD_BYTES, 3));
  return [
    {
      code: 'otp-conflict',
      halfwords,
      message: `cells in which nothing is intended changed since this burn began: ${listed(places)}`,
    },
  ];
}

function restOf({ halfwordCount }: OtpContent, intended: IntendedOtp): readonly number[] {
  const bytes = intendedBytes(intended);
  const indexes = Array.from({ length: halfwordCount }, (_, index) => index);
  return indexes.filter(
    (index) =>
      !intended.isUds(index) && !isVersion(index) && halfwordAt(bytes, index) === BLANK_HALFWORD,
  );
}
