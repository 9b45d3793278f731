/** The virtual board's state and faults in the reader's language. */
import { hexNumber } from '../../core/bytes/index.ts';
import type { BoardFault, BoardPanelState } from '../../core/ports/index.ts';
import { m } from '../../i18n/paraglide/messages.js';

export function stateWords({ running }: BoardPanelState): string {
  switch (running.kind) {
    case 'off':
      return m.panel_state_off();
    case 'rom-dfu':
      return m.panel_state_rom();
    case 'firmware':
      return m.panel_state_firmware({ name: running.name });
    case 'nothing':
      return m.panel_state_nothing();
    case 'hung':
      return m.panel_state_hung({ reason: running.reason });
  }
}

export function pictureWords(state: BoardPanelState): string {
  const plug = (plugged: boolean): string => (plugged ? m.panel_in() : m.panel_out());
  const lit = [
    state.leds.green && m.panel_green(),
    state.leds.yellow && m.panel_yellow(),
    state.leds.red && m.panel_red(),
  ].filter((name) => name !== false);
  return m.panel_picture({
    board: state.boardName,
    stLink: plug(state.plugs.stLink),
    userUsb: plug(state.plugs.userUsb),
    boot0: state.boot0 ? m.panel_boot0_high() : m.panel_boot0_low(),
    leds: lit.length === 0 ? m.panel_no_leds() : lit.join(', '),
  });
}

export function faultWords(fault: BoardFault): string {
  switch (fault.kind) {
    case 'unplug-at-byte':
      return placed(
        fault.plug === 'user-usb' ? m.panel_fault_unplug_usb() : m.panel_fault_unplug_serial(),
        `${m.panel_fault_at_byte()} ${fault.atByte}`,
      );
    case 'stall-at-transfer':
      return placed(m.panel_fault_stall(), `${m.panel_fault_at_transfer()} ${fault.atTransfer}`);
    case 'stuck-busy':
      return placed(
        m.panel_fault_stuck_busy(),
        `${m.panel_fault_at_transfer()} ${fault.atTransfer}`,
      );
    case 'slow-poll':
      return placed(m.panel_fault_slow_poll(), `${fault.pollTimeoutMs} ms`);
    case 'corrupt-byte':
      return placed(
        fault.path.startsWith('usb') ? m.panel_fault_corrupt_usb() : m.panel_fault_corrupt_serial(),
        `${m.panel_fault_at_byte()} ${fault.atByte}`,
      );
    case 'lost-ack':
      return placed(m.panel_fault_lost_ack(), `${m.panel_fault_at_packet()} ${fault.atPacket}`);
    case 'silent-receiver':
      return placed(m.panel_fault_silent(), `${m.panel_fault_at_packet()} ${fault.atPacket}`);
    case 'stuck-otp-bit':
      return placed(
        m.panel_fault_otp_bit(),
        `${hexNumber(fault.offsetBytes, 3)}.${fault.bit} = ${fault.stuckAt}`,
      );
    case 'drive-refuses-rename':
      return m.panel_fault_drive_rename();
    case 'drive-fails':
      return driveWords[fault.reason]();
  }
}

const driveWords = {
  target: m.panel_fault_drive_target,
  timeout: m.panel_fault_drive_timeout,
  flash: m.panel_fault_drive_flash,
} as const;

function placed(fault: string, place: string): string {
  return m.panel_fault_at({ fault, place });
}
