/** Time as the model of the chip and the board sees it: the machine's in the guest, a test's elsewhere. */
export interface ModelTime {
  nowMs(): number;
  /** Calls back once, later; returns what calls it off. */
  after(delayMs: number, action: () => void): () => void;
}

export const machineTime: ModelTime = {
  nowMs: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};
