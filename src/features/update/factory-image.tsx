/** The same two parts as one file, for those who program boards elsewhere. */
import { useState } from 'react';
import { hexNumber } from '../../core/bytes/index.ts';
import { toAppError, type AppError } from '../../core/errors.ts';
import type { FactoryImage, FactoryPart } from '../../core/wolfboot/index.ts';
import { describeFailure } from '../../i18n/failure.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { planFactoryImage, saveFactoryImage } from '../../state/factory-image.ts';
import type { SavedFormat } from '../../state/firmware-files.ts';
import { useAppState, useFirmware, useInstall, useKeystore } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Dialog } from '../../ui/kit/dialog.tsx';
import { SelectField } from '../../ui/kit/fields.tsx';
import { Facts, Row, Stack } from '../../ui/kit/layout.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';

type Plan =
  | { readonly image: FactoryImage; readonly error?: undefined }
  | { readonly image?: undefined; readonly error: AppError };

export function FactoryImageFile() {
  const bootloader = useInstall((state) => state.bootloader);
  const imageId = useInstall((state) => state.imageId);
  const image = useFirmware(({ images }) => images.find(({ id }) => id === imageId));
  const profile = useKeystore(({ view }) => view.profile);
  const [plan, setPlan] = useState<Plan>();
  const missing = bootloader === undefined || image === undefined;
  return (
    <>
      <Button
        icon="firmware"
        disabled={missing}
        onClick={() => {
          if (missing) return;
          try {
            setPlan({ image: planFactoryImage(bootloader, image, profile) });
          } catch (thrown) {
            setPlan({ error: toAppError(thrown) });
          }
        }}
      >
        {m.factory_save()}
      </Button>
      <Dialog
        title={m.factory_title()}
        opened={plan !== undefined}
        onClose={() => {
          setPlan(undefined);
        }}
      >
        {plan?.error && <ErrorNotice failure={describeFailure(plan.error)} />}
        {plan?.image && (
          <FactoryForm
            image={plan.image}
            onDone={() => {
              setPlan(undefined);
            }}
          />
        )}
      </Dialog>
    </>
  );
}

const formats: readonly { readonly value: SavedFormat; readonly label: string }[] = [
  { value: 'intel-hex', label: 'Intel HEX (.hex)' },
  { value: 's-record', label: 'S-record (.srec)' },
  { value: 'dfuse', label: 'DfuSe (.dfu)' },
  { value: 'bin', label: 'Binary (.bin)' },
];

interface FactoryFormProps {
  readonly image: FactoryImage;
  readonly onDone: () => void;
}

function FactoryForm({ image, onDone }: FactoryFormProps) {
  const { files } = useAppState().services;
  const [format, setFormat] = useState<SavedFormat>('intel-hex');
  return (
    <Stack gap={4}>
      <p>{m.factory_text()}</p>
      <Facts
        narrow
        facts={image.parts.map((part) => ({
          name: partNames[part.name](),
          value: `${hexNumber(part.address, 8)}, ${formatBytes(part.bytes.length)}: ${part.fileName}`,
        }))}
      />
      <SelectField
        label={m.save_as_format()}
        value={format}
        onChange={setFormat}
        choices={formats}
        description={format === 'bin' ? m.factory_bin() : undefined}
      />
      <Row>
        <Button
          kind="primary"
          icon="download"
          onClick={() => {
            saveFactoryImage(files, image, format);
            onDone();
          }}
        >
          {m.factory_do()}
        </Button>
      </Row>
    </Stack>
  );
}

const partNames: Readonly<Record<FactoryPart['name'], () => string>> = {
  bootloader: m.update_install_title_bootloader,
  image: m.update_install_title_firmware,
  keystore: m.nav_keystore,
};
