/** A DfuSe session over a control pipe. */
import { AppError } from '../errors.ts';
import type { Clock, ControlPipe } from '../ports/index.ts';
import type { DfuSession, OpenDfuOptions } from './dfu-types.ts';

export async function openDfu(
  _pipe: ControlPipe,
  _clock: Clock,
  _options: OpenDfuOptions = {},
): Promise<DfuSession> {
  throw new AppError('not-supported', 'the DfuSe engine is not wired up yet');
}
