// The vault's head: who can open it, and that every change of what is stored is noticed.
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/bytes/index.ts';
import type { JsonValue } from '../../../../src/core/ports/index.ts';
import {
  drawVaultId,
  drawVaultKey,
  LEAST_COST,
  openVaultKey,
  readHeader,
  sealWay,
  withWay,
  writeHeader,
  type OpeningSecret,
} from '../../../../src/core/vault/index.ts';
import { expectRejects, expectThrows } from '../../../support/expect-error.ts';
import { everyChange } from '../../../support/json-changes.ts';
import { vaultCiphers } from '../../../support/vault-parts.ts';

const passphrase: OpeningSecret = { kind: 'passphrase', passphrase: 'correct horse battery' };
const passkey: OpeningSecret = {
  kind: 'passkey',
  credentialId: 'Y3JlZA',
  prf: new Uint8Array(32).fill(7),
};

async function makeVault() {
  const ciphers = vaultCiphers();
  const vaultId = drawVaultId(ciphers.rng);
  const vaultKey = drawVaultKey(ciphers.rng);
  const about = { label: 'my passkey', cost: LEAST_COST };
  let header = { vaultId, autoLockMinutes: 10, ways: [] as readonly never[] } as Parameters<
    typeof writeHeader
  >[1];
  for (const secret of [passphrase, passkey]) {
    header = withWay(header, await sealWay(ciphers, vaultId, vaultKey, secret, about));
  }
  return { ciphers, vaultKey, header, stored: writeHeader(vaultKey, header) };
}

describe('the head of a vault', () => {
  it.each([passphrase, passkey])('opens by $kind', async (secret) => {
    const { ciphers, vaultKey, header, stored } = await makeVault();
    const opened = await openVaultKey(ciphers, stored, secret);
    expect(toHex(opened.vaultKey)).toBe(toHex(vaultKey));
    expect(opened.header).toEqual(header);
  });

  it('takes the longest passkey there is, and nothing that it would not read again', async () => {
    const { ciphers, vaultKey, header } = await makeVault();
    const wayOf = (credentialId: string, label = '') =>
      sealWay(
        ciphers,
        header.vaultId,
        vaultKey,
        { kind: 'passkey', credentialId, prf: new Uint8Array(32).fill(1) },
        { label, cost: LEAST_COST },
      );
    const longest = withWay(header, await wayOf('A'.repeat(1364)));
    expect(readHeader(writeHeader(vaultKey, longest))).toEqual(longest);
    for (const way of [await wayOf('A'.repeat(1401)), await wayOf('A', 'x'.repeat(201))]) {
      expectThrows(() => writeHeader(vaultKey, withWay(header, way)), 'invalid-argument');
    }
  });

  it('holds neither the key nor the secrets', async () => {
    const { vaultKey, stored } = await makeVault();
    const text = JSON.stringify(stored);
    expect(text).not.toContain(toHex(vaultKey));
    expect(text).not.toContain('correct horse');
    expect(text).not.toContain('07'.repeat(32));
  });

  it('refuses a wrong passphrase, a wrong passkey and one it does not know', async () => {
    const { ciphers, stored } = await makeVault();
    for (const secret of [
      { ...passphrase, passphrase: 'correct horse batterz' },
      { ...passkey, prf: new Uint8Array(32).fill(8) },
      { ...passkey, credentialId: 'other' },
    ] as readonly OpeningSecret[]) {
      await expectRejects(openVaultKey(ciphers, stored, secret), 'vault-secret-wrong');
    }
  });

  it('takes the same letters in another Unicode form', async () => {
    const ciphers = vaultCiphers();
    const vaultKey = drawVaultKey(ciphers.rng);
    const composed: OpeningSecret = {
      kind: 'passphrase',
      passphrase: 'caf\u00e9 caf\u00e9 caf\u00e9',
    };
    const way = await sealWay(ciphers, '00'.repeat(16), vaultKey, composed, {
      label: '',
      cost: LEAST_COST,
    });
    const header = { vaultId: '00'.repeat(16), autoLockMinutes: 5, ways: [way] };
    const decomposed = { ...composed, passphrase: 'cafe\u0301 cafe\u0301 cafe\u0301' };
    const opened = await openVaultKey(ciphers, writeHeader(vaultKey, header), decomposed);
    expect(toHex(opened.vaultKey)).toBe(toHex(vaultKey));
  });

  it('notices a change of every single field', async () => {
    const { stored } = await makeVault();
    let changes = 0;
    for (const { changed, path } of everyChange(stored)) {
      if (path === 'mac' || path === 'format') continue;
      changes++;
      expectThrows(() => readHeader(changed), 'vault-damaged');
    }
    expect(changes).toBeGreaterThan(12);
  });

  it('notices a change whose digest was made to fit, once the key is known', async () => {
    const { ciphers, vaultKey, header } = await makeVault();
    const stored = writeHeader(vaultKey, { ...header, autoLockMinutes: 1440 });
    const withOldMac = { ...(stored as object), mac: macOf(writeHeader(vaultKey, header)) };
    await expectRejects(openVaultKey(ciphers, withOldMac, passphrase), 'vault-damaged');
  });

  it('refuses a cheaper way to guess the passphrase, and an absurd one', async () => {
    const { vaultKey, header, stored } = await makeVault();
    for (const cost of [
      { memoryKib: 1024 },
      { memoryKib: 2 ** 24 },
      { iterations: 1 },
      { iterations: 10_000 },
      { parallelism: 0 },
      { parallelism: 99 },
      { memoryKib: 65536.5 },
    ]) {
      const ways = header.ways.map((way) =>
        way.kind === 'passphrase' ? { ...way, cost: { ...way.cost, ...cost } } : way,
      );
      const changed = { ...(stored as object), ways } as unknown as JsonValue;
      expectThrows(() => readHeader(changed), 'vault-damaged', Object.keys(cost)[0]);
      expectThrows(() => writeHeader(vaultKey, { ...header, ways }), 'invalid-argument');
    }
  });

  it('says so when it was written by a later program', async () => {
    const { stored } = await makeVault();
    const later = { ...(stored as object), format: 'keyfuse-vault-2' } as JsonValue;
    expectThrows(() => readHeader(later), 'not-supported');
  });
});

function macOf(stored: JsonValue): string {
  return (stored as { readonly mac: string }).mac;
}
