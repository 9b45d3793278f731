/** What is told about one failure. */
import type { HelpTarget } from './help-topics.ts';

type Message = () => string;

export interface Remedy {
  readonly title: Message;
  readonly cause: Message;
  readonly nextStep: Message;
  /** The page of help that goes deeper. */
  readonly helpTopic?: HelpTarget | undefined;
}

export function remedy(
  title: Message,
  cause: Message,
  nextStep: Message,
  helpTopic?: HelpTarget,
): Remedy {
  return { title, cause, nextStep, helpTopic };
}
