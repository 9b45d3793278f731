/** Puts a text on the clipboard and says so for a moment. */
import { useClipboard } from '@mantine/hooks';
import { IconButton } from './button.tsx';
import { useKitTexts } from './texts.ts';

interface CopyButtonProps {
  readonly text: string;
  /** What is copied; part of the button's name. */
  readonly of: string;
}

const shownMs = 1600;

export function CopyButton({ text, of }: CopyButtonProps) {
  const texts = useKitTexts();
  const clipboard = useClipboard({ timeout: shownMs });
  return (
    <>
      <IconButton
        icon={clipboard.copied ? 'check' : 'copy'}
        label={`${texts.copy}: ${of}`}
        onClick={() => {
          clipboard.copy(text);
        }}
      />
      <span role="status" className="kf-hidden">
        {clipboard.copied ? texts.copied : ''}
      </span>
    </>
  );
}
