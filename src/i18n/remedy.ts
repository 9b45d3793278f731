/** What is told about one failure. */
import type { HelpTopic } from './help-topics.ts';

type Message = () => string;

export interface Remedy {
  readonly title: Message;
  readonly cause: Message;
  readonly nextStep: Message;
  /** The page of help that goes deeper. */
  readonly helpTopic?: HelpTopic | undefined;
}

export function remedy(
  title: Message,
  cause: Message,
  nextStep: Message,
  helpTopic?: HelpTopic,
): Remedy {
  return { title, cause, nextStep, helpTopic };
}
