/** The byte under the pointer or the cursor, explained: address, value, field, meaning. */
import { hexNumber } from '../../core/bytes/index.ts';
import { useKitTexts, type HexTexts } from '../kit/texts.ts';
import styles from './byte-inspector.module.css';
import { asciiText, byteText, NO_SPAN, type DescribeField, type HexModel } from './hex-model.ts';

interface ByteInspectorProps {
  readonly model: HexModel;
  readonly offset: number;
  readonly describe: DescribeField;
}

export function ByteInspector({ model, offset, describe }: ByteInspectorProps) {
  const texts = useKitTexts();
  const span = model.spans[model.owners[offset] ?? NO_SPAN];
  const secret = model.isSecret(offset);
  const kind = model.classOf(offset);
  const field = span && describe(span);
  return (
    <div className={styles.inspector} aria-hidden="true">
      <div className={styles.where}>
        <code>{hexNumber(model.baseAddress + offset)}</code>
        <code>{byteWords(model, offset, texts.hex)}</code>
      </div>
      <p className={styles.field} data-colour={span && model.colours[model.spans.indexOf(span)]}>
        <strong>{field?.name ?? texts.hex.noField}</strong>
        {span !== undefined && field?.name !== span.path && <code>{span.path}</code>}
      </p>
      {span?.value !== undefined && !secret && <code className={styles.value}>{span.value}</code>}
      {kind !== undefined && <p className={styles.note}>{texts.diff.states[kind]}</p>}
      {field?.meaning !== undefined && <p className={styles.note}>{field.meaning}</p>}
      {span?.note !== undefined && <p className={styles.note}>{span.note}</p>}
    </div>
  );
}

function byteWords(model: HexModel, offset: number, texts: HexTexts): string {
  if (model.isSecret(offset)) return `·· ${texts.secret}`;
  const byte = model.bytes[offset] ?? 0;
  const ascii = asciiText(model, { startBytes: offset, endBytes: offset + 1 });
  return `${byteText(model, offset)} = ${byte}${ascii === '·' ? '' : ` = "${ascii}"`}`;
}

/** The same as one sentence, to be read out. */
export function describeByte(
  model: HexModel,
  offset: number,
  describe: DescribeField,
  texts: HexTexts,
): string {
  const span = model.spans[model.owners[offset] ?? NO_SPAN];
  const field = span && describe(span);
  const byte = model.isSecret(offset) ? texts.secret : byteText(model, offset);
  return [
    hexNumber(model.baseAddress + offset),
    byte,
    field?.name ?? texts.noField,
    span?.path === field?.name ? undefined : span?.path,
    model.isSecret(offset) ? undefined : span?.value,
    field?.meaning,
    span?.note,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}
