/** One run of the command line: picks the command, turns errors into words and an exit code. */
import { AppError } from '../core/errors.ts';
import { Words } from './arguments.ts';
import { assemble } from './assemble.ts';
import { compare } from './compare.ts';
import { decrypt } from './decrypt.ts';
import { delta } from './delta.ts';
import { commandHelp, generalHelp, type CommandName } from './help.ts';
import type { Host } from './host.ts';
import { inspect } from './inspect.ts';
import { keygen } from './keygen.ts';
import { otpgen } from './otpgen.ts';
import { primer } from './primer.ts';
import { sign } from './sign.ts';
import { verify } from './verify.ts';

export const EXIT_GOOD = 0;
export const EXIT_REFUSED = 1;
export const EXIT_USAGE = 2;

type Command = (host: Host, words: Words) => Promise<void>;

const commands: Readonly<Record<CommandName, Command>> = {
  keygen,
  sign,
  delta,
  decrypt,
  otpgen,
  primer,
  inspect,
  verify,
  compare,
  assemble,
};

/** Resolves to the exit code; never rejects. */
export async function run(
  args: readonly string[],
  host: Host,
  versionText: string,
): Promise<number> {
  const [name, ...words] = args;
  if (name === '--version') {
    host.print(versionText);
    return EXIT_GOOD;
  }
  if (name === undefined || name === '--help' || name === 'help' || name === '-h') {
    host.print(generalHelp);
    return name === undefined ? EXIT_USAGE : EXIT_GOOD;
  }
  if (!isCommand(name)) {
    host.note(`keyfuse: "${name}" is not a command\n\n${generalHelp}`);
    return EXIT_USAGE;
  }
  if (words[0] === '--help') {
    host.print(commandHelp[name]);
    return EXIT_GOOD;
  }
  return runCommand(name, words, host);
}

async function runCommand(
  name: CommandName,
  words: readonly string[],
  host: Host,
): Promise<number> {
  try {
    await commands[name](host, new Words(words));
    return EXIT_GOOD;
  } catch (error) {
    if (!(error instanceof AppError)) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      host.note(`keyfuse ${name}: this is a fault of the program: ${text}`);
      return EXIT_REFUSED;
    }
    host.note(`keyfuse ${name}: ${error.message}`);
    if (error.code === 'invalid-argument') host.note(`keyfuse ${name} --help says how to use it`);
    return exitCodeOf(error);
  }
}

function exitCodeOf({ code }: AppError): number {
  return code === 'invalid-argument' || code === 'not-supported' ? EXIT_USAGE : EXIT_REFUSED;
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}
