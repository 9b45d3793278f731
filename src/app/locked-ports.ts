/**
 * Serial ports with a lock across tabs: who finds one taken learns at once that it is another tab of ours
 * that has it (`board-busy`); what another program has taken stays `serial-busy`.
 */
import { isAppError } from '../core/errors.ts';
import type { BytePipe, Locks, SerialBus, SerialPort } from '../core/ports/index.ts';

export function lockPorts(bus: SerialBus, locks: Locks): SerialBus {
  /** Ids of those that this page has open; the port itself refuses to open twice. */
  const open = new Set<string>();
  const known = new WeakMap<SerialPort, SerialPort>();
  const locked = (port: SerialPort): SerialPort => {
    const own = known.get(port) ?? lockPort(port, bus, locks, open);
    known.set(port, own);
    return own;
  };
  return {
    list: async () => (await bus.list()).map(locked),
    choose: async (...wish) => locked(await bus.choose(...wish)),
    watch: (onChange) => bus.watch(onChange),
  };
}

function lockPort(port: SerialPort, bus: SerialBus, locks: Locks, open: Set<string>): SerialPort {
  const { id, identity } = port;
  return {
    id,
    identity,
    async open(options) {
      if (open.has(id)) return port.open(options);
      open.add(id);
      try {
        return await openLocked(port, options, locks, () => {
          open.delete(id);
        });
      } catch (error) {
        open.delete(id);
        // Equal adapters have one name: another tab may well have the other one.
        const equals = (await bus.list()).filter((one) => one.identity.label === identity.label);
        if (isAppError(error, 'board-busy') && equals.length > 1) return port.open(options);
        throw error;
      }
    },
  };
}

/** The lock is held until the pipe is closed. */
function openLocked(
  port: SerialPort,
  options: Parameters<SerialPort['open']>[0],
  locks: Locks,
  onClosed: () => void,
): Promise<BytePipe> {
  return new Promise((resolve, reject) => {
    const holding = locks.exclusive(`port/${port.identity.label}`, async () => {
      const pipe = await port.open(options);
      await new Promise<void>((release) => {
        resolve({
          read: (read) => pipe.read(read),
          write: (bytes, write) => pipe.write(bytes, write),
          setSignals: (signals) => pipe.setSignals(signals),
          async close() {
            await pipe.close();
            onClosed();
            release();
            // Whoever opens next must find the lock free.
            await holding.catch(() => undefined);
          },
        });
      });
    });
    holding.catch(reject);
  });
}
