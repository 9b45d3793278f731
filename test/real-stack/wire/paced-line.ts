/** Bytes pass at the speed of a serial line (8N1: ten bit times a byte), so that timing is like a cable's. */
const TICK_MS = 2;

export class PacedLine {
  readonly #deliver: (bytes: Uint8Array) => void;
  readonly #bytesPerMs: number;
  #queue: Uint8Array[] = [];
  #credit = 0;
  #lastMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(baud: number, deliver: (bytes: Uint8Array) => void) {
    this.#bytesPerMs = baud / 10 / 1000;
    this.#deliver = deliver;
  }

  push(bytes: Uint8Array): void {
    this.#queue.push(Uint8Array.from(bytes));
    if (this.#timer !== undefined) return;
    this.#lastMs = performance.now();
    this.#credit = 0;
    this.#timer = setInterval(() => {
      this.#tick();
    }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#queue = [];
  }

  #tick(): void {
    const now = performance.now();
    this.#credit += (now - this.#lastMs) * this.#bytesPerMs;
    this.#lastMs = now;
    let allowed = Math.floor(this.#credit);
    this.#credit -= allowed;
    for (let [head] = this.#queue; head !== undefined && allowed > 0; [head] = this.#queue) {
      const part = head.subarray(0, allowed);
      allowed -= part.length;
      if (part.length === head.length) this.#queue.shift();
      else this.#queue[0] = head.subarray(part.length);
      this.#deliver(part);
    }
    if (this.#queue.length === 0) this.stop();
  }
}
