/** Starting the board from its flash: console, TrustZone, BOOT0, reset, and the first lines it prints. */
import { handSteps } from '../../i18n/board-steps.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { advance, seenHands } from '../../state/board-hands.ts';
import { useBench, useUpdate } from '../../state/react.ts';
import { BoardSteps, type BoardStep } from '../../ui/board/board-steps.tsx';
import { CopyButton } from '../../ui/kit/copy-button.tsx';
import { ConnectButton } from './connect-button.tsx';
import styles from './update.module.css';

export function GoSteps() {
  const bench = useBench((state) => state);
  const connected = useUpdate((state) => state.link.kind === 'open');
  const boot = useUpdate((state) => state.boot);
  const seen = seenHands(bench);
  const { panel } = bench;
  const virtual = panel !== undefined;
  // On a real board only the banner tells; then everything before it was done.
  const started = boot !== undefined && !seen.dfu;
  const steps: readonly BoardStep[] = advance([
    {
      id: 'console',
      title: m.update_go_console(),
      detail: connected ? undefined : <ConnectConsole />,
      seen: connected,
    },
    {
      id: 'trust-zone',
      title: m.update_go_trust_zone(),
      detail: virtual ? m.update_go_trust_zone_virtual() : <TrustZoneCommands />,
      seen: seen.trustZone ?? (started ? true : undefined),
    },
    {
      ...handSteps.boot0Off(),
      seen: virtual ? seen.boot0 === false : started ? true : undefined,
    },
    {
      ...handSteps.resetIntoFirmware(),
      seen: virtual ? panel.running.kind === 'firmware' : started,
    },
    {
      id: 'banner',
      title:
        boot === undefined
          ? m.update_go_banner()
          : boot.banner.version === undefined
            ? m.update_go_started_unknown()
            : m.update_go_started({ version: boot.banner.version }),
      detail: m.update_go_waiting(),
      seen: started,
    },
  ]);
  return (
    <BoardSteps
      label={m.update_go_steps()}
      steps={steps}
      view={
        panel === undefined
          ? {
              stLink: true,
              userUsb: true,
              boot0: false,
              leds: { green: false, yellow: false, red: false },
            }
          : { ...panel.plugs, boot0: panel.boot0, leds: panel.leds }
      }
      pictureLabel={m.board_picture()}
      words={{ seen: m.board_step_seen(), now: m.board_step_now() }}
    />
  );
}

function ConnectConsole() {
  return (
    <>
      <p>{m.update_go_console_detail()}</p>
      <ConnectButton where="steps" />
    </>
  );
}

/** Values of the option-byte dump of wolfBoot's NUCLEO-H563ZI example (its document STM32-TZ). */
const trustZoneCommands = [
  'STM32_Programmer_CLI -c port=SWD -ob TZEN=0xB4',
  'STM32_Programmer_CLI -c port=SWD -ob SECWM1_STRT=0x0 SECWM1_END=0x2F SECWM2_STRT=0x0 SECWM2_END=0x7F NSBOOTADD=0x80600 SECBOOTADD=0xC0000',
] as const;

function TrustZoneCommands() {
  return (
    <>
      <p>{m.update_go_trust_zone_real()}</p>
      {trustZoneCommands.map((command, index) => (
        <div key={command} className={styles.code}>
          <code>{command}</code>
          <CopyButton text={command} of={`${m.update_go_command()} ${index + 1}`} />
        </div>
      ))}
    </>
  );
}
