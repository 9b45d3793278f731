/** What lies on the drive of an ST-LINK besides what people copy there. */

/** Firmware of the probe and when it was built. */
export const DETAILS_FILE = 'DETAILS.TXT';
/** Leads to the board's page; names this very probe. */
export const IDENTITY_FILE = 'MBED.HTM';
/** There after a file was not programmed; says why. */
export const FAIL_FILE = 'FAIL.TXT';

/** Volume names that ST gives to its boards, such as NOD_H563ZI. */
const BOARD_LABEL = /^(NUCLEO|NODE?_|DIS_)/i;

/** `names` of the files in the folder's root, in any case; `label` is the folder's own name. */
export function looksLikeProbeDrive(names: readonly string[], label: string): boolean {
  const upper = new Set(names.map((name) => name.toUpperCase()));
  if (!upper.has(DETAILS_FILE)) return false;
  return upper.has(IDENTITY_FILE) || BOARD_LABEL.test(label);
}
