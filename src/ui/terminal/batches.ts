/**
 * Many small pieces as few large ones: what arrives while the screen is being drawn waits and is drawn
 * at once. Nothing is dropped.
 */

const PAUSE_MS = 16;

export interface Batches {
  add(bytes: Uint8Array): void;
  /** Draws nothing any more. */
  end(): void;
}

/** `draw` calls back when it is done; before that it gets nothing new. */
export function createBatches(draw: (bytes: Uint8Array, drawn: () => void) => void): Batches {
  let waiting: Uint8Array[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let drawing = false;

  const plan = (): void => {
    if (drawing || timer !== undefined || waiting.length === 0) return;
    timer = setTimeout(() => {
      timer = undefined;
      const batch = joined(waiting);
      waiting = [];
      drawing = true;
      draw(batch, () => {
        drawing = false;
        plan();
      });
    }, PAUSE_MS);
  };

  return {
    add(bytes) {
      if (bytes.length === 0) return;
      waiting.push(bytes.slice());
      plan();
    },
    end() {
      waiting = [];
      drawing = true;
      clearTimeout(timer);
    },
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
