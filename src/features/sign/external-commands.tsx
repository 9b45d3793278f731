/** The commands for the tools that hold the key, each to be copied. */
import type { NoCommand, SigningCommand } from '../../core/wolfboot/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { CopyButton } from '../../ui/kit/copy-button.tsx';
import { remarkWords, toolNames, whyNotWords } from './external-words.ts';
import styles from './external.module.css';

export function CommandList({
  commands,
}: {
  readonly commands: readonly (SigningCommand | NoCommand)[];
}) {
  const shown = commands.filter((entry): entry is SigningCommand => entry.command !== undefined);
  const missing = commands.filter((entry): entry is NoCommand => entry.command === undefined);
  return (
    <div>
      <ul className={styles.commands} aria-label={m.external_commands()}>
        {shown.map(({ tool, command, remarks }) => (
          <li key={command}>
            <p className={styles.tool}>
              <strong>{toolNames[tool]}</strong>
              {remarks.map((remark) => (
                <span key={remark}>{remarkWords[remark]()}</span>
              ))}
            </p>
            <div className={styles.command}>
              <code>{command}</code>
              <CopyButton text={command} of={copyName(tool, remarks)} />
            </div>
          </li>
        ))}
      </ul>
      {missing.map(({ tool, why }) => (
        <p key={tool} className={styles.reason}>
          {whyNotWords[why]({ tool: toolNames[tool] })}
        </p>
      ))}
    </div>
  );
}

function copyName(tool: SigningCommand['tool'], remarks: SigningCommand['remarks']): string {
  const form = remarks.includes('digest-info') && tool === 'openssl' ? ' (DigestInfo)' : '';
  return m.external_command_of({ tool: `${toolNames[tool]}${form}` });
}
