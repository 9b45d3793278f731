/** An error as words for the screen, with the technical facts for whoever helps. */
import type { AppError, ErrorCode } from '../core/errors.ts';
import { m } from './paraglide/messages.js';
import { remedies } from './remedies.ts';

interface FailureWords {
  readonly title: string;
  readonly cause: string;
  readonly nextStep: string;
  readonly details: readonly { readonly name: string; readonly value: string }[];
  readonly help: { readonly href: string; readonly label: string } | undefined;
  readonly diagnostics: { readonly href: string; readonly label: string };
}

export function describeFailure(error: AppError): FailureWords {
  const facts = Object.entries(error.context)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ name, value: String(value) }));
  return {
    ...describeCode(error.code),
    diagnostics: { href: '#/diagnostics', label: m.error_diagnostics() },
    details: [
      { name: m.error_code(), value: error.code },
      { name: m.error_message(), value: error.message },
      ...facts,
    ],
  };
}

/** For refusals, which are no thrown errors: the words that belong to a code. */
export function describeCode(code: ErrorCode): Omit<FailureWords, 'details' | 'diagnostics'> {
  const { title, cause, nextStep, helpTopic } = remedies[code];
  return {
    title: title(),
    cause: cause(),
    nextStep: nextStep(),
    help: helpTopic && { href: `#/help/${helpTopic}`, label: m.error_help() },
  };
}
