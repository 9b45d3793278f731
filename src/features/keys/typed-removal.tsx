/** Gives something up for good: only after its name, or a word, was typed. */
import { useState, type ReactNode } from 'react';
import { FactField } from '../../ui/confirm/fact-field.tsx';
import { sameFact } from '../../ui/confirm/same-fact.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Dialog } from '../../ui/kit/dialog.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { useKitTexts } from '../../ui/kit/texts.ts';

interface TypedRemovalProps {
  readonly title: string;
  /** What is lost, in plain words. */
  readonly consequence: ReactNode;
  readonly label: string;
  readonly expected: string;
  readonly confirmLabel: string;
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

export function TypedRemovalDialog({ title, opened, ...form }: TypedRemovalProps) {
  return (
    <Dialog title={title} opened={opened} onClose={form.onClose} careful>
      <TypedRemovalForm {...form} />
    </Dialog>
  );
}

/** Made anew with every opening: what was typed before does not count. */
function TypedRemovalForm({
  consequence,
  label,
  expected,
  confirmLabel,
  onClose,
  onConfirm,
}: Omit<TypedRemovalProps, 'title' | 'opened'>) {
  const texts = useKitTexts();
  const [typed, setTyped] = useState('');
  const ready = sameFact(typed, expected);
  return (
    <form
      className="kf-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        onConfirm();
        onClose();
      }}
    >
      <Notice tone="failure">{consequence}</Notice>
      <FactField label={label} expected={expected} value={typed} onChange={setTyped} />
      <div className="kf-actions">
        <Button onClick={onClose}>{texts.cancel}</Button>
        <Button type="submit" kind="danger" disabled={!ready}>
          {confirmLabel}
        </Button>
      </div>
    </form>
  );
}
