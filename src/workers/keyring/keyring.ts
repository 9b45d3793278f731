/**
 * The keyring: private keys, in memory only or sealed in a vault. It runs inside a worker; it knows
 * nothing of messages or screens, and asks the browser through its parts.
 */
import { wipe } from '../../core/bytes/index.ts';
import { proveKeyPair, scheme } from '../../core/crypto/index.ts';
import { AppError, isAppError } from '../../core/errors.ts';
import { createHeldTrees } from '../../core/vault/index.ts';
import { writePublicKeyFile } from '../../core/wolfboot/index.ts';
import { createAutoLock } from './auto-lock.ts';
import { baseName, createBackups } from './backup.ts';
import { createEncryptionKeys } from './encryption-keys.ts';
import { estimateKey } from './estimate.ts';
import { createHeldKeys, type HeldKey } from './held-keys.ts';
import { signImage } from './image-signing.ts';
import { createOtpImages } from './otp-images.ts';
import type { KeyringParts } from './parts.ts';
import type {
  DamagedKey,
  KeyCall,
  KeyInfo,
  Keyring,
  KeyringEvent,
  VaultSecret,
} from './protocol.ts';
import { leavesUnproven, locked, notProven, refuseLongName, wipedUnlessKept } from './refusals.ts';
import { createSigner } from './signing.ts';
import { signAsStranger } from './stranger.ts';
import { createVaultSession } from './vault-session.ts';
import { createWork } from './work.ts';

const CHALLENGE_BYTES = 32;

