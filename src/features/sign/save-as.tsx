/** Saves a signed image in a format that says where it belongs. */
import { useState } from 'react';
import { hexNumber } from '../../core/bytes/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { SignedImage } from '../../state/firmware.ts';
import { saveImageAs, type SavedFormat } from '../../state/firmware-files.ts';
import { useAppState, useKeystore } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Dialog } from '../../ui/kit/dialog.tsx';
import { SelectField, TextField } from '../../ui/kit/fields.tsx';
import { Row, Stack } from '../../ui/kit/layout.tsx';

interface SaveAsProps {
  readonly image: Pick<SignedImage, 'name' | 'bytes'>;
}

export function SaveAs({ image }: SaveAsProps) {
  const [open, setOpen] = useState(false);
  const { name } = image;
  const close = (): void => {
    setOpen(false);
  };
  return (
    <>
      <Button
        size="small"
        icon="download"
        label={m.save_as_of({ name })}
        onClick={() => {
          setOpen(true);
        }}
      >
        {m.save_as()}
      </Button>
      <Dialog title={m.save_as_of({ name })} opened={open} onClose={close}>
        <SaveAsForm image={image} onDone={close} />
      </Dialog>
    </>
  );
}

type Place = 'boot' | 'update' | 'other';

const formats: readonly { readonly value: SavedFormat; readonly label: string }[] = [
  { value: 'intel-hex', label: 'Intel HEX (.hex)' },
  { value: 's-record', label: 'S-record (.srec)' },
  { value: 'dfuse', label: 'DfuSe (.dfu)' },
  { value: 'bin', label: 'Binary (.bin)' },
];

function SaveAsForm({ image, onDone }: SaveAsProps & { readonly onDone: () => void }) {
  const { files } = useAppState().services;
  const partitions = useKeystore(({ view }) => view.profile.partitions);
  const [format, setFormat] = useState<SavedFormat>('intel-hex');
  const [chosen, setPlace] = useState<Place>('boot');
  const [typed, setTyped] = useState('0x08060000');
  const place = partitions === undefined ? 'other' : chosen;
  const address =
    place === 'other' || partitions === undefined
      ? addressIn(typed)
      : place === 'boot'
        ? partitions.bootAddress
        : partitions.updateAddress;
  return (
    <Stack gap={4}>
      <SelectField
        label={m.save_as_format()}
        value={format}
        onChange={setFormat}
        choices={formats}
      />
      {format !== 'bin' && (
        <SelectField
          label={m.save_as_place()}
          description={address !== undefined && m.save_as_at({ address: hexNumber(address, 8) })}
          value={place}
          onChange={setPlace}
          choices={[
            ...(partitions === undefined
              ? []
              : [
                  { value: 'boot' as const, label: m.save_as_boot() },
                  { value: 'update' as const, label: m.save_as_update() },
                ]),
            { value: 'other', label: m.save_as_other() },
          ]}
        />
      )}
      {format !== 'bin' && place === 'other' && (
        <TextField
          label={m.save_as_address()}
          value={typed}
          onChange={setTyped}
          mono
          error={address === undefined ? m.save_as_address_bad() : undefined}
        />
      )}
      <Row>
        <Button
          kind="primary"
          icon="download"
          disabled={format !== 'bin' && address === undefined}
          onClick={() => {
            saveImageAs(files, image, format, address ?? 0);
            onDone();
          }}
        >
          {m.save_as_do()}
        </Button>
      </Row>
    </Stack>
  );
}

/** Hex, with or without 0x; a whole image must still fit behind it. */
function addressIn(typed: string): number | undefined {
  if (!/^\s*(0x)?[0-9a-f]{1,8}\s*$/i.test(typed)) return undefined;
  const address = parseInt(typed.trim().replace(/^0x/i, ''), 16);
  return address < 0xff000000 ? address : undefined;
}
