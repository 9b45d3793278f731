/** An order for an image as a person gives it to `sign` (formats/wolfboot.md, section 19): files, words, environment. */
import type { CliDirectory } from './cli-host.ts';
import type { SignedOrder } from './image-orders.ts';
import type { OrderTlv } from './independent-image.ts';

interface OrderCommand {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const HASH_OPTIONS = { sha256: '--sha256', sha384: '--sha384', 'sha3-384': '--sha3' } as const;
const COMMAND_LINE_TAG = 0x34;

/** Writes the files the command needs. `extraOptions` stand in front of the file names. */
export function commandOf(
  directory: CliDirectory,
  { order, first, second }: SignedOrder,
  extraOptions: readonly string[] = [],
): OrderCommand {
  const { deviceTree, certificateChain, policy, headerSize, version } = order;
  const fileOption = (option: string, name: string, content: Uint8Array | undefined) => {
    if (content) directory.write(name, content);
    return content ? [option, name] : [];
  };
  const keyFile = (name: string, content: Uint8Array | undefined) => {
    if (content) directory.write(name, content);
    return content ? [name] : [];
  };
  directory.write('fw.bin', order.payload);
  return {
    words: [
      'sign',
      ...(first ? [first.option] : ['--no-sign']),
      ...(second ? [second.option] : []),
      HASH_OPTIONS[order.hash],
      '--id',
      String(order.partitionId),
      ...(order.timestamp === undefined ? ['--no-ts'] : []),
      ...(order.customTlvs ?? []).flatMap((tlv, index) => tlvWords(directory, tlv, index)),
      ...fileOption('--dts', 'board.dtb', deviceTree),
      ...fileOption('--cert-chain', 'chain.bin', certificateChain),
      ...fileOption('--policy', 'policy.bin', policy),
      ...extraOptions,
      'fw.bin',
      ...keyFile('key.der', first?.privateFile),
      ...keyFile('key2.der', second?.privateFile),
      String(version),
    ],
    environment: headerSize === undefined ? {} : { IMAGE_HEADER_SIZE: String(headerSize) },
  };
}

/** By turns as number, hex, text and file, where the value can be written so. */
function tlvWords(
  directory: CliDirectory,
  { tag, value }: OrderTlv,
  index: number,
): readonly string[] {
  const bytes = Buffer.from(value);
  if (tag === COMMAND_LINE_TAG) return ['--cmdline', bytes.toString()];
  const name = index % 2 === 0 ? String(tag) : `0x${tag.toString(16)}`;
  if (bytes.length === 0) return ['--custom-tlv-string', name, ''];
  if ([1, 2, 4, 8].includes(bytes.length)) {
    const number = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
    return ['--custom-tlv', name, String(bytes.length), String(number)];
  }
  if (bytes.length > 2000) {
    directory.write(`value${index}.bin`, bytes);
    return ['--custom-tlv-file', name, `value${index}.bin`];
  }
  return ['--custom-tlv-buffer', name, bytes.toString('hex')];
}
