/** What an image is besides version and key: its form, what it was made from, what to do with it. */
import { imageCiphers } from '../../core/wolfboot/index.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { SignedImage } from '../../state/firmware.ts';
import { useFirmware } from '../../state/react.ts';
import type { ImageForm } from '../../state/sign-request.ts';
import { Badge } from '../../ui/kit/badge.tsx';
import { Button } from '../../ui/kit/button.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import styles from './options.module.css';

const formWords: Readonly<Record<Exclude<ImageForm, 'plain'>, () => string>> = {
  delta: m.sign_form_delta,
  encrypted: m.sign_form_encrypted,
  'delta-encrypted': m.sign_form_delta_encrypted,
};

const whatToDo: Readonly<Record<Exclude<ImageForm, 'plain'>, () => string>> = {
  delta: m.sign_do_delta,
  encrypted: m.sign_do_encrypted,
  'delta-encrypted': m.sign_do_delta_encrypted,
};

export function FormBadge({ entry: { form, image } }: { readonly entry: SignedImage }) {
  if (!image.payloadPresent) return <Badge tone="neutral">{m.sign_form_header()}</Badge>;
  return form === 'plain' ? null : <Badge tone="info">{formWords[form]()}</Badge>;
}

/** Nothing for a plain image. */
export function FormNotes({ entry }: { readonly entry: SignedImage }) {
  const { form } = entry;
  if (form === 'plain') return null;
  return (
    <div className={styles.summary}>
      <p className={styles.text}>{whatToDo[form]()}</p>
      <Links entry={entry} />
      <KeyFile entry={entry} />
    </div>
  );
}

function Links({ entry: { form, bytes, links } }: { readonly entry: SignedImage }) {
  const images = useFirmware((state) => state.images);
  const of = (id: string | undefined): SignedImage | undefined =>
    images.find((image) => image.id === id);
  const [plain, base, target] = [of(links.plainId), of(links.baseId), of(links.targetId)];
  if (!plain && !base && !target) return null;
  return (
    <ul className={styles.links}>
      {plain && <li>{m.sign_link_plain({ name: plain.name })}</li>}
      {base && <li>{m.sign_link_base({ name: base.name, version: base.image.version })}</li>}
      {target && (
        <li>{m.sign_link_target({ name: target.name, version: target.image.version })}</li>
      )}
      {target && form === 'delta' && (
        <li>
          {m.sign_link_smaller({
            size: formatBytes(bytes.length),
            whole: formatBytes(target.bytes.length),
          })}
        </li>
      )}
    </ul>
  );
}

function KeyFile({ entry: { name, encryption } }: { readonly entry: SignedImage }) {
  const keys = useFirmware((state) => state.encryptionKeys);
  const save = useFirmware((state) => state.saveEncryptionKey);
  if (encryption === undefined) return null;
  const { key, stopsReceiverEarly } = encryption;
  const held = keys.find(({ id }) => id === key.id);
  return (
    <>
      <div className={styles.fileRow}>
        <span>
          {m.sign_encrypted_with({
            cipher: imageCiphers[key.cipher].label,
            nonce: key.nonce,
          })}
        </span>
        {held && (
          <Button
            size="small"
            icon="download"
            label={m.sign_key_file_of({ name })}
            onClick={() => void save(held.id)}
          >
            {m.sign_encryption_save()}
          </Button>
        )}
      </div>
      {held === undefined && <Notice tone="caution" title={m.sign_key_gone()} />}
      {held?.saved === false && <Notice tone="caution" title={m.sign_key_unsaved()} />}
      {held !== undefined && held.uses > 1 && (
        <Notice tone="caution" title={m.sign_nonce_reuse({ count: held.uses })}>
          {m.sign_nonce_reuse_text()}
        </Notice>
      )}
      {stopsReceiverEarly && (
        <Notice tone="caution" title={m.sign_stops_early()}>
          {m.sign_stops_early_text()}
        </Notice>
      )}
    </>
  );
}
