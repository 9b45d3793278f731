/** What becomes of the bytes that were signed, in the reader's language. */
import { m } from './paraglide/messages.js';

type ImageForm = 'plain' | 'delta' | 'encrypted' | 'delta-encrypted';

export function imageFormWords(form: ImageForm): string {
  switch (form) {
    case 'plain':
      return m.image_form_plain();
    case 'delta':
      return m.image_form_delta();
    case 'encrypted':
      return m.image_form_encrypted();
    case 'delta-encrypted':
      return m.image_form_delta_encrypted();
  }
}
