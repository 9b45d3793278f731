/** A call to the desk as text, and its answer. */
import { AppError } from '../../../src/core/errors.ts';
import type { Desk } from './desk.ts';
import { fromText, toText } from './values.ts';

export type DeskCall = {
  [Name in keyof Desk]: Desk[Name] extends (...args: never) => unknown ? Name : never;
}[keyof Desk];

export interface Answer {
  readonly value?: unknown;
  readonly code?: string;
  readonly message?: string;
}

/** Errors come back as their code; `unknown` for those that are none of ours. */
export async function answerCall(desk: Desk, name: string, argsText: string): Promise<string> {
  try {
    const call = desk[name as DeskCall] as (...args: unknown[]) => Promise<unknown>;
    const value = await call.apply(desk, fromText(argsText) as unknown[]);
    return toText({ value });
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'unknown';
    return toText({ code, message: String(error) });
  }
}
