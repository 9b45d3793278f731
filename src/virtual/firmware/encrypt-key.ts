/**
 * The key of encrypted updates on its way: somebody gives it to the application, the application sets
 * it for the bootloader together with the update, and a confirmed update erases it. It lives in the
 * session's memory only: what a person hands over may be the key of a real product.
 */
import type { UpdateKey } from '../../core/ports/index.ts';

export class EncryptKeyMemory {
  #handed: UpdateKey | undefined;
  #set: UpdateKey | undefined;

  /** What the application knows. */
  get handed(): UpdateKey | undefined {
    return this.#handed;
  }

  /** What the bootloader will use. */
  get set(): UpdateKey | undefined {
    return this.#set;
  }

  /** Copied. */
  hand(key: UpdateKey | undefined): void {
    this.#handed = key && { key: key.key.slice(), nonce: key.nonce.slice() };
  }

  /** wolfBoot_set_encrypt_key with what was handed over; false: nothing was. */
  setForBootloader(): boolean {
    this.#set = this.#handed;
    return this.#set !== undefined;
  }

  /** wolfBoot_erase_encrypt_key, part of every confirmation. */
  erase(): void {
    this.#set = undefined;
  }
}
