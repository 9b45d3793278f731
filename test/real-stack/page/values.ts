/** Values with byte arrays as text, for the way between the tests and the page. */
const BYTES = '$bytes';

export function toText(value: unknown): string {
  // A Buffer has turned itself into something else when it comes as the second argument.
  return JSON.stringify(value, function (this: Record<string, unknown>, key: string) {
    const part = this[key];
    return part instanceof Uint8Array ? { [BYTES]: btoa(latin1(part)) } : part;
  });
}

export function fromText(text: string): unknown {
  return JSON.parse(text, (_key, part: unknown) =>
    isBytes(part) ? Uint8Array.from(atob(part[BYTES]), (each) => each.charCodeAt(0)) : part,
  );
}

function isBytes(part: unknown): part is Record<typeof BYTES, string> {
  return typeof part === 'object' && part !== null && BYTES in part;
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
