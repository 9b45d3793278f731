/** Signed images and what the bootloader would do with each. */
import { describeFailure } from '../../i18n/failure.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useOpenFile } from '../../state/open-file.ts';
import { useFirmware } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { EmptyState } from '../../ui/kit/empty-state.tsx';
import { Polite } from '../../ui/kit/live.tsx';
import { ErrorNotice } from '../../ui/kit/notice.tsx';
import { Section } from '../../ui/kit/page.tsx';
import { ImageCard } from './image-card.tsx';
import styles from './sign.module.css';

const imageFiles = '.bin,.img,.hex,.ihex,.srec,.s19,.s37,.elf,.dfu';

export function ImagesSection() {
  const images = useFirmware((state) => state.images);
  const openSigned = useFirmware((state) => state.openSigned);
  const openFile = useOpenFile();
  const last = images[images.length - 1];
  return (
    <Section
      title={m.firmware_images()}
      description={m.firmware_images_text()}
      aside={
        <Button
          icon="open"
          onClick={() => {
            openFile.open(imageFiles, openSigned);
          }}
        >
          {m.firmware_open_signed()}
        </Button>
      }
    >
      {openFile.error && (
        <ErrorNotice failure={describeFailure(openFile.error)} onDismiss={openFile.dismiss} />
      )}
      {images.length === 0 ? (
        <EmptyState icon="proven" title={m.firmware_images_empty()}>
          {m.firmware_images_empty_text()}
        </EmptyState>
      ) : (
        <ul className={styles.images}>
          {images.map((image) => (
            <ImageCard key={image.id} entry={image} />
          ))}
        </ul>
      )}
      <Polite
        text={
          last?.origin === 'signed-here'
            ? m.firmware_announce_signed({ version: last.image.version })
            : ''
        }
      />
    </Section>
  );
}
