/** What is possible with the board that was looked at, and what is not and why. */
import type { ActionId, PossibleAction } from '../../core/provisioning/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useBoardStanding } from '../../state/use-board-standing.ts';
import { useAppState, useInspect } from '../../state/react.ts';
import { Button, LinkButton } from '../../ui/kit/button.tsx';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { Icon, type IconName } from '../../ui/kit/icons.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { ExportJournal, ImportJournal, JournalFileOutcome } from './journal-file.tsx';
import { actionWords, reasonWords, unseenWords } from './standing-words.ts';
import styles from './standing.module.css';

export function StandingSection() {
  const found = useBoardStanding();
  if (found === undefined) return null;
  const possible = found.actions.filter(({ allowed }) => allowed);
  const impossible = found.actions.filter(({ allowed }) => !allowed);
  return (
    <Section title={m.standing_title()} description={m.standing_lede()}>
      <ul className={styles.actions} aria-label={m.standing_possible()}>
        {possible.map((action) => (
          <Possible key={keyOf(action)} action={action} />
        ))}
      </ul>
      <JournalFileOutcome />
      <Disclosure label={m.standing_impossible({ count: impossible.length })}>
        <ul className={styles.reasons}>
          {impossible.map((action) => (
            <li key={keyOf(action)}>
              <strong>{actionWords(action).name}</strong>
              {action.reasons.map((reason) => {
                const words = reasonWords(reason);
                return <span key={words}>{words}</span>;
              })}
            </li>
          ))}
        </ul>
      </Disclosure>
    </Section>
  );
}

function keyOf({ id, route }: PossibleAction): string {
  return `${id}-${route ?? ''}`;
}

const icons: Readonly<Record<ActionId, IconName>> = {
  'erase-primer': 'trash',
  continue: 'fuse',
  burn: 'fuse',
  verify: 'equal',
  install: 'firmware',
  'boot-proof': 'proven',
  'trust-zone': 'lock',
  'export-journal': 'download',
  'import-journal': 'open',
  look: 'refresh',
};

/** Where the action is done; those without are done here. */
const pages: Readonly<Partial<Record<ActionId, string>>> = {
  'erase-primer': '#/burn',
  continue: '#/burn',
  burn: '#/burn',
  verify: '#/burn',
  install: '#/update',
  'boot-proof': '#/boot-proof',
  'trust-zone': '#/flash',
};

function Possible({ action }: { readonly action: PossibleAction }) {
  const { name, text } = actionWords(action);
  const unseen = unseenWords(action.unseen);
  return (
    <li>
      <Icon name={icons[action.id]} size={20} />
      <div>
        <p className={styles.name}>{name}</p>
        <p>{text}</p>
        {unseen !== undefined && <p>{unseen}</p>}
      </div>
      <Act action={action} name={name} />
    </li>
  );
}

function Act({
  action: { id, route },
  name,
}: {
  readonly action: PossibleAction;
  readonly name: string;
}) {
  const { provision } = useAppState();
  const page = pages[id];
  if (page !== undefined) {
    return (
      <LinkButton
        href={page}
        size="small"
        label={`${m.standing_go()}: ${name}`}
        iconAfter="right"
        onClick={() => {
          if (route && provision.getState().route !== route) provision.getState().setRoute(route);
        }}
      >
        {m.standing_go()}
      </LinkButton>
    );
  }
  if (id === 'export-journal') return <ExportJournal name={name} />;
  if (id === 'import-journal') return <ImportJournal name={name} />;
  return <LookAgain name={name} />;
}

function LookAgain({ name }: { readonly name: string }) {
  const { inspect } = useAppState();
  const running = useInspect(({ job }) => job.kind === 'running');
  return (
    <Button
      size="small"
      label={`${m.standing_look()}: ${name}`}
      busy={running}
      onClick={() => void inspect.getState().inspect()}
    >
      {m.standing_look()}
    </Button>
  );
}
