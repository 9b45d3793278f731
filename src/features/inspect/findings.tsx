/** Inspecting the board, and what was found. */
import { hexNumber } from '../../core/bytes/index.ts';
import type { Standing } from '../../core/provisioning/index.ts';
import { boardById } from '../../core/stm32/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { describeFailure } from '../../i18n/failure.ts';
import { describeField } from '../../i18n/field-names.ts';
import { meantDfuDevice } from '../../state/granted.ts';
import type { Findings, InspectJob } from '../../state/inspect.ts';
import { useBoardStanding } from '../../state/use-board-standing.ts';
import { useAppState, useBench, useInspect } from '../../state/react.ts';
import { HexView } from '../../ui/hex/hex-view.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { Fingerprint } from '../../ui/kit/fingerprint.tsx';
import { Facts } from '../../ui/kit/layout.tsx';
import { JobProgress } from '../../ui/kit/meter.tsx';
import { ErrorNotice, Notice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { Table } from '../../ui/kit/table.tsx';
import {
  banksWords,
  lockWords,
  memoryWords,
  productStateWords,
  trustZoneWords,
  udsWords,
} from './findings-words.ts';
import styles from './inspect.module.css';
import { standingVerdict } from './standing-words.ts';

export function FindingsSection() {
  const { inspect: store } = useAppState();
  const job = useInspect((state) => state.job);
  const devices = useBench((state) => state.usb);
  const { inspect, dismiss } = store.getState();
  return (
    <>
      <Section
        title={m.board_device()}
        description={m.board_inspect_lede()}
        aside={
          <Button
            kind={job.kind === 'done' ? 'default' : 'primary'}
            icon="board"
            busy={job.kind === 'running'}
            disabled={devices.length === 0}
            onClick={() => void inspect()}
          >
            {job.kind === 'done' ? m.board_inspect_again() : m.board_inspect()}
          </Button>
        }
      >
        <Devices />
        {job.kind === 'running' && <Running stage={job.stage} />}
        {job.kind === 'failed' && (
          <ErrorNotice failure={describeFailure(job.error)} onDismiss={dismiss} />
        )}
      </Section>
      {job.kind === 'done' && <Result findings={job.findings} />}
    </>
  );
}

function Devices() {
  const devices = useBench((state) => state.usb);
  const chosen = useBench((state) => state.chosenUsb);
  const { bench: store } = useAppState();
  if (devices.length === 0) return <p className={styles.note}>{m.board_device_none()}</p>;
  const device = meantDfuDevice(devices, chosen);
  if (device === undefined) {
    return (
      <Notice
        tone="caution"
        title={m.board_device_several({ count: devices.length })}
        actions={
          <Button icon="usb" onClick={() => void store.getState().chooseUsb()}>
            {m.board_choose_one()}
          </Button>
        }
      />
    );
  }
  const { identity } = device;
  return (
    <Facts
      facts={[
        { name: m.board_fact_usb(), value: identity.product ?? m.board_no_name() },
        {
          name: m.board_fact_serial(),
          value: identity.serial ?? m.board_fact_no_serial(),
          mono: true,
        },
      ]}
    />
  );
}

type Stage = Extract<InspectJob, { kind: 'running' }>['stage'];

const stages: readonly Stage[] = [
  'opening',
  'option-bytes',
  'otp-first-reading',
  'otp-second-reading',
];

function Running({ stage }: { readonly stage: Stage }) {
  return (
    <JobProgress
      label={m.board_inspecting()}
      doing={stageWords(stage)}
      done={stages.indexOf(stage)}
      total={stages.length}
    />
  );
}

function stageWords(stage: Stage): string {
  switch (stage) {
    case 'opening':
      return m.board_stage_opening();
    case 'option-bytes':
      return m.board_stage_option_bytes();
    case 'otp-first-reading':
      return m.board_stage_otp_first();
    case 'otp-second-reading':
      return m.board_stage_otp_second();
  }
}

function Result({ findings }: { readonly findings: Findings }) {
  const { inspection } = findings;
  const standing = useBoardStanding()?.standing;
  const present = useBench((bench) =>
    bench.usb.some((device) => device.identity.serial === inspection.serial),
  );
  return (
    <Section title={m.board_findings()}>
      {standing && <Verdict standing={standing} />}
      {!present && <Notice tone="neutral">{m.board_gone()}</Notice>}
      <BoardFacts findings={findings} />
      <Alternates findings={findings} />
      {inspection.warnings.length > 0 && (
        <>
          <p>{m.board_remarks_text({ count: inspection.warnings.length })}</p>
          <Disclosure label={m.board_remarks()}>
            <ul lang="en">
              {inspection.warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </Disclosure>
        </>
      )}
      <OtpContent findings={findings} />
    </Section>
  );
}

function Verdict({ standing }: { readonly standing: Standing }) {
  const { tone, title, text } = standingVerdict(standing);
  return (
    <Notice tone={tone} title={title} live="status">
      <p>{text}</p>
    </Notice>
  );
}

function BoardFacts({ findings: { inspection } }: { readonly findings: Findings }) {
  const { board, serial, otp } = inspection;
  const alike = board?.indistinguishableFrom.map((id) => boardById(id).name) ?? [];
  return (
    <Facts
      facts={[
        {
          name: m.board_fact_board(),
          value: (
            <>
              {board?.name ?? m.board_fact_unknown_board()}
              {alike.length > 0 && (
                <small> {m.board_fact_alike({ boards: alike.join(', ') })}</small>
              )}
            </>
          ),
        },
        { name: m.board_fact_serial(), value: serial ?? m.board_fact_no_serial(), mono: true },
        { name: m.board_fact_product_state(), value: productStateWords(inspection) },
        { name: m.board_fact_trust_zone(), value: trustZoneWords(inspection) },
        { name: m.board_fact_banks(), value: banksWords(inspection) },
        { name: m.board_fact_lock_word(), value: lockWords(inspection) },
        { name: m.board_fact_uds(), value: udsWords(inspection) },
        ...(otp.kind === 'read'
          ? [
              {
                name: m.board_fact_sha(),
                value: (
                  <Fingerprint hex={otp.content.sha256WithoutUds} of={m.board_fact_sha()} short />
                ),
              },
            ]
          : []),
      ]}
    />
  );
}

function Alternates({ findings: { description } }: { readonly findings: Findings }) {
  return (
    <Disclosure label={m.board_alternates()}>
      <Table
        caption={m.board_alternates_table()}
        columns={[m.board_alternate(), m.board_alternate_kind(), m.board_alternate_name()]}
      >
        {description.alternates.map((alternate) => (
          <tr key={alternate.number}>
            <td>{alternate.number}</td>
            <td>{memoryWords(alternate)}</td>
            <td className="kf-mono">{alternate.name ?? m.board_no_name()}</td>
          </tr>
        ))}
      </Table>
      <Facts
        facts={[
          { name: m.board_fact_transfer(), value: `${description.transferSizeBytes} B` },
          {
            name: 'bcdDevice',
            value: hexNumber(description.identity.deviceVersionBcd, 4),
            mono: true,
          },
          { name: 'bcdDFUVersion', value: hexNumber(description.dfuVersionBcd, 4), mono: true },
          {
            name: 'DfuSe',
            value: description.commands.map((command) => hexNumber(command, 2)).join(' '),
            mono: true,
          },
        ]}
      />
    </Disclosure>
  );
}

function OtpContent({ findings: { inspection, otp } }: { readonly findings: Findings }) {
  if (otp === undefined) return null;
  const viaFlash = inspection.otp.kind === 'read' && inspection.otp.via === 'flash-alternate';
  return (
    <>
      <h3>{m.board_otp_content()}</h3>
      {viaFlash && <Notice tone="info">{m.board_otp_via_flash()}</Notice>}
      <HexView
        label={m.board_otp_label()}
        bytes={otp.bytes}
        spans={otp.spans}
        secret={otp.secret}
        baseAddress={otp.baseAddress}
        describe={describeField}
      />
    </>
  );
}
