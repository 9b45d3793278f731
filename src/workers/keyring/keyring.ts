/**
 * The keyring: private keys of this session, in memory only. It runs inside a worker; it knows
 * nothing of messages, files or screens.
 */
import { toHex, wipe } from '../../core/bytes/index.ts';
import {
  fingerprint,
  hash,
  proveKeyPair,
  scheme,
  signDurably,
  type KeyPair,
  type PrivateKey,
} from '../../core/crypto/index.ts';
import { AppError } from '../../core/errors.ts';
import type { Rng } from '../../core/ports/index.ts';
import { drawUds } from '../../core/provisioning/index.ts';
import {
  MASK_ALL,
  buildOtpImage,
  buildSignedImage,
  parsePrivateKeyFile,
  writePrivateKeyFile,
  writePublicKeyFile,
} from '../../core/wolfboot/index.ts';
import type { BackupForm, KeyInfo, Keyring } from './protocol.ts';

const challengeBytes = 32;

interface HeldKey {
  info: KeyInfo;
  readonly privateKey: PrivateKey;
}

export interface KeyringParts {
  /** Of cryptographic quality: keys, challenges and the UDS come from it. */
  readonly rng: Rng;
}

export function createKeyring({ rng }: KeyringParts): Keyring {
  const keys = new Map<string, HeldKey>();
  const otpImages = new Map<string, Uint8Array>();
  let lastImage = 0;

  const held = (id: string): HeldKey => {
    const key = keys.get(id);
    if (key === undefined) {
      throw new AppError('key-unknown', `this session has no key ${id}`, { context: { key: id } });
    }
    return key;
  };

  const admit = (
    pair: KeyPair,
    facts: Pick<KeyInfo, 'name' | 'origin' | 'saved' | 'proven'>,
  ): KeyInfo => {
    const print = fingerprint(pair.publicKey);
    for (const { info } of keys.values()) {
      if (info.fingerprint === print) {
        wipe(pair.privateKey.bytes);
        throw new AppError('invalid-argument', `this key is already here, as "${info.name}"`, {
          context: { key: info.id },
        });
      }
    }
    const using = scheme(pair.algorithm);
    const info: KeyInfo = {
      id: `key-${print.slice(0, 16)}`,
      algorithm: pair.algorithm,
      publicKey: pair.publicKey,
      fingerprint: print,
      parameters: using.state?.usage(pair.privateKey).parameters ?? '',
      signatureBytes: using.signatureBytes(pair.publicKey),
      partitionMask: MASK_ALL,
      sealed: false,
      ...facts,
    };
    keys.set(info.id, { info, privateKey: pair.privateKey });
    return info;
  };

  const update = (id: string, change: Partial<KeyInfo>): KeyInfo => {
    const key = held(id);
    key.info = { ...key.info, ...change };
    return key.info;
  };

  return {
    vaultStatus: promised(() => ({ kind: 'none' })),
    createVault: promised(noVault),
    unlockVault: promised(noVault),
    lockVault: promised(noVault),
    addUnlockWay: promised(noVault),
    removeUnlockWay: promised(noVault),
    setAutoLock: promised(noVault),
    advanceState: promised(noVault),
    exportAge: promised(noVault),
    backupSheet: promised(noVault),
    watch: () => () => undefined,
    list: promised(() => [...keys.values()].map(({ info }) => info)),
    estimate: promised(() => ({ compressions: 0, milliseconds: undefined })),

    async generate({ name, spec }, call) {
      const pair = await scheme(spec.algorithm).generate(spec, { ...call, rng });
      return admit(pair, { name, origin: 'generated', saved: false, proven: false });
    },

    async open(file) {
      const pair = await parsePrivateKeyFile(file.bytes, file.name);
      // The file that was opened is the backup: what it holds signs a challenge here and now.
      try {
        await proveKeyPair(pair.publicKey, pair.privateKey, rng.bytes(challengeBytes), { rng });
      } catch (error) {
        wipe(pair.privateKey.bytes);
        throw error;
      } finally {
        wipe(file.bytes);
      }
      return admit(pair, {
        name: baseName(file.name),
        origin: 'opened',
        saved: true,
        proven: true,
      });
    },

    exportPrivate: promised((id, form) => {
      const { info, privateKey } = held(id);
      const bytes = writePrivateKeyFile({ ...info, privateKey }, writtenForm(form));
      update(id, { saved: true });
      return { name: `${info.name}.${form === 'der' ? 'der' : 'key'}`, bytes };
    }),

    exportPublic: promised((id, form) => {
      const { info } = held(id);
      const bytes = writePublicKeyFile(info.algorithm, info.publicKey, form);
      return { name: `${info.name}_pub.${form === 'der' ? 'der' : 'key'}`, bytes };
    }),

    async proveBackup(id, file) {
      const { info } = held(id);
      const reopened = await parsePrivateKeyFile(file.bytes, file.name, info.algorithm);
      try {
        await proveKeyPair(info.publicKey, reopened.privateKey, rng.bytes(challengeBytes), { rng });
      } finally {
        wipe(reopened.privateKey.bytes);
        wipe(file.bytes);
      }
      return update(id, { saved: true, proven: true });
    },

    rename: promised((id, name) => update(id, { name })),

    setMask: promised((id, partitionMask) => update(id, { partitionMask })),

    forget: promised((id) => {
      wipe(held(id).privateKey.bytes);
      keys.delete(id);
    }),

    async signImage(id, firmware, options) {
      const { info, privateKey } = held(id);
      return await buildSignedImage(firmware, options, {
        publicKey: info.publicKey,
        sign: async (digest) =>
          (await signDurably(scheme(info.algorithm), privateKey, digest, { rng })).signature,
      });
    },

    makeOtpImage: promised((profile, slots, options) => {
      const uds = options?.uds === 'none' ? undefined : drawUds(rng);
      try {
        const image = buildOtpImage({ profile, slots, uds });
        const id = `otp-${++lastImage}`;
        otpImages.set(id, image);
        return { id, sha256: toHex(hash('sha256', image)) };
      } finally {
        if (uds) wipe(uds);
      }
    }),

    revealOtpImage: promised((id) => {
      const image = otpImages.get(id);
      if (image === undefined) {
        throw new AppError('invalid-argument', `this session has no OTP image ${id}`);
      }
      otpImages.delete(id);
      return image;
    }),
  };
}

function noVault(): never {
  throw new AppError('not-supported', 'this keyring has no vault');
}

function writtenForm(form: BackupForm): 'raw' | 'der' {
  if (form === 'raw' || form === 'der') return form;
  throw new AppError('not-supported', `private keys cannot be written as ${form} yet`);
}

/** A call that needs no waiting, as one that rejects instead of throwing. */
function promised<A extends readonly unknown[], T>(
  call: (...args: A) => T,
): (...args: A) => Promise<T> {
  return (...args) =>
    new Promise((resolve) => {
      resolve(call(...args));
    });
}

/** File name without folder and without its last extension. */
function baseName(fileName: string): string {
  const name = fileName.slice(fileName.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}
