/** Choosing a signed image: one that was signed here, or a file. */
import { formatBytes } from '../../i18n/format.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { imageFormWords } from '../../i18n/image-forms.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useOpenFile } from '../../state/open-file.ts';
import { useAppState, useFirmware } from '../../state/react.ts';
import type { NamedFile } from '../../state/services.ts';
import { Button, LinkButton } from '../../ui/kit/button.tsx';
import { SelectField } from '../../ui/kit/fields.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';

interface ImageChoiceProps {
  readonly label: string;
  readonly imageId: string | undefined;
  readonly disabled: boolean;
  readonly onChoose: (id: string | undefined) => void;
  readonly onFile: (file: NamedFile) => Promise<void>;
}

const none = '';

export function ImageChoice({ label, imageId, disabled, onChoose, onFile }: ImageChoiceProps) {
  const { firmware } = useAppState();
  const images = useFirmware((state) => state.images);
  const activity = useFirmware((state) => state.activity);
  const { open, error, dismiss } = useOpenFile();
  const refused =
    activity.kind === 'failed' && activity.what === 'open-image' ? activity.error : undefined;
  const failure = error ?? refused;
  return (
    <Stack gap={2}>
      <Row align="end">
        <SelectField
          label={label}
          value={imageId ?? none}
          disabled={disabled}
          onChange={(id) => {
            onChoose(id === none ? undefined : id);
          }}
          choices={[
            { value: none, label: m.update_choose_image() },
            ...images.map((entry) => ({
              value: entry.id,
              label: `${m.update_image_option({
                name: entry.name,
                version: entry.image.version,
              })} (${[
                ...(entry.form === 'plain' ? [] : [imageFormWords(entry.form)]),
                formatBytes(entry.bytes.length),
              ].join(', ')})`,
            })),
          ]}
        />
        <Button
          icon="open"
          disabled={disabled}
          label={`${m.update_open_image()}: ${label}`}
          onClick={() => {
            open('.bin,.img,.hex,.ihex,.srec,.s19,.s37,.elf,.dfu', onFile);
          }}
        >
          {m.update_open_image()}
        </Button>
        {images.length === 0 && (
          <LinkButton href="#/firmware" kind="quiet">
            {m.update_sign_first()}
          </LinkButton>
        )}
      </Row>
      {failure && (
        <ErrorNotice
          failure={describeFailure(failure)}
          onDismiss={() => {
            dismiss();
            firmware.getState().dismiss();
          }}
        />
      )}
    </Stack>
  );
}
