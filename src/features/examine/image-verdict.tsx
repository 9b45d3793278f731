/** Would this bootloader start the image: the answer in a sentence, then every check. */
import type { BootAnswer, BootExplanation, BootFinding } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { Examined } from '../../state/examine.ts';
import { useKeystore } from '../../state/react.ts';
import { useExamine } from '../../state/use-examine.ts';
import type { Tone } from '../../ui/kit/badge.tsx';
import { Icon, type IconName } from '../../ui/kit/icons.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { checkNames, findingWords } from './boot-words.ts';
import styles from './examine.module.css';

const tones: Readonly<Record<BootAnswer, Tone>> = {
  yes: 'proven',
  'yes-if': 'caution',
  no: 'failure',
};

const outcomeIcons: Readonly<Record<BootFinding['outcome'], IconName>> = {
  good: 'proven',
  bad: 'failure',
  unknown: 'help',
};

export function ImageVerdict({ examined: { explanation } }: { readonly examined: Examined }) {
  const keyName = useKeyName(explanation?.slotIndex);
  if (explanation === undefined) return null;
  const { answer, cause } = explanation;
  const words = cause && findingWords(cause, keyName);
  return (
    <>
      <Notice tone={tones[answer]} title={answerTitle(answer)} live="status">
        {answer !== 'yes' && words !== undefined && (
          <>
            <p>{words.says}</p>
            {words.wayOut !== undefined && (
              <p>
                <strong>{m.examine_way_out()}</strong> {words.wayOut}
              </p>
            )}
          </>
        )}
        {answer !== 'no' && <p>{summary(explanation, keyName)}</p>}
      </Notice>
      <Checks explanation={explanation} keyName={keyName} />
    </>
  );
}

function answerTitle(answer: BootAnswer): string {
  switch (answer) {
    case 'yes':
      return m.examine_yes();
    case 'yes-if':
      return m.examine_yes_if();
    case 'no':
      return m.examine_no();
  }
}

/** Which key, which slot, does the mask allow it, is it newer: what a person asks first. */
function summary({ findings, cause }: BootExplanation, keyName: string | undefined): string {
  return findings
    .filter(({ check }) => check === 'key' || check === 'partition' || check === 'version')
    .filter((finding) => finding !== cause)
    .map((finding) => findingWords(finding, keyName).says)
    .join(' ');
}

interface ChecksProps {
  readonly explanation: BootExplanation;
  readonly keyName: string | undefined;
}

function Checks({ explanation: { findings }, keyName }: ChecksProps) {
  const outcomes: Readonly<Record<BootFinding['outcome'], string>> = {
    good: m.examine_good(),
    bad: m.examine_bad(),
    unknown: m.examine_unknown(),
  };
  return (
    <ol className={styles.checks} aria-label={m.examine_checks()}>
      {findings.map((finding) => {
        const { says, wayOut } = findingWords(finding, keyName);
        return (
          <li key={`${finding.check}-${finding.reason}`} data-outcome={finding.outcome}>
            <span className={styles.outcome}>
              <Icon name={outcomeIcons[finding.outcome]} size={16} />
              {outcomes[finding.outcome]}
            </span>
            <strong>{checkNames[finding.check]()}</strong>
            <span className={styles.says}>
              {says}
              {wayOut !== undefined && finding.outcome !== 'good' && (
                <span className={styles.wayOut}> {wayOut}</span>
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** As the person calls the key in the slot, where the keystore is that of this session. */
function useKeyName(slotIndex: number | undefined): string | undefined {
  const judge = useExamine((state) => state.judge);
  const chosen = useKeystore(({ view }) => view.chosen);
  if (judge !== 'page' || slotIndex === undefined) return undefined;
  const source = chosen[slotIndex]?.source;
  return source?.kind === 'key' ? source.key.name : source?.imported.name;
}
