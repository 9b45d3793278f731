/** One image out of a file: the file itself, or what lies in a container. */
import { hexNumber } from '../core/bytes/index.ts';
import { looksLikeImage } from '../core/wolfboot/index.ts';
import { misuse } from './arguments.ts';
import { readInput } from './files.ts';
import { openContainer, partsOfContainer } from './firmware-parts.ts';
import type { Host } from './host.ts';

/**
 * Of several images in a container the one at `address`. A file that is no container is given as it is,
 * whatever it holds. Throws `invalid-argument` when it cannot be told which one is meant.
 */
export function readImageFile(host: Host, path: string, address?: number): Uint8Array {
  const bytes = readInput(host, path);
  const container = openContainer(bytes, path);
  if (!container) return bytes;
  const images = partsOfContainer(container).filter((part) => looksLikeImage(part.bytes));
  const wanted = address === undefined ? images : images.filter((part) => part.address === address);
  const [image, ...others] = wanted;
  if (image && others.length === 0) return image.bytes;
  const places = images.map((part) => hexNumber(part.address ?? 0)).join(', ');
  throw misuse(
    images.length === 0
      ? `${path} is a ${container.format} file without a signed image in it`
      : `${path} holds images at ${places}; say with --address which one`,
  );
}
