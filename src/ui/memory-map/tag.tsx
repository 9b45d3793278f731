/** The letter by which a thing in the memory map is found again in words. */
import styles from './memory-map.module.css';

interface TagProps {
  readonly letter: string;
  readonly tone?: number | undefined;
  readonly permanent?: boolean | undefined;
}

export function Tag({ letter, tone, permanent = false }: TagProps) {
  return (
    <span className={styles.tag} data-tone={tone} data-permanent={permanent}>
      {letter}
    </span>
  );
}

/** Colours there are; more parts than that share one, and keep their letters. */
export const tagTones = 8;

/** A, B, … Z, AA, AB, … */
export function letterOf(index: number): string {
  const first = index < 26 ? '' : letterOf(Math.floor(index / 26) - 1);
  return first + String.fromCharCode(65 + (index % 26));
}
