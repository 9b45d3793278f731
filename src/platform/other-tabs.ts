/** Short messages between the tabs of this origin, never with content that is secret. */

/** A channel of its own for one kind of message; the sender does not hear itself. */
export function createOtherTabs<Message extends string>(
  name: string,
  known: readonly Message[],
): { tell(message: Message): void; listen(onMessage: (message: Message) => void): void } {
  const channel = new BroadcastChannel(name);
  return {
    tell: (message) => {
      channel.postMessage(message);
    },
    listen: (onMessage) => {
      channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        const message = known.find((candidate) => candidate === data);
        if (message !== undefined) onMessage(message);
      });
    },
  };
}
