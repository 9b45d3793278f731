/** Every step of a plan in its tense: will do, does, did, did not. */
import {
  type FlashedRun,
  type FlashPlan,
  type FlashStep,
  type ProjectPart,
} from '../../core/provisioning/index.ts';
import { hexNumber } from '../../core/bytes/index.ts';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { Icon, type IconName } from '../../ui/kit/icons.tsx';
import { namesOf } from './flash-words.ts';
import styles from './flash.module.css';

export type StepsState =
  | { readonly kind: 'planned' }
  | { readonly kind: 'running'; readonly step: number }
  | { readonly kind: 'stopped'; readonly step: number }
  | { readonly kind: 'done'; readonly runs: readonly FlashedRun[] };

type Tense = 'will' | 'doing' | 'did' | 'stopped' | 'not';

const icons: Readonly<Record<Tense, IconName>> = {
  will: 'dot',
  doing: 'play',
  did: 'check',
  stopped: 'failure',
  not: 'minus',
};

interface StepLinesProps {
  readonly plan: FlashPlan;
  readonly state: StepsState;
}

export function StepLines({ plan, state }: StepLinesProps) {
  const { parts } = plan.project;
  return (
    <ol className={styles.steps} aria-label={m.flash_steps()}>
      {plan.steps.map((step, index) => {
        const tense = tenseOf(state, index);
        const runs = state.kind === 'done' ? state.runs : [];
        return (
          <li
            key={index}
            data-tense={tense}
            data-burns={step.kind === 'burn'}
            aria-current={tense === 'doing' && 'step'}
          >
            <Icon
              name={step.kind === 'burn' && tense === 'will' ? 'fuse' : icons[tense]}
              size={18}
            />
            <span>
              {step.kind === 'burn' ? burnWords(step, tense) : flashWords(step, tense, parts, runs)}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function tenseOf(state: StepsState, index: number): Tense {
  switch (state.kind) {
    case 'planned':
      return 'will';
    case 'done':
      return 'did';
    case 'running':
      return index < state.step ? 'did' : index === state.step ? 'doing' : 'will';
    case 'stopped':
      return index < state.step ? 'did' : index === state.step ? 'stopped' : 'not';
  }
}

function flashWords(
  { run }: Extract<FlashStep, { kind: 'flash' }>,
  tense: Tense,
  parts: readonly ProjectPart[],
  runs: readonly FlashedRun[],
): string {
  const names = namesOf(run.parts, parts);
  const address = hexNumber(run.address, 8);
  const sectors = formatCount(run.sectors.length);
  switch (tense) {
    case 'will':
      return m.flash_step_will({ names, size: formatBytes(run.bytes.length), address, sectors });
    case 'doing':
      return m.flash_step_doing({ names, address });
    case 'stopped':
      return m.flash_step_stopped({ names, address });
    case 'not':
      return m.flash_step_not({ names, address });
    case 'did': {
      const report = runs.find((done) => done.run === run)?.report;
      if (report === undefined) return m.flash_step_did_before({ names, address });
      return m.flash_step_did({
        names,
        address,
        written: formatCount(report.writtenSectors.length),
        kept: formatCount(report.keptSectors.length),
      });
    }
  }
}

function burnWords({ plan }: Extract<FlashStep, { kind: 'burn' }>, tense: Tense): string {
  const name = plan.intended.imageName;
  const halfwords = formatCount(plan.summary.counts.new);
  switch (tense) {
    case 'will':
      return plan.work === 'nothing'
        ? m.flash_burn_nothing({ name })
        : m.flash_burn_will({ name, halfwords });
    case 'doing':
      return m.flash_burn_doing({ name });
    case 'did':
      return m.flash_burn_did({ name });
    case 'stopped':
      return m.flash_burn_stopped({ name });
    case 'not':
      return m.flash_burn_not({ name });
  }
}
