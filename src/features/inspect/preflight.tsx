/** What the browser offers, on one screen, with the way to mend what is missing. */
import { m } from '../../i18n/paraglide/messages.js';
import type { HelpTopic } from '../../i18n/help-topics.ts';
import { useAppState } from '../../state/react.ts';
import type { Environment } from '../../state/services.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { Table } from '../../ui/kit/table.tsx';

interface Check {
  readonly name: string;
  readonly result: 'ok' | 'missing' | 'note';
  readonly meaning: string;
  readonly help?: HelpTopic;
}

export function Preflight() {
  const { environment } = useAppState().services;
  const checks = checkEnvironment(environment);
  const good = checks.every((check) => check.result !== 'missing');
  return (
    <Section
      title={m.board_preflight()}
      description={m.board_preflight_lede()}
      aside={
        good ? (
          <Badge tone="proven">{m.board_preflight_good()}</Badge>
        ) : (
          <Badge tone="caution">{m.board_preflight_virtual_only()}</Badge>
        )
      }
    >
      <Disclosure label={m.board_preflight_details()} open={!good}>
        <Table
          caption={m.board_preflight()}
          columns={[m.board_check(), m.board_check_result(), m.board_check_meaning()]}
        >
          {checks.map((check) => (
            <tr key={check.name}>
              <th scope="row">{check.name}</th>
              <td>
                <ResultBadge result={check.result} />
              </td>
              <td>
                {check.meaning}{' '}
                {check.help && (
                  <a
                    href={`#/help/${check.help}`}
                    aria-label={`${m.board_check_help()}: ${check.name}`}
                  >
                    {m.board_check_help()}
                  </a>
                )}
              </td>
            </tr>
          ))}
        </Table>
      </Disclosure>
    </Section>
  );
}

function ResultBadge({ result }: Pick<Check, 'result'>) {
  if (result === 'ok') return <Badge tone="proven">{m.board_check_ok()}</Badge>;
  if (result === 'note') return <Badge tone="info">{m.board_check_note()}</Badge>;
  return <Badge tone="failure">{m.board_check_missing()}</Badge>;
}

function checkEnvironment(environment: Environment): readonly Check[] {
  const { secureContext, webUsb, webSerial, indexedDb, webLocks, platform } = environment;
  return [
    {
      name: m.board_check_secure(),
      ...(secureContext
        ? { result: 'ok', meaning: m.board_check_secure_ok() }
        : { result: 'missing', meaning: m.board_check_secure_missing() }),
    },
    {
      name: m.board_check_webusb(),
      ...(webUsb
        ? { result: 'ok', meaning: m.board_check_webusb_ok() }
        : {
            result: 'missing',
            meaning: m.board_check_browser_missing(),
            help: 'unsupported-browser',
          }),
    },
    {
      name: m.board_check_webserial(),
      ...(webSerial
        ? { result: 'ok', meaning: m.board_check_webserial_ok() }
        : {
            result: 'missing',
            meaning: m.board_check_browser_missing(),
            help: 'unsupported-browser',
          }),
    },
    {
      name: m.board_check_storage(),
      ...(indexedDb
        ? { result: 'ok', meaning: m.board_check_storage_ok() }
        : { result: 'missing', meaning: m.board_check_storage_missing(), help: 'storage' }),
    },
    {
      name: m.board_check_locks(),
      ...(webLocks
        ? { result: 'ok', meaning: m.board_check_locks_ok() }
        : { result: 'missing', meaning: m.board_check_locks_missing() }),
    },
    ...platformChecks(platform),
  ];
}

function platformChecks(platform: Environment['platform']): readonly Check[] {
  if (platform === 'windows') {
    return [
      {
        name: m.board_check_windows(),
        result: 'note',
        meaning: m.board_check_windows_note(),
        help: 'driver-windows',
      },
    ];
  }
  if (platform === 'linux') {
    return [
      {
        name: m.board_check_linux(),
        result: 'note',
        meaning: m.board_check_linux_note(),
        help: 'udev-linux',
      },
    ];
  }
  return [];
}
