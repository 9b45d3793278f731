/** The digest of a device tree that an image vouches for (formats/wolfboot.md, section 11, line 8). */
import { malformed, Reader, u32be } from '../../bytes/index.ts';
import { hash, type HashId } from '../../crypto/index.ts';

const FDT_MAGIC = 0xd00dfeed;
/** Devicetree Specification 0.4, section 5.2: ten words. */
const FDT_HEADER_BYTES = 40;

/**
 * Hash over the first `totalsize` bytes of a flattened device tree, as the bootloader computes it;
 * what follows them in the file is not part of the tree. Throws `malformed`.
 */
export function deviceTreeDigest(hashId: HashId, tree: Uint8Array, fileName: string): Uint8Array {
  const reader = new Reader(tree, fileName);
  const magic = reader.field('magic', () => u32be.read(reader));
  if (magic !== FDT_MAGIC) {
    throw malformed(fileName, 0, 'magic', 'is not that of a device tree blob (D0 0D FE ED)');
  }
  const totalBytes = reader.field('totalsize', () => u32be.read(reader));
  if (totalBytes < FDT_HEADER_BYTES || totalBytes > tree.length) {
    throw malformed(
      fileName,
      4,
      'totalsize',
      `is ${totalBytes}, but the file has ${tree.length} bytes and a device tree at least ${FDT_HEADER_BYTES}`,
    );
  }
  return hash(hashId, tree.subarray(0, totalBytes));
}
