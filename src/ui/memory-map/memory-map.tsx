/**
 * What lies where in memory, to scale: strips of memory, above what the places are called, below what goes
 * there. Colour never stands alone: letters join the picture with the words, and a table says all of it.
 */
import { hexNumber } from '../../core/bytes/index.ts';
import { Disclosure } from '../kit/disclosure.tsx';
import { Table } from '../kit/table.tsx';
import { Tag } from './tag.tsx';
import styles from './memory-map.module.css';

export interface MapBlock {
  readonly id: string;
  readonly name: string;
  readonly address: number;
  readonly sizeBytes: number;
  /** Of what goes there: its letter and colour. */
  readonly letter?: string;
  readonly tone?: number;
  /** Cannot be undone. */
  readonly permanent?: boolean;
  /** In words, such as its sectors. */
  readonly detail?: string;
}

export interface MapStrip {
  readonly id: string;
  readonly name: string;
  readonly address: number;
  readonly sizeBytes: number;
  /** Ticks, where they are far enough apart to be seen. */
  readonly unitBytes?: number;
  readonly places: readonly MapBlock[];
  readonly contents: readonly MapBlock[];
}

export interface MapWords {
  /** Name of the picture; read out instead of it. */
  readonly picture: string;
  readonly asTable: string;
  readonly columns: {
    readonly range: string;
    readonly place: string;
    readonly content: string;
    readonly detail: string;
  };
}

interface MemoryMapProps {
  readonly strips: readonly MapStrip[];
  readonly words: MapWords;
}

export function MemoryMap({ strips, words }: MemoryMapProps) {
  return (
    <div className={styles.map}>
      <div role="img" aria-label={words.picture} className={styles.picture}>
        {strips.map((strip) => (
          <Strip key={strip.id} strip={strip} />
        ))}
      </div>
      <Disclosure label={words.asTable}>
        <MapTable strips={strips} words={words} />
      </Disclosure>
    </div>
  );
}

function Strip({ strip }: { readonly strip: MapStrip }) {
  const { unitBytes, sizeBytes } = strip;
  const unitShare = unitBytes === undefined ? undefined : (100 * unitBytes) / sizeBytes;
  return (
    <div className={styles.strip}>
      <div className={styles.head}>
        <span className={styles.name}>{strip.name}</span>
        <span className={styles.range}>{rangeWords(strip)}</span>
      </div>
      <div className={styles.track}>
        <div className={styles.lane}>
          {strip.places.map((place) => (
            <span key={place.id} className={styles.place} style={shareOf(place, strip)}>
              {place.name}
            </span>
          ))}
        </div>
        <div
          className={styles.cells}
          style={unitShare === undefined ? undefined : { backgroundSize: `${unitShare}% 100%` }}
        >
          {strip.contents.map((block) => (
            <span
              key={block.id}
              className={styles.content}
              data-tone={block.tone}
              data-permanent={block.permanent}
              style={shareOf(block, strip)}
              title={`${block.name}, ${rangeWords(block)}`}
            >
              <span>{block.letter}</span>
            </span>
          ))}
        </div>
      </div>
    </div>
  );
}

function shareOf(block: MapBlock, strip: MapStrip): { left: string; width: string } {
  const share = (bytes: number): string => `${(100 * bytes) / strip.sizeBytes}%`;
  return { left: share(block.address - strip.address), width: share(block.sizeBytes) };
}

function rangeWords({ address, sizeBytes }: Pick<MapBlock, 'address' | 'sizeBytes'>): string {
  return `${hexNumber(address, 8)} – ${hexNumber(address + sizeBytes - 1, 8)}`;
}

function MapTable({ strips, words }: MemoryMapProps) {
  const { range, place, content, detail } = words.columns;
  return (
    <Table caption={words.picture} columns={[range, place, content, detail]}>
      {strips.flatMap((strip) =>
        [...strip.places, ...strip.contents]
          .sort((a, b) => a.address - b.address || b.sizeBytes - a.sizeBytes)
          .map((block) => (
            <tr key={`${strip.id}-${block.id}`}>
              <th scope="row" className="kf-mono">
                {rangeWords(block)}
              </th>
              <td>{block.letter === undefined ? `${strip.name}: ${block.name}` : strip.name}</td>
              <td>
                {block.letter === undefined ? (
                  '–'
                ) : (
                  <span className={styles.named}>
                    <Tag letter={block.letter} tone={block.tone} permanent={block.permanent} />
                    {block.name}
                  </span>
                )}
              </td>
              <td>{block.detail}</td>
            </tr>
          )),
      )}
    </Table>
  );
}
