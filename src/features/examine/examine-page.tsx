/** The page Examine: any file, recognised, taken apart, judged; and what runs on the board. */
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { isImagePart } from '../../state/examined-part.ts';
import { partOf } from '../../state/examine.ts';
import { useExamine } from '../../state/use-examine.ts';
import { Polite } from '../../ui/kit/live.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { Page } from '../../ui/kit/page.tsx';
import { BytesSection } from './bytes-section.tsx';
import { CompareSection } from './compare-section.tsx';
import { DecryptSection } from './decrypt-section.tsx';
import { kindNames } from './fact-words.ts';
import { FactsSection } from './facts-section.tsx';
import { FileSection } from './file-section.tsx';
import { RunningSection } from './running-section.tsx';
import { VerdictSection } from './verdict-section.tsx';

export function ExaminePage() {
  const activity = useExamine((state) => state.activity);
  const dismiss = useExamine((state) => state.dismiss);
  const examined = useExamine((state) => state.examined);
  const part = examined && partOf(examined);
  return (
    <Page name={m.nav_examine()} lede={m.examine_lede()}>
      {activity.kind === 'failed' && (
        <ErrorNotice failure={describeFailure(activity.error)} onDismiss={dismiss} />
      )}
      <FileSection />
      {examined !== undefined && part !== undefined && (
        <>
          {part.examination.kind === 'encrypted-image' && <DecryptSection />}
          <VerdictSection examined={examined} part={part} />
          <FactsSection examined={examined} part={part} />
          <BytesSection examined={examined} part={part} />
          {isImagePart(part) && <CompareSection />}
        </>
      )}
      <RunningSection />
      <Polite
        text={
          part === undefined
            ? ''
            : m.examine_announce({
                name: examined?.file.name ?? '',
                kind: kindNames[part.examination.kind](),
              })
        }
      />
    </Page>
  );
}
