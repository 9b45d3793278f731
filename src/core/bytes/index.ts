/** Bytes: reading, writing, showing and comparing them. Knows no format. */
export * from './base64.ts';
export * from './bytes.ts';
export * from './codec.ts';
export * from './crc.ts';
export * from './hex.ts';
