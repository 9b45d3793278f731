/** One keystore slot as the rest of the program sees it (formats/wolfboot.md, section 2). */

export interface KeystoreSlot {
  readonly slotId: number;
  /** AUTH_KEY value; unknown values are kept as found. */
  readonly keyType: number;
  /** Bit n set: the key may verify images whose partition id is n. Unsigned, 32 bits. */
  readonly partitionMask: number;
  /** In keystore form and of its real length: what is hashed for the hint and verified with. */
  readonly publicKey: Uint8Array;
  /** The field `pubkey_size` as found in the file; for RSA in a keystore.der it is the reserved size. */
  readonly publicKeySize: number;
}

/** KEYSTORE_HDR_SIZE: slot_id, key_type, part_id_mask and pubkey_size. */
export const SLOT_HEADER_BYTES = 16;

/** May verify images of every partition. */
export const MASK_ALL = 0xffffffff;
