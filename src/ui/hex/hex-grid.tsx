/**
 * The bytes as a grid. Only rows in sight are drawn where there are many, and again only when their own
 * cursor or highlight changes.
 */
import { memo, type KeyboardEvent, type MouseEvent, type RefObject } from 'react';
import { hexNumber } from '../../core/bytes/index.ts';
import { useKitTexts } from '../kit/texts.ts';
import styles from './hex-grid.module.css';
import {
  asciiText,
  byteText,
  contains,
  NO_SPAN,
  type ByteRange,
  type HexModel,
} from './hex-model.ts';
import type { HexRow, HexRows } from './hex-rows.ts';
import { useRowWindow } from './use-row-window.ts';

interface HexGridProps {
  readonly label: string;
  readonly describedBy: string;
  readonly id: string;
  readonly model: HexModel;
  readonly rows: HexRows;
  readonly bytesPerRow: number;
  readonly cursor: number;
  readonly active: ByteRange | undefined;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onPoint: (offsetBytes: number) => void;
  readonly onHover: (offsetBytes: number | undefined) => void;
  readonly onUnfold: (startBytes: number) => void;
  readonly ref: RefObject<HTMLDivElement | null>;
}

function offsetUnder(event: MouseEvent): number | undefined {
  const cell = event.target instanceof Element ? event.target.closest('[data-offset]') : null;
  const text = cell?.getAttribute('data-offset') ?? null;
  return text === null ? undefined : Number(text);
}

