/** The board's standing and its journal file through the program's own stores. */
import { describe, expect, it } from 'vitest';
import { newJournalEntry, writeJournal } from '../../../src/core/provisioning/journal.ts';
import { exportJournal, readJournal } from '../../../src/core/provisioning/index.ts';
import { asciiToBytes } from '../../../src/core/bytes/index.ts';
import { createBoardStandingStore } from '../../../src/state/board-standing.ts';
import { createJournalFileStore } from '../../../src/state/journal-file.ts';
import { appBench, until, type AppBench } from '../../support/app-bench.ts';
import { enterDfu, intendedImage } from '../../support/burning.ts';
import { slots } from '../../support/keys.ts';

const [slot] = await slots('ecdsa-p256', 1);

async function inDfu(): Promise<AppBench> {
  const app = appBench();
  await app.state.bench.getState().useVirtual(1);
  await app.state.keystore.getState().importPublic({ name: 'line.pub', bytes: slot!.publicKey });
  app.state.provision
    .getState()
    .declareExternal(
      app.state.keystore
        .getState()
        .view.chosen.flatMap(({ source }) =>
          source.kind === 'imported' ? [source.imported.fingerprint] : [],
        )[0]!,
      true,
    );
  await enterDfu(app.bench);
  await app.state.inspect.getState().inspect();
  return app;
}

const entryOf = (serial: string) =>
  newJournalEntry({
    serial,
    planHash: 'ab'.repeat(32),
    route: 'otp-alternate',
    contentSha256: intendedImage([slot!]).contentSha256,
    keystoreFingerprint: 'cd'.repeat(32),
    phase: 'writing',
    udsIsOurs: true,
    beganAtWallMs: 1,
  });

describe('the board that was looked at', () => {
  it('is told with what is possible by both ways to burn it', async () => {
    const app = await inDfu();
    const store = app.state.pageStore(createBoardStandingStore);
    await until(() => store.getState().found !== undefined, 'it is judged');
    const { standing, actions } = store.getState().found!;
    expect(standing.kind).toBe('blank');
    const routes = actions.filter(({ id, allowed }) => id === 'burn' && allowed);
    expect(routes.map(({ route }) => route)).toEqual(['otp-alternate', 'primer']);
  });

  it('is judged anew when a journal is taken over from a file', async () => {
    const app = await inDfu();
    const { usbSerial } = app.bench.board;
    const standing = app.state.pageStore(createBoardStandingStore);
    const journal = app.state.pageStore(createJournalFileStore);
    const text = exportJournal(entryOf(usbSerial), 'virtual');
    await journal.getState().open({ name: 'j.json', bytes: asciiToBytes(text) });
    expect(journal.getState().job).toMatchObject({ kind: 'read', result: { kind: 'taken-over' } });
    await until(
      () => standing.getState().found?.standing.kind === 'partial-of-this-plan',
      'the journal counts',
    );
  });

  it('hands its journal out, and refuses one that was changed', async () => {
    const app = await inDfu();
    const { usbSerial } = app.bench.board;
    const store = app.state.services.journals.virtual;
    await writeJournal(store, entryOf(usbSerial));
    const journal = app.state.pageStore(createJournalFileStore);
    await journal.getState().save();
    expect([...app.saved.keys()][0]).toMatch(/^keyfuse-journal-/);
    const text = String([...app.saved.values()][0]);
    const changed = text.replace('"writing"', '"done"');
    await journal.getState().open({ name: 'j.json', bytes: asciiToBytes(changed) });
    expect(journal.getState().job).toMatchObject({ kind: 'failed', error: { code: 'malformed' } });
    expect(await readJournal(store, usbSerial)).toMatchObject({ phase: 'writing' });
  });
});

describe('a browser that keeps no journal', () => {
  it('is told before the plan, and nothing is burned', async () => {
    const app = await inDfu();
    const journals = app.state.services.journals.virtual;
    const put = journals.put.bind(journals);
    journals.put = () => Promise.reject(new Error('full'));
    await app.state.provision.getState().plan();
    expect(app.state.provision.getState().activity).toMatchObject({ kind: 'failed', what: 'plan' });
    expect(app.state.provision.getState().planned).toBeUndefined();
    journals.put = put;
    await app.state.provision.getState().plan();
    expect(app.state.provision.getState().planned?.kind).toBe('plan');
  });
});
