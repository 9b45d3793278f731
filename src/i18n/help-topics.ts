/** The help pages that exist; each is reached at `/help/<topic>`. */
export const helpTopics = [
  'unsupported-browser',
  'no-device',
  'driver-windows',
  'udev-linux',
  'sandboxed-browser',
  'macos',
  'android',
  'device-busy',
  'wrong-board',
  'product-state',
  'serial-port',
  'probe-drive',
  'console-silent',
  'storage',
] as const;

export type HelpTopic = (typeof helpTopics)[number];

export function isHelpTopic(text: string): text is HelpTopic {
  return helpTopics.some((topic) => topic === text);
}

/** Leads to the page of the system that the person sits at. */
export const ACCESS_DENIED = 'access-denied';

export type HelpTarget = HelpTopic | typeof ACCESS_DENIED;