export function HexGrid({
  label,
  describedBy,
  id,
  model,
  rows,
  bytesPerRow,
  cursor,
  active,
  onKeyDown,
  onPoint,
  onHover,
  onUnfold,
  ref,
}: HexGridProps) {
  const texts = useKitTexts().hex;
  const columns = Array.from({ length: bytesPerRow }, (_, column) => column);
  const { first, end, rowHeightPx } = useRowWindow(ref, rows.count);
  const cursorRow = rows.indexOf(cursor);
  const cursorDrawn = cursorRow >= first && cursorRow < end;
  return (
    <div
      ref={ref}
      className={styles.grid}
      data-columns={bytesPerRow}
      role="grid"
      aria-label={label}
      aria-describedby={describedBy}
      aria-readonly="true"
      aria-rowcount={rows.count + 1}
      aria-colcount={bytesPerRow + 2}
      aria-activedescendant={cursorDrawn ? `${id}-${cursor}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onMouseOver={(event) => onHover(offsetUnder(event))}
      onMouseLeave={() => onHover(undefined)}
      onClick={(event) => {
        const offset = offsetUnder(event);
        if (offset !== undefined) onPoint(offset);
      }}
    >
      <div role="row" aria-rowindex={1} className={styles.head}>
        <div role="columnheader">{texts.address}</div>
        {columns.map((column) => (
          <div role="columnheader" key={column}>
            {column.toString(16).toUpperCase().padStart(2, '0')}
          </div>
        ))}
        <div role="columnheader">{texts.ascii}</div>
      </div>
      <div
        role="rowgroup"
        style={{
          paddingTop: first * rowHeightPx,
          paddingBottom: (rows.count - end) * rowHeightPx,
        }}
      >
        {drawnRows(rows, first, end).map(({ row, index }) =>
          row.kind === 'bytes' ? (
            <ByteRow
              key={row.startBytes}
              id={id}
              model={model}
              startBytes={row.startBytes}
              endBytes={row.endBytes}
              rowIndex={index + 2}
              cursor={contains(row, cursor) ? cursor : -1}
              activeStart={clip(active?.startBytes, row)}
              activeEnd={clip(active?.endBytes, row)}
            />
          ) : (
            <FoldedRow
              key={row.startBytes}
              id={id}
              model={model}
              startBytes={row.startBytes}
              endBytes={row.endBytes}
              rowIndex={index + 2}
              span={bytesPerRow + 1}
              current={contains(row, cursor)}
              onUnfold={onUnfold}
            />
          ),
        )}
      </div>
    </div>
  );
}

function drawnRows(
  rows: HexRows,
  first: number,
  end: number,
): readonly { readonly row: HexRow; readonly index: number }[] {
  return Array.from({ length: end - first }, (_, drawn) => first + drawn).flatMap((index) => {
    const row = rows.at(index);
    return row === undefined ? [] : [{ row, index }];
  });
}

/** Keeps rows that the highlight does not touch from being drawn again. */
function clip(offsetBytes: number | undefined, row: ByteRange): number {
  if (offsetBytes === undefined) return row.startBytes;
  return Math.min(row.endBytes, Math.max(row.startBytes, offsetBytes));
}

function Address({
  model,
  offsetBytes,
}: {
  readonly model: HexModel;
  readonly offsetBytes: number;
}) {
  return (
    <div role="rowheader" className={styles.address}>
      {hexNumber(model.baseAddress + offsetBytes, 8).slice(2)}
    </div>
  );
}

interface ByteRowProps extends ByteRange {
  readonly id: string;
  readonly model: HexModel;
  readonly rowIndex: number;
  /** -1: not in this row. */
  readonly cursor: number;
  readonly activeStart: number;
  readonly activeEnd: number;
}

const ByteRow = memo(function ByteRow({
  id,
  model,
  startBytes,
  endBytes,
  rowIndex,
  cursor,
  activeStart,
  activeEnd,
}: ByteRowProps) {
  const offsets = Array.from({ length: endBytes - startBytes }, (_, index) => startBytes + index);
  const { secret } = useKitTexts().hex;
  const hidden = offsets.every((offset) => model.isSecret(offset));
  const part = (from: number, to: number): string =>
    asciiText(model, { startBytes: from, endBytes: to });
  return (
    <div role="row" aria-rowindex={rowIndex} className={styles.row}>
      <Address model={model} offsetBytes={startBytes} />
      {offsets.map((offset) => (
        <ByteCell
          key={offset}
          id={id}
          model={model}
          offset={offset}
          cursor={offset === cursor}
          active={offset >= activeStart && offset < activeEnd}
        />
      ))}
      <div role="gridcell" className={styles.ascii} style={{ gridColumn: -2 }}>
        {hidden ? (
          secret
        ) : (
          <>
            {part(startBytes, activeStart)}
            {activeEnd > activeStart && <mark>{part(activeStart, activeEnd)}</mark>}
            {part(activeEnd, endBytes)}
          </>
        )}
      </div>
    </div>
  );
});

interface ByteCellProps {
  readonly id: string;
  readonly model: HexModel;
  readonly offset: number;
  readonly cursor: boolean;
  readonly active: boolean;
}

function ByteCell({ id, model, offset, cursor, active }: ByteCellProps) {
  const { owners, colours } = model;
  const owner = owners[offset] ?? NO_SPAN;
  const secret = model.isSecret(offset);
  return (
    <div
      role="gridcell"
      id={`${id}-${offset}`}
      className={styles.byte}
      data-offset={offset}
      data-colour={owner === NO_SPAN ? undefined : colours[owner]}
      data-first={offset === 0 || owners[offset - 1] !== owner || undefined}
      data-last={offset === owners.length - 1 || owners[offset + 1] !== owner || undefined}
      data-cursor={cursor || undefined}
      data-active={active || undefined}
      data-secret={secret || undefined}
      data-class={model.classOf(offset)}
    >
      <span>{byteText(model, offset)}</span>
    </div>
  );
}

interface FoldedRowProps extends ByteRange {
  readonly id: string;
  readonly model: HexModel;
  readonly rowIndex: number;
  readonly span: number;
  readonly current: boolean;
  readonly onUnfold: (startBytes: number) => void;
}

const FoldedRow = memo(function FoldedRow({
  id,
  model,
  startBytes,
  endBytes,
  rowIndex,
  span,
  current,
  onUnfold,
}: FoldedRowProps) {
  const texts = useKitTexts().hex;
  return (
    <div role="row" aria-rowindex={rowIndex} className={styles.row} data-folded="true">
      <Address model={model} offsetBytes={startBytes} />
      <div
        role="gridcell"
        id={`${id}-${startBytes}`}
        aria-colspan={span}
        className={styles.folded}
        data-offset={startBytes}
        data-cursor={current || undefined}
      >
        <span>{texts.folded(endBytes - startBytes, byteText(model, startBytes))}</span>
        <button
          type="button"
          tabIndex={-1}
          onClick={() => {
            onUnfold(startBytes);
          }}
        >
          {texts.unfold}
        </button>
      </div>
    </div>
  );
});
