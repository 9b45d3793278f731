/** The one error for whatever is stored and is not what was sealed. */
import { AppError } from '../errors.ts';

/** `record`: its name in the store; `problem` says nothing about content. */
export function damaged(record: string, problem: string): AppError {
  return new AppError('vault-damaged', `${record} ${problem}`, { context: { record, problem } });
}
