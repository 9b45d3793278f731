/** The diagnostic bundle: seen before it is saved, saved by the person, sent by nobody. */
import { useEffect, type ReactNode } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import type { DiagnosticBundle } from '../../state/diagnostics.ts';
import type { LineQuality } from '../../state/link-quality.ts';
import { useDiagnostics } from '../../state/use-diagnostics.ts';
import { Badge, type Tone } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { CopyButton } from '../../ui/kit/copy-button.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { Page, Section } from '../../ui/kit/page.tsx';
import styles from './diagnostics.module.css';

export function DiagnosticsPage() {
  const bundle = useDiagnostics((state) => state.bundle);
  const collect = useDiagnostics((state) => state.collect);
  useEffect(() => {
    void collect();
  }, [collect]);
  return (
    <Page name={m.diagnostics_title()} lede={m.diagnostics_lede()}>
      {bundle && (
        <>
          <Contents bundle={bundle} />
          <Preview />
        </>
      )}
    </Page>
  );
}

function Contents({ bundle }: { readonly bundle: DiagnosticBundle }) {
  const { transfers, failures, journals, link } = bundle;
  return (
    <Section title={m.diagnostics_contents()}>
      <dl className={styles.facts}>
        <Fact name={m.diagnostics_transfers()}>
          {m.diagnostics_kept({
            kept: transfers.entries.length.toLocaleString(),
            dropped: transfers.dropped.toLocaleString(),
          })}
        </Fact>
        <Fact name={m.diagnostics_failures()}>
          {failures.length === 0
            ? m.diagnostics_none()
            : failures.map(({ code }) => code).join(', ')}
        </Fact>
        <Fact name={m.diagnostics_journals()}>{journals.length}</Fact>
        <Fact name={m.diagnostics_usb()}>
          <Quality quality={link.usb} />
        </Fact>
        <Fact name={m.diagnostics_serial()}>
          <Quality quality={link.serial} />
        </Fact>
      </dl>
      <p>{m.diagnostics_never()}</p>
      {[link.usb, link.serial].some(({ verdict }) => verdict === 'poor') && (
        <Notice tone="caution" title={m.diagnostics_poor_title()}>
          {m.diagnostics_poor_next()}
        </Notice>
      )}
    </Section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const tones: Readonly<Record<LineQuality['verdict'], Tone>> = {
  unknown: 'neutral',
  good: 'proven',
  poor: 'caution',
};

function Quality({ quality: { verdict, transfers, faults } }: { readonly quality: LineQuality }) {
  const words = {
    unknown: m.diagnostics_unknown,
    good: m.diagnostics_good,
    poor: m.diagnostics_poor,
  };
  return (
    <>
      <Badge tone={tones[verdict]}>{words[verdict]()}</Badge>{' '}
      {m.diagnostics_faults({
        faults: faults.toLocaleString(),
        transfers: transfers.toLocaleString(),
      })}
    </>
  );
}

function Preview() {
  const text = useDiagnostics((state) => state.text);
  const save = useDiagnostics((state) => state.save);
  const collect = useDiagnostics((state) => state.collect);
  return (
    <Section title={m.diagnostics_preview()}>
      <textarea
        className={styles.preview}
        aria-label={m.diagnostics_preview()}
        readOnly
        rows={20}
        spellCheck={false}
        value={text}
      />
      <Row>
        <Button kind="primary" onClick={save}>
          {m.diagnostics_save()}
        </Button>
        <CopyButton text={text} of={m.diagnostics_title()} />
        <Button kind="quiet" onClick={() => void collect()}>
          {m.diagnostics_again()}
        </Button>
      </Row>
    </Section>
  );
}
