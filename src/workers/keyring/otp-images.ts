/**
 * OTP images between their making and their use. With a UDS they are secret: an open vault keeps them
 * sealed, and they outlast a lock and a reload there; without one they live in memory.
 */
import { toHex, wipe } from '../../core/bytes/index.ts';
import { hash } from '../../core/crypto/index.ts';
import { AppError } from '../../core/errors.ts';
import type { Rng } from '../../core/ports/index.ts';
import { drawUds } from '../../core/provisioning/index.ts';
import { buildOtpImage } from '../../core/wolfboot/index.ts';
import type { Keyring, OtpImageInfo } from './protocol.ts';
import type { VaultSession } from './vault-session.ts';

const ID_BYTES = 8;

export interface OtpImages {
  make(...args: Parameters<Keyring['makeOtpImage']>): Promise<OtpImageInfo>;
  /** Once only. Throws `invalid-argument`, `vault-damaged`. */
  take(id: string): Promise<Uint8Array>;
  /** What lives in memory. */
  wipe(): void;
}

export function createOtpImages(rng: Rng, vault: VaultSession | undefined): OtpImages {
  const images = new Map<string, Uint8Array>();
  return {
    async make(profile, slots, options) {
      const uds = options?.uds === 'none' ? undefined : drawUds(rng);
      try {
        const image = buildOtpImage({
          profile,
          slots,
          uds,
          upstreamCompatible: options?.upstreamCompatible,
        });
        const id = `otp-${toHex(rng.bytes(ID_BYTES))}`;
        const info = { id, sha256: toHex(hash('sha256', image)) };
        if (vault?.isOpen !== true) {
          images.set(id, image);
          return info;
        }
        try {
          await vault.saveOtpImage(id, image);
        } finally {
          wipe(image);
        }
        return info;
      } finally {
        if (uds) wipe(uds);
      }
    },
    async take(id) {
      const held = images.get(id);
      images.delete(id);
      const image = held ?? (vault?.isOpen === true ? await vault.takeOtpImage(id) : undefined);
      if (image === undefined) {
        throw new AppError('invalid-argument', `there is no OTP image ${id} here`);
      }
      return image;
    },
    wipe() {
      for (const image of images.values()) wipe(image);
      images.clear();
    },
  };
}
