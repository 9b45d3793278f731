/** Times as a console shows them: local, fixed width, ASCII. */

/** `13:07:09.042`. `atMs`: milliseconds since 1970. */
export function timeOfDay(atMs: number): string {
  const time = new Date(atMs);
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return `${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** `20260102-130709`, for the name of a file. */
export function fileTime(atMs: number): string {
  const time = new Date(atMs);
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('');
  return `${date}-${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join('')}`;
}

function two(count: number): string {
  return String(count).padStart(2, '0');
}
