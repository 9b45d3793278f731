/**
 * A board that says what the recorded one said: the console's texts come from the recordings, its
 * receiver is the model that was held against them. For tests of the dialogue and the update.
 */
import { asciiToBytes, bytesToLatin1 } from '../../../src/core/bytes/index.ts';
import { ModelReceiver } from './model-receiver.ts';
import type { SimLine } from './sim-line.ts';
import { readTranscript } from './transcript.ts';

const PROMPT = '\r\ncmd> ';

/** What the recorded device said from one host entry to the next; `command` without its CR. */
export function recordedReply(name: string, command: string, nth = 0): string {
  const { entries } = readTranscript(name);
  const places = entries.flatMap(({ from, bytes }, index) =>
    from === 'host' && bytesToLatin1(bytes) === `${command}\r` ? [index] : [],
  );
  const start = places[nth];
  if (start === undefined) throw new Error(`${name} has no command ${command}`);
  return said(name, start + 1);
}

/** What the recorded device said before anybody spoke. */
export function recordedBoot(name: string): string {
  return said(name, 0);
}

/** What the recorded device said after the nth `reboot`, without the echo. */
export function recordedReboot(name: string, nth = 0): string {
  return recordedReply(name, 'reboot', nth).slice('reboot\r\n'.length);
}

function said(name: string, start: number): string {
  const { entries } = readTranscript(name);
  const rest = entries.slice(start);
  const end = rest.findIndex(({ from }) => from === 'host');
  return rest
    .slice(0, end < 0 ? undefined : end)
    .map(({ bytes }) => bytesToLatin1(bytes))
    .join('');
}

const FULL_UPDATE = 'update-ecc256-lrzsz-115200';

export interface Script {
  /** Text after the next reboot, banner to prompt. */
  readonly rebootText: string;
  readonly headerSizeBytes: number;
  readonly bootMs?: number;
  readonly eraseMs?: number;
}

export class RecordedBoard {
  receiver: ModelReceiver | undefined;
  readonly commands: string[] = [];
  infoText = recordedReply(FULL_UPDATE, 'info', 0).slice('info\r\n'.length);
  reboots = 0;
  private stopped = false;
  private typed = '';
  private state: 'prompt' | 'receiving' | 'busy' = 'prompt';

  constructor(
    private readonly line: SimLine,
    private readonly script: Script,
  ) {
    this.listen();
  }

  say(text: string): void {
    if (this.stopped) return;
    this.line.fromDevice(asciiToBytes(text));
  }

  /** Somebody presses the reset button. */
  reset(text: string): void {
    this.receiver?.stop();
    this.receiver = undefined;
    this.typed = '';
    this.state = 'busy';
    this.listen();
    this.line.clock.schedule(
      this.script.bootMs ?? 2400,
      () => {
        this.state = 'prompt';
        this.say(text);
      },
      { background: true },
    );
  }

  stop(): void {
    this.stopped = true;
    this.receiver?.stop();
    this.line.onDevice = () => undefined;
  }

  private listen(): void {
    this.line.onDevice = (bytes) => {
      for (const byte of bytes) this.take(byte);
    };
  }

  private take(byte: number): void {
    if (this.state !== 'prompt') return;
    const character = String.fromCharCode(byte);
    if (byte === 0x0d) {
      const line = this.typed;
      this.typed = '';
      this.say('\r\n');
      this.run(line);
    } else if (byte === 0x08) {
      if (this.typed !== '') this.say('\b \b');
      this.typed = this.typed.slice(0, -1);
    } else if (byte >= 0x20 && byte < 0x7f) {
      this.typed += character;
      this.say(character);
    }
  }

  private run(line: string): void {
    this.commands.push(line);
    if (line === '') this.say(PROMPT);
    else if (line.startsWith('help'))
      this.say(recordedReply('console-commands', 'help').slice('help\r\n'.length));
    else if (line.startsWith('info')) this.say(this.infoText);
    else if (line.startsWith('success')) this.confirm();
    else if (line.startsWith('update')) this.update();
    else if (line.startsWith('reboot')) this.reboot();
    else this.say(`Unknown command: ${line}\r\n${PROMPT}`);
  }

  private confirm(): void {
    this.infoText = this.infoText.replace(/state: (TESTING|NEW)/, 'state: CONFIRMED');
    this.say(`update success confirmed.\r\n${PROMPT}`);
  }

  private reboot(): void {
    this.reboots++;
    const text = this.script.rebootText;
    this.infoText = text.slice(text.indexOf('\r\nSystem information'));
    this.reset(text);
  }

  private update(): void {
    this.state = 'receiving';
    this.say('Erasing update partition...');
    this.line.clock.schedule(
      this.script.eraseMs ?? 800,
      () => {
        this.say('Done.\r\nWaiting for XMODEM transfer...\r\n');
        this.receiver = new ModelReceiver(this.line, {
          headerSizeBytes: this.script.headerSizeBytes,
        });
        this.receiver.onEnd = () => {
          this.state = 'prompt';
          this.listen();
        };
      },
      { background: true },
    );
  }
}
