/** OTP images between their making and their use. With a UDS they are secret. */
import { toHex, wipe } from '../../core/bytes/index.ts';
import { hash } from '../../core/crypto/index.ts';
import { AppError } from '../../core/errors.ts';
import type { Rng } from '../../core/ports/index.ts';
import { drawUds } from '../../core/provisioning/index.ts';
import { buildOtpImage } from '../../core/wolfboot/index.ts';
import type { Keyring, OtpImageInfo } from './protocol.ts';

export interface OtpImages {
  make(...args: Parameters<Keyring['makeOtpImage']>): OtpImageInfo;
  /** Once only. */
  take(id: string): Uint8Array;
  wipe(): void;
}

export function createOtpImages(rng: Rng): OtpImages {
  const images = new Map<string, Uint8Array>();
  let made = 0;
  return {
    make(profile, slots, options) {
      const uds = options?.uds === 'none' ? undefined : drawUds(rng);
      try {
        const image = buildOtpImage({
          profile,
          slots,
          uds,
          upstreamCompatible: options?.upstreamCompatible,
        });
        const id = `otp-${++made}`;
        images.set(id, image);
        return { id, sha256: toHex(hash('sha256', image)) };
      } finally {
        if (uds) wipe(uds);
      }
    },
    take(id) {
      const image = images.get(id);
      if (image === undefined) {
        throw new AppError('invalid-argument', `this session has no OTP image ${id}`);
      }
      images.delete(id);
      return image;
    },
    wipe() {
      for (const image of images.values()) wipe(image);
      images.clear();
    },
  };
}
