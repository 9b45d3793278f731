/** One turn of the browser's event loop, without the clamp that timers have. */

/** A function that resolves after what is ready to run has run. */
export function createYieldToHost(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => {
    waiting.shift()?.();
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(undefined);
    });
}
