/** How many signatures a key that counts them has left; and, when its state cannot be trusted, the way out. */
import { useState } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import { signaturesWarning, signaturesWords } from '../../i18n/signatures.ts';
import type { KeyEntry } from '../../state/keys.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { Share } from '../../ui/kit/meter.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { AdvanceDialog } from './advance-dialog.tsx';
import { isIndexKnown } from './advance-index.ts';

type Signatures = NonNullable<KeyEntry['signatures']>;
type Suspension = NonNullable<KeyEntry['suspended']>;

const shareSteps = 1000n;

export function SignaturesLeft({ entry }: { readonly entry: KeyEntry }) {
  const { signatures, suspended } = entry;
  return (
    <>
      {signatures !== undefined && <Left name={entry.name} signatures={signatures} />}
      {suspended !== undefined && <Suspended entry={entry} suspension={suspended} />}
    </>
  );
}

function Left({ name, signatures }: { readonly name: string; readonly signatures: Signatures }) {
  const { nextIndex, capacity } = signatures;
  const warning = signaturesWarning(signatures);
  return (
    <div>
      <Share
        label={m.keys_signatures_of({ name })}
        used={Number((nextIndex * shareSteps) / capacity)}
        total={Number(shareSteps)}
        words={signaturesWords(signatures)}
      />
      {warning && <Badge tone={warning.tone}>{warning.words}</Badge>}
    </div>
  );
}

const reasonWords: Readonly<Record<Suspension['reason'], () => string>> = {
  'rolled-back': m.keys_suspended_rolled_back,
  'other-vault': m.keys_suspended_other_vault,
  'unknown-history': m.keys_suspended_unknown_history,
};

function outWords(suspension: Suspension): string {
  const index = suspension.lowestSafeIndex.toString();
  return isIndexKnown(suspension)
    ? m.keys_suspended_out({ index })
    : m.keys_suspended_out_unknown({ index });
}

interface SuspendedProps {
  readonly entry: KeyEntry;
  readonly suspension: Suspension;
}

function Suspended({ entry, suspension }: SuspendedProps) {
  const [advancing, setAdvancing] = useState(false);
  return (
    <Notice
      tone="caution"
      title={m.keys_suspended()}
      actions={
        <Button
          size="small"
          label={m.keys_advance_of({ name: entry.name })}
          onClick={() => {
            setAdvancing(true);
          }}
        >
          {m.keys_advance()}
        </Button>
      }
    >
      <p>{reasonWords[suspension.reason]()}</p>
      <p>{outWords(suspension)}</p>
      <AdvanceDialog
        entry={entry}
        suspension={suspension}
        opened={advancing}
        onClose={() => {
          setAdvancing(false);
        }}
      />
    </Notice>
  );
}