export function createKeyring(parts: KeyringParts): Keyring {
  const { rng, clock, hasher, rsa, otherTabs, inTurn } = parts;
  const vault = parts.vault && createVaultSession(parts.vault, rng, clock);
  const keys = createHeldKeys(parts, vault);
  const signer = createSigner(parts, keys);
  const backups = createBackups(parts, keys);
  const otpImages = createOtpImages(rng, vault);
  const encryptionKeys = createEncryptionKeys(rng);
  const watchers = new Set<(event: KeyringEvent) => void>();
  const emit = (event: KeyringEvent): void => {
    for (const watcher of [...watchers]) watcher(event);
  };

  const autoLock = createAutoLock(clock, () => {
    // Long work is use of a key; its end starts the time anew.
    if (!work.busy) void lockHere();
  });
  const work = createWork(
    async () => {
      if (vault?.isOpen === true && autoLock.isOver()) {
        closeAll();
        emit({ kind: 'vault' });
      }
      if ((await vault?.isLocked()) === true) {
        throw locked();
      }
      autoLock.touch(vault?.autoLockMinutes);
    },
    () => {
      if (vault?.isOpen === true) autoLock.touch(vault.autoLockMinutes);
    },
  );
  const closeAll = (): void => {
    autoLock.stop();
    keys.wipeAll();
    otpImages.wipe();
    encryptionKeys.wipe();
    vault?.close();
  };
  /** An unlocking that runs ends first. What lives in memory only, without a vault, stays. */
  const stopAndClose = (): Promise<void> =>
    work.stop(() => {
      if (vault?.isOpen === true) closeAll();
    });
  const lockHere = async (): Promise<void> => {
    await stopAndClose();
    emit({ kind: 'vault' });
  };

  otherTabs?.listen((message) => {
    const open = vault?.isOpen === true;
    if (message === 'lock' && (open || opening > 0)) void lockHere();
    else if (message === 'vault' && open) void takeOver(() => vault.reread(), { kind: 'vault' });
    else if (message === 'keys' && open) void takeOver(() => keys.reload(), { kind: 'keys' });
    else emit({ kind: 'vault' });
  });
  /** Whatever cannot be taken over from another tab ends here with a locked vault. */
  const takeOver = async (task: () => Promise<void>, event: KeyringEvent): Promise<void> => {
    try {
      await work.hold(task);
      emit(event);
    } catch {
      await lockHere();
    }
  };

  const requiredVault = (): NonNullable<typeof vault> => {
    if (vault === undefined) throw new AppError('not-supported', 'there is no place for a vault');
    return vault;
  };
  const vaultStatus = async () => vault?.status() ?? ({ kind: 'none' } as const);
  /** Work on the vault's head; the secret is wiped. */
  let opening = 0;
  const changeVault = async (
    secret: VaultSecret | undefined,
    change: (session: NonNullable<typeof vault>) => Promise<void>,
  ) => {
    opening++;
    try {
      const session = requiredVault();
      await work.hold(() =>
        inTurn('vault', async () => {
          // Another tab may have changed the head, and said so too late.
          if (session.isOpen) await session.reread();
          await change(session);
        }),
      );
      otherTabs?.tell('vault');
      autoLock.touch(session.autoLockMinutes);
      return await session.status();
    } finally {
      opening--;
      if (secret?.kind === 'passkey') wipe(secret.prf);
    }
  };
  /** A call on one key. `changes`: other tabs are told. */
  const onKey = <T>(
    id: string,
    call: KeyCall | undefined,
    task: (held: HeldKey, call: KeyCall) => Promise<T>,
  ): Promise<T> => work.run(call, (own) => task(keys.get(id), own));
  const changed = (held: HeldKey): KeyInfo => {
    otherTabs?.tell('keys');
    return keys.infoOf(held);
  };

  return {
    vaultStatus,

    createVault: (secret, options) =>
      changeVault(secret, async (session) => {
        await session.create(secret, options);
        try {
          await keys.reload();
        } catch (error) {
          // A vault without some of the keys would lose them with the next lock.
          await session.remove().finally(() => {
            session.close();
          });
          await keys.unseal();
          throw error;
        }
      }),

    async unlockVault(secret) {
      await changeVault(secret, async (session) => {
        if (session.isOpen) return;
        await session.open(secret);
        try {
          await keys.reload();
        } catch (error) {
          for (const held of keys.all()) if (held.revision > 0) keys.drop(held);
          session.close();
          throw error;
        }
      });
      otherTabs?.tell('keys'); // what lived here in memory only was sealed
      return keys.all().map(keys.infoOf);
    },

    async lockVault(options) {
      if (vault?.isOpen !== true && opening === 0) return vaultStatus();
      await stopAndClose();
      if (options?.hereOnly !== true) otherTabs?.tell('lock');
      return vaultStatus();
    },

    addUnlockWay: (secret, label) =>
      changeVault(secret, (session) => session.addWay(secret, label)),
    removeUnlockWay: (way) => changeVault(undefined, (session) => session.removeWay(way)),
    setAutoLock: (minutes) => changeVault(undefined, (session) => session.setAutoLock(minutes)),

    async deleteVault(options) {
      const session = requiredVault();
      const status = await session.status();
      if (status.kind === 'none') throw new AppError('invalid-argument', 'there is no vault');
      const sealed = status.kind === 'open' ? keys.all().map(keys.infoOf) : status.keys;
      const lost = [...sealed.filter(({ proven }) => !proven), ...(status.damaged ?? [])];
      if (lost.length > 0 && options?.evenUnproven !== true) {
        const names = lost.map(({ name }) => name);
        throw new AppError('backup-not-proven', 'some of the keys would be lost for good', {
          context: { keys: names.join(', ') },
        });
      }
      await stopAndClose();
      await inTurn('vault', () => session.remove());
      otherTabs?.tell('vault');
      return session.status();
    },

    // Looking is no use: it does not put off the lock.
    async list() {
      if ((await vault?.isLocked()) === true) throw locked();
      return keys.all().map(keys.infoOf);
    },
    estimate: (spec) => estimateKey(spec, hasher),

    generate: ({ name, spec }, call) =>
      work.run(call, async (own) => {
        refuseLongName(name);
        const trees = createHeldTrees();
        const pair = await scheme(spec.algorithm).generate(spec, {
          ...own,
          rng,
          rsa,
          hasher,
          trees,
        });
        const facts = { name, origin: 'generated', saved: false, proven: false } as const;
        const admitted = wipedUnlessKept(pair, () => keys.admit(pair, facts, trees, true));
        return changed(await admitted);
      }),

    open: (file, options, call) =>
      work.run(call, async (own) => {
        const pair = await backups.read(file, options, own);
        const { stateful } = scheme(pair.algorithm);
        const facts = { name: baseName(file.name), origin: 'opened', saved: true } as const;
        const held = await wipedUnlessKept(pair, async () => {
          // The file that was opened is the backup: what it holds signs a challenge here and now.
          if (!stateful) {
            const challenge = rng.bytes(CHALLENGE_BYTES);
            await proveKeyPair(pair.publicKey, pair.privateKey, challenge, { ...own, rng });
          }
          return keys.admit(pair, { ...facts, proven: !stateful }, createHeldTrees(), false);
        });
        if (stateful && held.custody?.standing.kind === 'trusted') await proveLive(held, own);
        return changed(held);
      }),

    exportPrivate: (id, form) =>
      onKey(id, undefined, async (held) => {
        const file = await backups.write(held, form);
        await keys.update(held, { saved: true });
        otherTabs?.tell('keys');
        return file;
      }),

    exportAge: (id, passphrase) =>
      onKey(id, undefined, async (held) => {
        const file = await backups.writeAge(held, passphrase);
        await keys.update(held, { saved: true });
        otherTabs?.tell('keys');
        return file;
      }),

    exportPublic: (id, form) =>
      onKey(id, undefined, async ({ facts }) => ({
        name: `${facts.name}_pub.${form === 'der' ? 'der' : 'key'}`,
        bytes: writePublicKeyFile(facts.algorithm, facts.publicKey, form),
      })),

    backupSheet: (id) => onKey(id, undefined, async (held) => backups.sheet(held)),

    proveBackup: (id, file, options, call) =>
      onKey(id, call, async (held, own) => {
        const pair = await backups.readBackupOf(held, file, options, own);
        try {
          if (scheme(pair.algorithm).stateful) {
            await keys.learnFrom(held, pair.privateKey);
            await signer.challenge(held, own);
          } else {
            const challenge = rng.bytes(CHALLENGE_BYTES);
            await proveKeyPair(held.facts.publicKey, pair.privateKey, challenge, { ...own, rng });
          }
        } finally {
          wipe(pair.privateKey.bytes);
        }
        await keys.update(held, { saved: true, proven: true });
        return changed(held);
      }),

    rename: (id, name) =>
      onKey(id, undefined, async (held) => {
        refuseLongName(name);
        await keys.update(held, { name });
        return changed(held);
      }),

    setMask: (id, partitionMask) =>
      onKey(id, undefined, async (held) => {
        await keys.update(held, { partitionMask });
        return changed(held);
      }),

    async forget(id, options) {
      const lost = await findUnopened(id, options !== undefined);
      if (lost !== undefined) {
        if (options?.typedName !== lost.name) throw notProven(id, lost.name);
        await requiredVault().deleteKey(id);
        otherTabs?.tell('keys');
        return;
      }
      await onKey(id, undefined, async (held) => {
        const { name, proven } = held.facts;
        if (held.revision > 0 && !proven && options?.typedName !== name) throw notProven(id, name);
        if (held.revision > 0) await requiredVault().deleteKey(id);
        keys.drop(held);
        otherTabs?.tell('keys');
      });
    },

    advanceState: (id, nextIndex, call) =>
      onKey(id, call, async (held, own) => {
        if (held.custody === undefined) {
          throw new AppError('invalid-argument', `${id} has no state to advance`);
        }
        await held.custody.advance(nextIndex);
        // A key from a file could not be tried while it was suspended.
        if (held.facts.origin === 'opened' && !held.facts.proven) await proveLive(held, own);
        return changed(held);
      }),

    useStateFolder: (folder) =>
      work.run(undefined, async () => {
        const { openStateFolder } = parts;
        if (openStateFolder === undefined) {
          throw new AppError('not-supported', 'state files cannot be kept here');
        }
        await keys.useStateFiles(openStateFolder(folder));
      }),

    signImage: (ids, firmware, options, call) =>
      onKey(ids.primary, call, async (primary, own) => {
        const secondary = ids.secondary === undefined ? undefined : keys.get(ids.secondary);
        try {
          return await signImage(signer, { primary, secondary }, firmware, options, own);
        } finally {
          // Also where it failed: an index may be gone.
          if (primary.custody !== undefined || secondary?.custody !== undefined) {
            otherTabs?.tell('keys');
            emit({ kind: 'keys' });
          }
        }
      }),

    signAsStranger: (algorithm, digest, call) =>
      work.run(call, (own) => signAsStranger(parts, algorithm, digest, own)),

    listEncryptionKeys: async () => encryptionKeys.list(),
    openEncryptionKey: (...args) => work.run(undefined, async () => encryptionKeys.open(...args)),
    makeEncryptionKey: (...args) => work.run(undefined, async () => encryptionKeys.make(...args)),
    saveEncryptionKey: (id) => work.run(undefined, async () => encryptionKeys.save(id)),
    forgetEncryptionKey: (id) =>
      work.run(undefined, async () => {
        encryptionKeys.forget(id);
      }),
    encryptImage: (...args) => work.run(undefined, async () => encryptionKeys.encrypt(...args)),
    decryptImage: (...args) => work.run(undefined, async () => encryptionKeys.decrypt(...args)),

    makeOtpImage: (...args) => work.run(undefined, () => otpImages.make(...args)),
    revealOtpImage: (id) => work.run(undefined, () => otpImages.take(id)),

    watch: (onEvent) => {
      watchers.add(onEvent);
      return () => {
        watchers.delete(onEvent);
      };
    },
  };

  /** A key of the vault that is not held here: damaged, or any while the vault is locked. */
  async function findUnopened(id: string, whileLocked: boolean): Promise<DamagedKey | undefined> {
    const status = await vaultStatus();
    if (status.kind === 'none' || (status.kind === 'locked' && !whileLocked)) return undefined;
    if (keys.all().some((held) => held.id === id)) return undefined;
    const sealed: readonly DamagedKey[] = status.kind === 'locked' ? status.keys : [];
    return [...sealed, ...(status.damaged ?? [])].find((key) => key.id === id);
  }

  /** Where it cannot sign now, the key stays as it is: here, and unproven. */
  async function proveLive(held: HeldKey, call: KeyCall): Promise<void> {
    const { custody } = held;
    if (custody !== undefined && custody.nextIndex >= custody.capacity) return;
    try {
      await signer.challenge(held, call);
      await keys.update(held, { proven: true });
    } catch (error) {
      if (!isAppError(error) || !leavesUnproven.has(error.code)) throw error;
    }
  }
}
