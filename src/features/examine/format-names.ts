/** Names of file formats, the same in every language. */
import type { FirmwareFileFormat } from '../../core/stm32/index.ts';

export const formatNames: Readonly<Record<FirmwareFileFormat, string>> = {
  bin: 'BIN',
  'intel-hex': 'Intel HEX',
  's-record': 'S-record',
  elf: 'ELF',
  dfuse: 'DfuSe',
};
