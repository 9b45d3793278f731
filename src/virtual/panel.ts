/** What a hand can do to the virtual board, as the port `BoardPanel` has it. */
import type {
  BoardBuild,
  BoardFault,
  BoardPanel,
  BoardPanelState,
  UpdateKey,
} from '../core/ports/index.ts';
import type { BoardMachine } from './board-machine.ts';

/** The switch of the pace; a bench that is simulated for good has none. */
export interface PaceSwitch {
  readonly hostPace: boolean;
  setHostPace(hostPace: boolean): void;
}

export class Panel implements BoardPanel {
  readonly #board: BoardMachine;
  readonly #pace: PaceSwitch | undefined;
  readonly #watchers = new Set<() => void>();

  constructor(board: BoardMachine, pace: PaceSwitch | undefined) {
    this.#board = board;
    this.#pace = pace;
    board.watch(() => {
      this.#notify();
    });
  }

  state(): BoardPanelState {
    return { ...this.#board.state(), realTimePace: this.#pace?.hostPace ?? false };
  }

  watch(onChange: () => void): () => void {
    this.#watchers.add(onChange);
    return () => {
      this.#watchers.delete(onChange);
    };
  }

  setPlug(plug: 'userUsb' | 'stLink', plugged: boolean): void {
    this.#board.setPlug(plug, plugged);
  }

  setBoot0(on: boolean): void {
    this.#board.setBoot0(on);
  }

  pressReset(): void {
    this.#board.reset();
  }

  setTrustZone(on: boolean): void {
    this.#board.setTrustZone(on);
  }

  setAlternates(alternates: { readonly otp: boolean; readonly option: boolean }): void {
    this.#board.setAlternates(alternates);
  }

  setRealTimePace(on: boolean): void {
    if (this.#pace === undefined || this.#pace.hostPace === on) return;
    this.#pace.setHostPace(on);
    this.#notify();
  }

  setBuild(change: Partial<BoardBuild>): void {
    this.#board.setBuild(change);
  }

  handUpdateKey(key: UpdateKey | undefined): void {
    this.#board.handUpdateKey(key);
  }

  async dropOnDrive(name: string, bytes: Uint8Array): Promise<void> {
    await this.#board.drive.drop(name, bytes);
  }

  armFault(fault: BoardFault): void {
    this.#board.faults.arm(fault);
  }

  clearFaults(): void {
    this.#board.faults.clear();
  }

  #notify(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
