/** The help pages that exist; each is reached at `/help/<topic>`. */
export const helpTopics = [
  'unsupported-browser',
  'no-device',
  'driver-windows',
  'udev-linux',
  'sandboxed-browser',
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
