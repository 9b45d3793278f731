/** One key on paper: what is public about it, a QR code, and room for names. No secret. */
import { useEffect, useState } from 'react';
import { useParams } from 'wouter';
import { groupHex, hexNumber } from '../../core/bytes/index.ts';
import { scheme } from '../../core/crypto/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { formatCount } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { BackupSheet, KeyEntry } from '../../state/keys.ts';
import { useKeys } from '../../state/react.ts';
import { Button, LinkButton } from '../../ui/kit/button.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { Page } from '../../ui/kit/page.tsx';
import { QrCode } from './qr-code.tsx';
import styles from './sheet.module.css';

export function SheetPage() {
  const { key: id = '' } = useParams<{ key?: string }>();
  const entry = useKeys(({ keys }) => keys.find((key) => key.id === id));
  if (entry === undefined) return <UnknownKey />;
  return <KeySheet key={id} entry={entry} />;
}

function UnknownKey() {
  return (
    <Page name={m.sheet_unknown()} lede={m.sheet_unknown_text()}>
      <div>
        <LinkButton href="#/keys" kind="primary">
          {m.sheet_to_keys()}
        </LinkButton>
      </div>
    </Page>
  );
}

function KeySheet({ entry }: { readonly entry: KeyEntry }) {
  const sheet = useSheet(entry.id);
  const activity = useKeys((state) => state.activity);
  return (
    <Page name={m.sheet_title()} lede={m.sheet_lede()}>
      <div className={styles.tools}>
        <Row>
          <Button
            kind="primary"
            icon="sheet"
            disabled={sheet === undefined}
            onClick={() => {
              window.print();
            }}
          >
            {m.sheet_print()}
          </Button>
          <LinkButton href="#/keys" kind="quiet">
            {m.sheet_to_keys()}
          </LinkButton>
        </Row>
      </div>
      {activity.kind === 'failed' && activity.what === 'sheet' && (
        <ErrorNotice failure={describeFailure(activity.error)} />
      )}
      {sheet !== undefined && <Paper entry={entry} sheet={sheet} />}
    </Page>
  );
}

function useSheet(id: string): BackupSheet | undefined {
  const ask = useKeys((state) => state.sheet);
  const [sheet, setSheet] = useState<BackupSheet>();
  useEffect(() => {
    let wanted = true;
    void ask(id).then((answer) => {
      if (wanted) setSheet(answer);
    });
    return () => {
      wanted = false;
    };
  }, [ask, id]);
  return sheet;
}

function Paper({ entry, sheet }: { readonly entry: KeyEntry; readonly sheet: BackupSheet }) {
  const { signatures } = entry;
  return (
    <article className={styles.paper} aria-label={m.sheet_title()}>
      <header className={styles.head}>
        <h2>{sheet.name}</h2>
        <span>Keyfuse</span>
      </header>
      <div className={styles.columns}>
        <dl className={styles.facts}>
          <Fact name={m.sheet_algorithm()} value={scheme(sheet.algorithm).label} />
          {sheet.parameters !== '' && (
            <Fact name={m.sheet_parameters()} value={sheet.parameters} mono />
          )}
          {signatures !== undefined && (
            <Fact name={m.sheet_signatures()} value={formatCount(Number(signatures.capacity))} />
          )}
          <Fact name={m.sheet_mask()} value={hexNumber(sheet.partitionMask)} mono />
          <Fact name={m.sheet_backup()} value={backupWords(entry)} />
          <Fact name={m.sheet_date()} value={sheet.date.slice(0, 10)} mono />
        </dl>
        <figure className={styles.qr}>
          <QrCode text={sheet.qr} label={m.sheet_qr()} />
          <figcaption>{m.sheet_qr()}</figcaption>
        </figure>
      </div>
      <h3>{m.sheet_fingerprint()}</h3>
      <p className={styles.groups}>
        {groupHex(sheet.fingerprint)
          .split(' ')
          .map((group, index) => (
            <span key={`${index}-${group}`}>{group}</span>
          ))}
      </p>
      <div className={styles.lines}>
        {[m.sheet_kept(), m.sheet_by(), m.sheet_witness()].map((line) => (
          <div key={line}>
            <span />
            {line}
          </div>
        ))}
      </div>
    </article>
  );
}

function backupWords({ saved, proven }: KeyEntry): string {
  if (proven) return m.sheet_backup_proven();
  return saved ? m.sheet_backup_saved() : m.sheet_backup_none();
}

interface FactProps {
  readonly name: string;
  readonly value: string;
  readonly mono?: boolean;
}

function Fact({ name, value, mono = false }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={mono ? 'kf-mono' : undefined}>{value}</dd>
    </div>
  );
}
