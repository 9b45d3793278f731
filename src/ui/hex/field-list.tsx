/** The fields in the order of the format: a list box whose chosen field holds the cursor. */
import { useEffect, useId, useRef, type KeyboardEvent } from 'react';
import type { Span } from '../../core/bytes/index.ts';
import { useKitTexts } from '../kit/texts.ts';
import styles from './field-list.module.css';
import { groupName, type DescribeField, type HexModel } from './hex-model.ts';

interface FieldListProps {
  readonly model: HexModel;
  /** Index of the span under the cursor, or -1. */
  readonly chosen: number;
  readonly describe: DescribeField;
  readonly onChoose: (spanIndex: number) => void;
  readonly onHover: (spanIndex: number | undefined) => void;
}

interface Group {
  readonly name: string;
  readonly fields: readonly { readonly span: Span; readonly index: number }[];
}

function groupSpans(spans: readonly Span[]): readonly Group[] {
  const groups: { name: string; fields: { span: Span; index: number }[] }[] = [];
  for (const [index, span] of spans.entries()) {
    const group = groupName(span.path);
    // Only what comes several times, such as slots[1], is worth a heading.
    const name = group.endsWith(']') ? group : '';
    const last = groups[groups.length - 1];
    if (last?.name === name) last.fields.push({ span, index });
    else groups.push({ name, fields: [{ span, index }] });
  }
  return groups;
}

function nextIndex(key: string, chosen: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return Math.min(count - 1, chosen + 1);
    case 'ArrowUp':
      return Math.max(0, chosen - 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

export function FieldList({ model, chosen, describe, onChoose, onHover }: FieldListProps) {
  const texts = useKitTexts().hex;
  const id = useId();
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const option = list.current?.querySelector('[aria-selected="true"]');
    if (option instanceof HTMLElement && list.current !== null) reveal(list.current, option);
  }, [chosen]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextIndex(event.key, chosen, model.spans.length);
    if (next === undefined) return;
    event.preventDefault();
    onChoose(next);
  };

  return (
    <div
      ref={list}
      className={styles.list}
      role="listbox"
      aria-label={texts.fields}
      aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onMouseLeave={() => onHover(undefined)}
    >
      {groupSpans(model.spans).map((group) => (
        <div
          key={`${group.name}-${group.fields[0]?.index ?? 0}`}
          role={group.name === '' ? 'presentation' : 'group'}
          aria-label={group.name === '' ? undefined : group.name}
        >
          {group.name !== '' && (
            <div className={styles.group} role="presentation">
              {group.name}
            </div>
          )}
          {group.fields.map(({ span, index }) => (
            <div
              key={index}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === chosen}
              className={styles.field}
              onMouseEnter={() => onHover(index)}
              onClick={() => onChoose(index)}
            >
              <span className={styles.swatch} data-colour={model.colours[index]} />
              <span className={styles.name}>{describe(span).name}</span>
              <span className={styles.value}>{span.value ?? ''}</span>
              <span className={styles.length}>
                {texts.lengthOf(span.endBytes - span.startBytes)}
              </span>
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

/** Scrolls the list only, never the page. */
function reveal(list: HTMLElement, option: HTMLElement): void {
  const top = option.offsetTop - list.offsetTop;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + option.offsetHeight > list.scrollTop + list.clientHeight) {
    list.scrollTop = top + option.offsetHeight - list.clientHeight;
  }
}
