/** One image of the firmware page, and what a bootloader would say to it. */
import type { ImageVerdict, WolfBootImage } from '../core/wolfboot/index.ts';
import type { NamedFile } from './services.ts';
import type { ImageEncryption, ImageForm, ImageLinks } from './sign-request.ts';

export interface SignedImage extends NamedFile {
  readonly id: string;
  /** Of a delta or an encrypted image: what it was made from is. */
  readonly sample: boolean;
  readonly origin: 'signed-here' | 'opened';
  readonly form: ImageForm;
  readonly links: ImageLinks;
  /** Of the encrypted forms. */
  readonly encryption?: ImageEncryption | undefined;
  /** Of `bytes`, as they are saved and sent. */
  readonly sha256: string;
  /** As the bootloader reads it: of an encrypted image what it decrypts to. */
  readonly image: WolfBootImage;
  /** Against the keystore as it stood when `verify` ran last. */
  readonly verdict: ImageVerdict | undefined;
}
