/** One call at a time, in the order in which they were made; a failed call does not stop the next. */
export class CallQueue {
  #tail: Promise<unknown> = Promise.resolve();

  async run<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(task);
    this.#tail = turn.catch(() => undefined);
    return turn;
  }
}
