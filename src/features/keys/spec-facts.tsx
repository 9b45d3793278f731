/** What the key that is about to be made will mean: room, signatures, speed, settings, time to make it. */
import { useEffect, useState } from 'react';
import type { KeySpec } from '../../core/crypto/index.ts';
import {
  authKeyNamed,
  authKeyOfAlgorithm,
  keyFacts,
  type BootloaderProfile,
} from '../../core/wolfboot/index.ts';
import { formatBytes, formatCount, formatDuration } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { formatSignatures } from '../../i18n/signatures.ts';
import { useKeys } from '../../state/react.ts';
import { Facts } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { quantumWord, speedSentences, speedWords, targetLabels } from './algorithm-facts.ts';
import styles from './new-keys.module.css';

interface SpecFactsProps {
  readonly spec: KeySpec;
  readonly profile: BootloaderProfile;
}

export function SpecFacts({ spec, profile }: SpecFactsProps) {
  const { target } = profile;
  const facts = keyFacts(spec, target);
  const time = useTimeWords(spec);
  const signatures =
    facts.signatures === undefined ? m.keys_unlimited() : formatSignatures(facts.signatures);
  return (
    <div className={styles.facts}>
      <h3>{m.keys_facts()}</h3>
      <Facts
        facts={[
          { name: m.keys_fact_slot(), value: formatBytes(facts.slotBytes) },
          {
            name: m.keys_fact_slots({ target: targetLabels[target] }),
            value: formatCount(facts.slots),
          },
          { name: m.keys_fact_signature(), value: formatBytes(facts.signatureBytes) },
          { name: m.keys_fact_signatures(), value: signatures },
          { name: m.keys_fact_speed(), value: speedWords[facts.verifySpeed]() },
          { name: m.keys_fact_quantum(), value: quantumWord(facts.quantumSafe) },
          { name: m.keys_fact_time(), value: time },
        ]}
      />
      <p className={styles.remark}>
        {speedSentences[facts.verifySpeed]()} {m.keys_fact_build()}:{' '}
        <code>{facts.buildSettings.join(' ')}</code>
      </p>
      <Cautions spec={spec} profile={profile} signatures={signatures} />
    </div>
  );
}

interface CautionsProps extends SpecFactsProps {
  /** How many there are, in words. */
  readonly signatures: string;
}

function Cautions({ spec, profile, signatures }: CautionsProps) {
  const facts = keyFacts(spec, profile.target);
  const read = authKeyNamed(profile.signName);
  const readable = profile.universal || authKeyOfAlgorithm(spec.algorithm).name === read.name;
  return (
    <>
      {facts.slots === 0 && (
        <Notice
          tone="caution"
          title={m.keys_no_room({ target: targetLabels[profile.target] })}
          live="status"
        >
          {m.keys_no_room_text()}
        </Notice>
      )}
      {!facts.knownToWolfboot && (
        <Notice tone="caution" title={m.keys_unknown_set()} live="status">
          {m.keys_unknown_set_text()}
        </Notice>
      )}
      {!readable && (
        <Notice tone="info" live="status">
          {m.keys_not_for_profile({ algorithm: read.label })}
        </Notice>
      )}
      {facts.signatures !== undefined && (
        <Notice tone="caution" title={m.keys_stateful()}>
          {m.keys_stateful_text({ count: signatures })}
        </Notice>
      )}
    </>
  );
}

const instantMs = 300;
const million = 1_000_000;
/** Also the plain JavaScript stand-in does as many in a second. */
const fewCompressions = million;

/** Asked of the keyring, which knows how fast this computer hashes. */
function useTimeWords(spec: KeySpec): string {
  const estimate = useKeys((state) => state.estimate);
  const key = JSON.stringify(spec);
  const [answer, setAnswer] = useState({ key: '', words: '' });
  useEffect(() => {
    let wanted = true;
    estimate(JSON.parse(key) as KeySpec).then(
      ({ compressions, milliseconds }) => {
        const words =
          compressions < fewCompressions || (milliseconds !== undefined && milliseconds < instantMs)
            ? m.keys_time_instant()
            : milliseconds === undefined
              ? m.keys_time_unknown({ count: formatCount(Math.ceil(compressions / million)) })
              : m.keys_time_about({ time: formatDuration(milliseconds) });
        if (wanted) setAnswer({ key, words });
      },
      () => {
        if (wanted) setAnswer({ key, words: '–' });
      },
    );
    return () => {
      wanted = false;
    };
  }, [estimate, key]);
  return answer.key === key ? answer.words : '…';
}
