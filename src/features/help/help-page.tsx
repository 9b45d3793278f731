/** Help: a list of topics, or one of them with its steps. */
import { useParams } from 'wouter';
import { ACCESS_DENIED, helpTopics, isHelpTopic, type HelpTopic } from '../../i18n/help-topics.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { Environment } from '../../state/services.ts';
import { useAppState } from '../../state/react.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { LinkButton } from '../../ui/kit/button.tsx';
import { CopyButton } from '../../ui/kit/copy-button.tsx';
import { Row } from '../../ui/kit/layout.tsx';
import { Page, Section } from '../../ui/kit/page.tsx';
import { hasPicture, PictureOf } from './pictures.tsx';
import { helpTexts, systemName, type HelpStep, type HelpSystem } from './help-content.ts';
import styles from './help.module.css';

export function HelpPage() {
  const { topic } = useParams<{ topic?: string }>();
  const { platform } = useAppState().services.environment;
  if (topic === ACCESS_DENIED) return <Topic topic={accessTopics[platform]} />;
  if (topic === undefined) return <TopicList lede={m.help_lede()} />;
  return isHelpTopic(topic) ? <Topic topic={topic} /> : <TopicList lede={m.help_unknown()} />;
}

/** Who is refused access needs the page of the own system. */
const accessTopics: Readonly<Record<Environment['platform'], HelpTopic>> = {
  windows: 'driver-windows',
  linux: 'udev-linux',
  macos: 'macos',
  android: 'android',
  other: 'no-device',
};

function TopicList({ lede }: { readonly lede: string }) {
  return (
    <Page name={m.help_title()} lede={lede}>
      <Section title={m.help_topics()}>
        <Links topics={helpTopics} />
      </Section>
      <Section title={m.diagnostics_title()} plain>
        <p>{m.diagnostics_lede()}</p>
        <Row>
          <LinkButton href="#/diagnostics">{m.diagnostics_title()}</LinkButton>
        </Row>
      </Section>
    </Page>
  );
}

function Links({ topics }: { readonly topics: readonly HelpTopic[] }) {
  return (
    <ul className={styles.links}>
      {topics.map((topic) => (
        <li key={topic}>
          <a href={`#/help/${topic}`}>{helpTexts[topic].title()}</a>
        </li>
      ))}
    </ul>
  );
}

function Topic({ topic }: { readonly topic: HelpTopic }) {
  const { title, why, steps, bySystem = {}, related = [] } = helpTexts[topic];
  const { platform } = useAppState().services.environment;
  return (
    <Page name={title()} lede={why()}>
      <Section title={m.help_steps()}>
        <Steps steps={steps} />
      </Section>
      {hasPicture(topic) && (
        <Section title={m.help_picture()}>
          <PictureOf topic={topic} />
        </Section>
      )}
      {systemsOf(bySystem, platform).map(({ system, steps: own }) => (
        <Section
          key={system}
          title={m.help_for({ system: systemName(system) })}
          aside={system === platform && <Badge tone="info">{m.help_yours()}</Badge>}
        >
          <Steps steps={own} />
        </Section>
      ))}
      <Section title={m.help_topics()} plain>
        <Links topics={related} />
        <Row>
          <LinkButton href="#/board">{m.help_back()}</LinkButton>
          <LinkButton href="#/help" kind="quiet">
            {m.help_all()}
          </LinkButton>
        </Row>
      </Section>
    </Page>
  );
}

/** This computer's own system first. */
function systemsOf(
  bySystem: Readonly<Partial<Record<HelpSystem, readonly HelpStep[]>>>,
  platform: string,
): readonly { readonly system: HelpSystem; readonly steps: readonly HelpStep[] }[] {
  const systems: readonly HelpSystem[] = ['windows', 'linux', 'macos', 'android'];
  return systems
    .flatMap((system) => {
      const steps = bySystem[system];
      return steps === undefined ? [] : [{ system, steps }];
    })
    .sort((a, b) => Number(b.system === platform) - Number(a.system === platform));
}

function Steps({ steps }: { readonly steps: readonly HelpStep[] }) {
  return (
    <ol className={styles.steps}>
      {steps.map(({ text, code }) => (
        <li key={text()}>
          <p>{text()}</p>
          {code !== undefined && (
            <div className={styles.code}>
              <pre>
                <code>{code}</code>
              </pre>
              <CopyButton text={code} of={m.help_copy()} />
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}
