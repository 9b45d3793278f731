/** The help pages as a table: why it happens, what to do everywhere, what to do on which system. */
import type { HelpTopic } from '../../i18n/help-topics.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { Environment } from '../../state/services.ts';

type Message = () => string;

export interface HelpStep {
  readonly text: Message;
  /** Something to copy, the same in every language. */
  readonly code?: string;
}

export type HelpSystem = Extract<
  Environment['platform'],
  'windows' | 'linux' | 'macos' | 'android'
>;

export interface HelpText {
  readonly title: Message;
  readonly why: Message;
  readonly steps: readonly HelpStep[];
  readonly bySystem?: Readonly<Partial<Record<HelpSystem, readonly HelpStep[]>>>;
  readonly related?: readonly HelpTopic[];
}

const step = (text: Message, code?: string): HelpStep =>
  code === undefined ? { text } : { text, code };

/** ROM bootloader and the debugger's serial port; `uaccess` is the person in front of the machine. */
const udevRule = [
  'SUBSYSTEM=="usb", ATTRS{idVendor}=="0483", ATTRS{idProduct}=="df11", TAG+="uaccess"',
  'SUBSYSTEM=="tty", ATTRS{idVendor}=="0483", TAG+="uaccess"',
].join('\n');
const reloadUdev = 'sudo udevadm control --reload && sudo udevadm trigger';

export const helpTexts: Readonly<Record<HelpTopic, HelpText>> = {
  'unsupported-browser': {
    title: m.help_unsupported_browser,
    why: m.help_unsupported_browser_why,
    steps: [
      step(m.help_unsupported_browser_1),
      step(m.help_unsupported_browser_2),
      step(m.help_unsupported_browser_3),
      step(m.help_unsupported_browser_4),
    ],
    bySystem: { android: [step(m.help_unsupported_browser_android)] },
    related: ['android', 'sandboxed-browser'],
  },
  'no-device': {
    title: m.help_no_device,
    why: m.help_no_device_why,
    steps: [
      step(m.help_no_device_1),
      step(m.help_no_device_2),
      step(m.help_no_device_3),
      step(m.help_no_device_4),
      step(m.help_no_device_5),
      step(m.help_no_device_6),
    ],
    bySystem: {
      windows: [step(m.help_no_device_windows)],
      linux: [step(m.help_no_device_linux, 'lsusb -d 0483:df11')],
      macos: [step(m.help_no_device_macos)],
    },
    related: [
      'driver-windows',
      'udev-linux',
      'sandboxed-browser',
      'macos',
      'android',
      'product-state',
    ],
  },
  'driver-windows': {
    title: m.help_driver_windows,
    why: m.help_driver_windows_why,
    steps: [
      step(m.help_driver_windows_1),
      step(m.help_driver_windows_2),
      step(m.help_driver_windows_3),
      step(m.help_driver_windows_4),
      step(m.help_driver_windows_5),
      step(m.help_driver_windows_6),
      step(m.help_driver_windows_7),
      step(m.help_driver_windows_8),
    ],
    related: ['no-device', 'device-busy'],
  },
  'udev-linux': {
    title: m.help_udev_linux,
    why: m.help_udev_linux_why,
    steps: [
      step(m.help_udev_linux_1, udevRule),
      step(m.help_udev_linux_2, reloadUdev),
      step(m.help_udev_linux_3),
      step(m.help_udev_linux_4, 'sudo usermod -aG dialout "$USER"'),
      step(m.help_udev_linux_5),
    ],
    related: ['sandboxed-browser', 'device-busy'],
  },
  'sandboxed-browser': {
    title: m.help_sandboxed_browser,
    why: m.help_sandboxed_browser_why,
    steps: [
      step(
        m.help_sandboxed_browser_1,
        'sudo snap connect chromium:raw-usb\nsudo snap connect chromium:serial-port',
      ),
      step(
        m.help_sandboxed_browser_2,
        'flatpak override --user --device=all org.chromium.Chromium',
      ),
      step(m.help_sandboxed_browser_3),
      step(m.help_sandboxed_browser_4),
    ],
    related: ['udev-linux'],
  },
  macos: {
    title: m.help_macos,
    why: m.help_macos_why,
    steps: [step(m.help_macos_1), step(m.help_macos_2), step(m.help_macos_3), step(m.help_macos_4)],
    related: ['no-device', 'serial-port'],
  },
  android: {
    title: m.help_android,
    why: m.help_android_why,
    steps: [
      step(m.help_android_1),
      step(m.help_android_2),
      step(m.help_android_3),
      step(m.help_android_4),
    ],
    related: ['no-device', 'unsupported-browser'],
  },
  'device-busy': {
    title: m.help_device_busy,
    why: m.help_device_busy_why,
    steps: [
      step(m.help_device_busy_1),
      step(m.help_device_busy_2),
      step(m.help_device_busy_3),
      step(m.help_device_busy_4),
    ],
    bySystem: {
      linux: [step(m.help_device_busy_linux, 'sudo systemctl stop ModemManager')],
    },
    related: ['serial-port', 'driver-windows'],
  },
  'wrong-board': {
    title: m.help_wrong_board,
    why: m.help_wrong_board_why,
    steps: [
      step(m.help_wrong_board_1),
      step(m.help_wrong_board_2),
      step(m.help_wrong_board_3),
      step(m.help_wrong_board_4),
    ],
    related: ['no-device'],
  },
  'product-state': {
    title: m.help_product_state,
    why: m.help_product_state_why,
    steps: [
      step(m.help_product_state_1),
      step(m.help_product_state_2),
      step(m.help_product_state_3),
      step(m.help_product_state_4),
    ],
  },
  'serial-port': {
    title: m.help_serial_port,
    why: m.help_serial_port_why,
    steps: [step(m.help_serial_port_1), step(m.help_serial_port_2), step(m.help_serial_port_3)],
    bySystem: {
      windows: [step(m.help_serial_port_windows)],
      linux: [step(m.help_serial_port_linux, 'sudo usermod -aG dialout "$USER"')],
      macos: [step(m.help_serial_port_macos)],
    },
    related: ['console-silent', 'device-busy', 'sandboxed-browser'],
  },
  'probe-drive': {
    title: m.help_probe_drive,
    why: m.help_probe_drive_why,
    steps: [
      step(m.help_probe_drive_1),
      step(m.help_probe_drive_2),
      step(m.help_probe_drive_3),
      step(m.help_probe_drive_4),
    ],
    bySystem: {
      windows: [step(m.help_probe_drive_windows)],
      linux: [step(m.help_probe_drive_linux, 'udisksctl mount -b /dev/disk/by-label/NOD_H563ZI')],
      macos: [step(m.help_probe_drive_macos)],
    },
    related: ['serial-port', 'console-silent'],
  },
  'console-silent': {
    title: m.help_console_silent,
    why: m.help_console_silent_why,
    steps: [
      step(m.help_console_silent_1),
      step(m.help_console_silent_2),
      step(m.help_console_silent_3),
      step(m.help_console_silent_4),
    ],
    related: ['serial-port'],
  },
  storage: {
    title: m.help_storage,
    why: m.help_storage_why,
    steps: [step(m.help_storage_1), step(m.help_storage_2), step(m.help_storage_3)],
  },
};

export function systemName(system: HelpSystem): string {
  return {
    windows: m.help_windows,
    linux: m.help_linux,
    macos: m.help_macos,
    android: m.help_android,
  }[system]();
}
