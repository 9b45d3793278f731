/** What the bootloader would say to an image, or where a key stands; and by whose keys that is judged. */
import { m } from '../../i18n/paraglide/messages.js';
import type { Examined } from '../../state/examine.ts';
import { isImagePart, type ExaminedPart } from '../../state/examined-part.ts';
import { Section } from '../../ui/kit/page.tsx';
import { ImageVerdict } from './image-verdict.tsx';
import { JudgeChoice } from './judge-choice.tsx';
import { KeyVerdict } from './key-verdict.tsx';

interface VerdictSectionProps {
  readonly examined: Examined;
  readonly part: ExaminedPart;
}

export function VerdictSection({ examined, part }: VerdictSectionProps) {
  const { kind, slots } = part.examination;
  const isImage = isImagePart(part);
  const isKey = slots.length > 0 || kind === 'private-key';
  if (!isImage && !isKey) return null;
  return (
    <Section title={m.examine_verdict()}>
      {isImage ? <ImageVerdict examined={examined} /> : <KeyVerdict part={part} />}
      <JudgeChoice forImage={isImage} />
    </Section>
  );
}
