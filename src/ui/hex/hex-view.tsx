/**
 * Bytes with meaning: named, coloured fields; the byte under the pointer or the cursor explained.
 * Everything by mouse and by keyboard. It is never handed a secret: such ranges come redacted.
 */
import {
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type RefObject,
} from 'react';
import type { Span } from '../../core/bytes/index.ts';
import { Button } from '../kit/button.tsx';
import { Polite, useSettled } from '../kit/live.tsx';
import { useKitTexts } from '../kit/texts.ts';
import { ByteInspector, describeByte } from './byte-inspector.tsx';
import { FieldList } from './field-list.tsx';
import { moveCursor } from './hex-cursor.ts';
import { HexGrid } from './hex-grid.tsx';
import {
  createHexModel,
  NO_SPAN,
  type ByteRange,
  type ClassifiedRange,
  type DescribeField,
} from './hex-model.ts';
import { layOutRows } from './hex-rows.ts';
import styles from './hex-view.module.css';
import { scrollToRow } from './use-row-window.ts';

interface HexViewProps {
  /** Accessible name of the grid. */
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly spans: readonly Span[];
  /** Address of the first byte. */
  readonly baseAddress?: number;
  readonly secret?: readonly ByteRange[];
  readonly classes?: readonly ClassifiedRange[];
  readonly describe?: DescribeField;
}

const nothing: readonly never[] = [];
const describeByPath: DescribeField = ({ path }) => ({ name: path });
/** Narrower than this, eight bytes a row. */
const wideEnoughPx = 646;

export function HexView({
  label,
  bytes,
  spans,
  baseAddress = 0,
  secret = nothing,
  classes = nothing,
  describe = describeByPath,
}: HexViewProps) {
  const texts = useKitTexts().hex;
  const id = useId();
  const frame = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const bytesPerRow = useBytesPerRow(frame);
  const [chosen, setChosen] = useState(0);
  const [hovered, setHovered] = useState<number>();
  const [moved, setMoved] = useState(false);
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(new Set());

  const model = useMemo(
    () => createHexModel({ bytes, spans, baseAddress, secret, classes }),
    [bytes, spans, baseAddress, secret, classes],
  );
  const rows = useMemo(
    () => layOutRows(model, bytesPerRow, unfolded),
    [model, bytesPerRow, unfolded],
  );
  // Content may have become shorter, and inside a folded row only its start can be pointed at.
  const cursorRow = rows.indexOf(Math.min(chosen, bytes.length - 1));
  const row = rows.at(cursorRow);
  const cursor =
    row === undefined
      ? 0
      : row.kind === 'folded'
        ? row.startBytes
        : Math.min(chosen, bytes.length - 1);
  const ownerOf = (offset: number): number => model.owners[offset] ?? NO_SPAN;
  const shown = hovered ?? cursor;
  const announced = useSettled(moved ? describeByte(model, cursor, describe, texts) : '');

  useEffect(() => {
    if (!moved) return;
    const drawn = document.getElementById(`${id}-${cursor}`);
    if (drawn !== null) drawn.scrollIntoView({ block: 'nearest' });
    else if (grid.current !== null) scrollToRow(grid.current, cursorRow);
  }, [id, cursor, cursorRow, moved]);

  const goTo = (offset: number): void => {
    setMoved(true);
    setChosen(offset);
    setHovered(undefined);
  };
  const unfold = (startBytes: number): void => {
    setUnfolded(new Set([...unfolded, startBytes]));
    grid.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if ((event.key === 'Enter' || event.key === ' ') && row?.kind === 'folded') {
      event.preventDefault();
      unfold(row.startBytes);
      return;
    }
    const next = moveCursor(model, rows, cursor, event);
    if (next === undefined) return;
    event.preventDefault();
    goTo(next);
  };

  if (bytes.length === 0) return null;
  return (
    <div ref={frame} className={styles.frame}>
      <div className={styles.view} data-narrow={bytesPerRow === 8}>
        <div className={styles.main}>
          <HexGrid
            ref={grid}
            label={label}
            describedBy={`${id}-keys`}
            id={id}
            model={model}
            rows={rows}
            bytesPerRow={bytesPerRow}
            cursor={cursor}
            active={model.spans[ownerOf(shown)]}
            onKeyDown={onKeyDown}
            onPoint={goTo}
            onHover={setHovered}
            onUnfold={unfold}
          />
          <p id={`${id}-keys`} className={styles.keys}>
            {texts.keys}
            {unfolded.size > 0 && (
              <Button
                kind="quiet"
                size="small"
                onClick={() => {
                  setUnfolded(new Set());
                }}
              >
                {texts.fold}
              </Button>
            )}
          </p>
        </div>
        <div className={styles.side}>
          <ByteInspector model={model} offset={shown} describe={describe} />
          <FieldList
            model={model}
            chosen={ownerOf(cursor)}
            describe={describe}
            onChoose={(index) => {
              const span = spans[index];
              if (span !== undefined) goTo(span.startBytes);
            }}
            onHover={(index) => {
              setHovered(index === undefined ? undefined : spans[index]?.startBytes);
            }}
          />
        </div>
        <Polite text={announced} />
      </div>
    </div>
  );
}

function useBytesPerRow(frame: RefObject<HTMLDivElement | null>): 8 | 16 {
  const [wide, setWide] = useState(true);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWide(entry.contentRect.width >= wideEnoughPx);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [frame]);
  return wide ? 16 : 8;
}
