/** What was signed or opened in this session need not be saved and opened again. */
import { useFirmware } from '../../state/react.ts';
import type { NamedFile } from '../../state/services.ts';
import { SelectField } from '../../ui/kit/fields.tsx';

interface SessionImagesProps {
  readonly label: string;
  readonly onChoose: (file: NamedFile) => Promise<void>;
}

const none = '';

export function SessionImages({ label, onChoose }: SessionImagesProps) {
  const images = useFirmware((state) => state.images);
  if (images.length === 0) return null;
  return (
    <SelectField
      label={label}
      value={none}
      onChange={(id) => {
        const image = images.find((candidate) => candidate.id === id);
        if (image !== undefined) void onChoose({ name: image.name, bytes: image.bytes });
      }}
      choices={[
        { value: none, label: '–' },
        ...images.map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  );
}
