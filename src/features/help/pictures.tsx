/** Drawings for the help pages: what to look for on each system. Words of other programs stay as those programs say them. */
import type { ReactNode } from 'react';
import { m } from '../../i18n/paraglide/messages.js';
import type { HelpTopic } from '../../i18n/help-topics.ts';
import styles from './pictures.module.css';

interface PictureProps {
  readonly name: string;
  readonly children: ReactNode;
}

const width = 640;
const height = 220;

function Picture({ name, children }: PictureProps) {
  return (
    <svg className={styles.picture} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={name}>
      {children}
    </svg>
  );
}

function Frame({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <>
      <rect className={styles.frame} x={20} y={16} width={600} height={188} rx={8} />
      <path className={styles.line} d="M20 46H620" />
      <text className={styles.strong} x={36} y={37}>
        {title}
      </text>
      {children}
    </>
  );
}

interface FieldProps {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly text: string;
  /** The number of the step that this belongs to. */
  readonly step?: number;
  readonly chosen?: boolean;
}

function Field({ x, y, width: wide, text, step, chosen = false }: FieldProps) {
  return (
    <>
      <rect
        className={chosen ? styles.chosen : styles.field}
        x={x}
        y={y}
        width={wide}
        height={30}
        rx={4}
      />
      <text className={styles.mono} x={x + 12} y={y + 20}>
        {text}
      </text>
      {step !== undefined && <Mark x={x + wide} y={y} step={step} />}
    </>
  );
}

function Mark({ x, y, step }: { readonly x: number; readonly y: number; readonly step: number }) {
  return (
    <>
      <circle className={styles.mark} cx={x} cy={y} r={11} />
      <text className={styles.markText} x={x} y={y + 4.5}>
        {step}
      </text>
    </>
  );
}

function Windows() {
  return (
    <Picture name={m.help_picture_windows()}>
      <Frame title="Zadig">
        <Field x={40} y={64} width={380} text="DFU in FS Mode" step={1} />
        <text className={styles.small} x={440} y={84}>
          USB ID 0483 DF11
        </text>
        <Field x={40} y={112} width={220} text="(NONE)" />
        <path className={styles.arrow} d="M274 127H306m-8 -7l8 7l-8 7" />
        <Field x={320} y={112} width={220} text="WinUSB" step={2} />
        <Field x={170} y={158} width={250} text="Install Driver" step={3} chosen />
      </Frame>
    </Picture>
  );
}

function Terminal({ name, lines }: { readonly name: string; readonly lines: readonly string[] }) {
  return (
    <Picture name={name}>
      <Frame title={m.help_picture_terminal()}>
        {lines.map((line, index) => (
          <text key={line} className={styles.mono} x={40} y={74 + index * 24}>
            {line}
          </text>
        ))}
      </Frame>
    </Picture>
  );
}

function Board({ x, label }: { readonly x: number; readonly label: string }) {
  return (
    <>
      <rect className={styles.board} x={x} y={62} width={150} height={96} rx={6} />
      <rect className={styles.chip} x={x + 52} y={84} width={46} height={46} rx={2} />
      <text className={styles.centre} x={x + 75} y={178}>
        {label}
      </text>
    </>
  );
}

function Macos() {
  return (
    <Picture name={m.help_picture_macos()}>
      <rect className={styles.field} x={60} y={46} width={190} height={112} rx={6} />
      <path className={styles.line} d="M40 164H270l-12 12H52z" />
      <text className={styles.small} x={78} y={82}>
        USB
      </text>
      <text className={styles.mono} x={78} y={108}>
        DFU in FS Mode
      </text>
      <text className={styles.small} x={78} y={134}>
        0x0483 · 0xdf11
      </text>
      <path className={styles.cable} d="M250 100H430" />
      <Board x={430} label="USER USB" />
    </Picture>
  );
}

function Android() {
  return (
    <Picture name={m.help_picture_android()}>
      <rect className={styles.field} x={90} y={34} width={88} height={150} rx={12} />
      <rect className={styles.chip} x={100} y={52} width={68} height={112} rx={3} />
      <path className={styles.cable} d="M178 110H260" />
      <rect className={styles.chosen} x={260} y={94} width={84} height={32} rx={6} />
      <text className={styles.centre} x={302} y={115}>
        USB-OTG
      </text>
      <path className={styles.cable} d="M344 110H430" />
      <Board x={430} label="USER USB" />
    </Picture>
  );
}

const pictures: Readonly<Partial<Record<HelpTopic, () => ReactNode>>> = {
  'driver-windows': () => <Windows />,
  'udev-linux': () => (
    <Terminal
      name={m.help_picture_linux()}
      lines={[
        '$ sudoedit /etc/udev/rules.d/70-keyfuse.rules',
        '$ sudo udevadm control --reload && sudo udevadm trigger',
        '$ lsusb -d 0483:df11',
        'Bus 001 Device 007: ID 0483:df11 STMicroelectronics',
        '    STM Device in DFU Mode',
      ]}
    />
  ),
  macos: () => <Macos />,
  android: () => <Android />,
  'sandboxed-browser': () => (
    <Terminal
      name={m.help_picture_snap()}
      lines={[
        '$ sudo snap connect chromium:raw-usb',
        '$ sudo snap connect chromium:serial-port',
        '$ snap connections chromium | grep -E "raw-usb|serial"',
        'raw-usb      chromium:raw-usb      :raw-usb      manual',
        'serial-port  chromium:serial-port  …             manual',
      ]}
    />
  ),
};

export function hasPicture(topic: HelpTopic): boolean {
  return topic in pictures;
}

export function PictureOf({ topic }: { readonly topic: HelpTopic }) {
  return pictures[topic]?.();
}
