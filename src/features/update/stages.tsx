/** The stages of an update in three tenses: did, does, will do. */
import { m } from '../../i18n/paraglide/messages.js';
import type { UpdateStage } from '../../state/update.ts';
import { Icon, type IconName } from '../../ui/kit/icons.tsx';
import { stageWords, updateStages } from './send-words.ts';
import styles from './update.module.css';

type Tense = 'did' | 'doing' | 'stopped' | 'will';

interface StagesProps {
  readonly stage: UpdateStage;
  readonly outcome: 'running' | 'stopped' | 'done';
}

const icons: Readonly<Record<Tense, IconName>> = {
  did: 'check',
  doing: 'play',
  stopped: 'failure',
  will: 'dot',
};

export function Stages({ stage, outcome }: StagesProps) {
  const now = updateStages.indexOf(stage);
  const tenseOf = (index: number): Tense => {
    if (outcome === 'done' || index < now) return 'did';
    if (index > now) return 'will';
    return outcome === 'stopped' ? 'stopped' : 'doing';
  };
  const words: Readonly<Record<Tense, string>> = {
    did: m.update_stage_did(),
    doing: m.update_stage_doing(),
    stopped: m.update_stage_failed(),
    will: m.update_stage_will(),
  };
  return (
    <ol className={styles.stages} aria-label={m.update_stages()}>
      {updateStages.map((id, index) => {
        const tense = tenseOf(index);
        return (
          <li key={id} data-tense={tense} aria-current={tense === 'doing' && 'step'}>
            <Icon name={icons[tense]} size={16} />
            <span>{stageWords(id)}</span>
            <small>{words[tense]}</small>
          </li>
        );
      })}
    </ol>
  );
}
