/** The powers of a session whose engine runs here; see `dfu-powers.ts`. */
import { throwIfCancelled } from '../ports/index.ts';
import type { DfuEngine } from './dfu-engine.ts';
import type { DfuPowers } from './dfu-powers.ts';

export function powersOfEngine(engine: DfuEngine): DfuPowers {
  return {
    writeOtp: async (alternate, address, bytes, signal) => {
      const owned = bytes.slice();
      try {
        await engine.operate(signal, async () => {
          await engine.selectAlternate(alternate, signal);
          await engine.writeOnce(address, owned, signal);
        });
      } finally {
        owned.fill(0);
      }
    },
    eraseAll: async (alternate, { signal }) => {
      await engine.operate(signal, async () => {
        await engine.selectAlternate(alternate, signal);
        throwIfCancelled(signal);
        await engine.eraseAll();
      });
    },
    writeOptions: (alternate, address, bytes, signal) => {
      const owned = bytes.slice();
      return engine.operate(signal, async () => {
        await engine.selectAlternate(alternate, signal);
        await engine.setAddress(address, signal);
        throwIfCancelled(signal);
        return engine.writeOptions(address, owned);
      });
    },
  };
}
