/**
 * A drawing of the NUCLEO-H563ZI seen from above, as far as a person has to find their way on it:
 * two USB-C sockets, the BOOT0 pin, the reset button, three LEDs. Our own drawing; not to scale.
 * It shows a state and tells which part was clicked; what a click means it does not know.
 */
import styles from './board-picture.module.css';

export type BoardPart = 'st-link' | 'user-usb' | 'boot0' | 'reset' | 'leds';

export interface BoardView {
  readonly stLink: boolean;
  readonly userUsb: boolean;
  readonly boot0: boolean;
  readonly leds: { readonly green: boolean; readonly yellow: boolean; readonly red: boolean };
}

interface BoardPictureProps {
  readonly view: BoardView;
  /** What the picture shows, in words. */
  readonly label: string;
  /** The part to look at now. */
  readonly highlight?: BoardPart | undefined;
  /** Numbers beside parts, the same as in a list of steps. */
  readonly marks?: readonly { readonly part: BoardPart; readonly number: number }[];
  /** Mouse short cuts; the same acts must also be reachable as buttons. */
  readonly onPart?: ((part: BoardPart) => void) | undefined;
}

const boardWidth = 340;
const boardHeight = 560;

/** The silkscreen's words; they stand on the board in every language. */
const silkscreen = {
  stLink: 'ST-LINK',
  userUsb: 'USER USB',
  ethernet: 'RJ45',
  chip: 'STM32H563',
  boot0: 'BOOT0',
  supply: '3V3',
  reset: 'RESET',
  user: 'USER',
} as const;

const rings: Readonly<Record<BoardPart, { x: number; y: number; width: number; height: number }>> =
  {
    'st-link': { x: 128, y: 22, width: 84, height: 58 },
    'user-usb': { x: 62, y: 476, width: 84, height: 64 },
    boot0: { x: 24, y: 162, width: 94, height: 48 },
    reset: { x: 232, y: 160, width: 64, height: 72 },
    leds: { x: 116, y: 176, width: 108, height: 52 },
  };

export function BoardPicture({ view, label, highlight, marks = [], onPart }: BoardPictureProps) {
  const handlers = (part: BoardPart) =>
    onPart && {
      className: styles.clickable,
      onClick: () => {
        onPart(part);
      },
    };
  return (
    <svg
      className={styles.board}
      viewBox={`0 0 ${boardWidth} ${boardHeight}`}
      role="img"
      aria-label={label}
    >
      <Outline />
      <Headers />
      <g {...handlers('st-link')}>
        <UsbSocket x={140} y={32} side="top" plugged={view.stLink} />
        <text x={170} y={78} className={styles.name}>
          {silkscreen.stLink}
        </text>
      </g>
      <g {...handlers('user-usb')}>
        <UsbSocket x={74} y={504} side="bottom" plugged={view.userUsb} />
        <text x={104} y={492} className={styles.name}>
          {silkscreen.userUsb}
        </text>
      </g>
      <Ethernet />
      <Chip />
      <Leds leds={view.leds} />
      <g {...handlers('reset')}>
        <PushButton x={264} y={186} name={silkscreen.reset} tone="reset" />
      </g>
      <PushButton x={264} y={262} name={silkscreen.user} tone="user" />
      <g {...handlers('boot0')}>
        <Boot0 bridged={view.boot0} />
      </g>
      {highlight && <Ring part={highlight} />}
      {marks.map(({ part, number }) => (
        <Mark key={part} part={part} number={number} current={part === highlight} />
      ))}
    </svg>
  );
}

function Outline() {
  return (
    <>
      <rect x={20} y={40} width={300} height={480} rx={12} className={styles.pcb} />
      <path d="M20 120H128M212 120H320" className={styles.cut} />
      {[
        [36, 56],
        [304, 56],
        [36, 504],
        [304, 504],
      ].map(([x, y]) => (
        <circle key={`${x ?? 0}-${y ?? 0}`} cx={x} cy={y} r={6} className={styles.hole} />
      ))}
      <rect x={158} y={92} width={24} height={24} rx={2} className={styles.part} />
    </>
  );
}

/** The two long pin strips (CN11 left, CN12 right) and the sockets inside of them. */
function Headers() {
  const rows = Array.from({ length: 22 }, (_, index) => 148 + index * 15);
  return (
    <>
      {[34, 294].map((x) => (
        <g key={x}>
          <rect x={x - 4} y={138} width={20} height={344} rx={2} className={styles.strip} />
          {rows.map((y) => (
            <g key={y} className={styles.pins}>
              <circle cx={x + 1} cy={y} r={2.1} />
              <circle cx={x + 11} cy={y} r={2.1} />
            </g>
          ))}
        </g>
      ))}
      <rect x={62} y={284} width={14} height={180} rx={2} className={styles.socket} />
      <rect x={264} y={300} width={14} height={150} rx={2} className={styles.socket} />
    </>
  );
}

interface UsbSocketProps {
  readonly x: number;
  readonly y: number;
  readonly side: 'top' | 'bottom';
  readonly plugged: boolean;
}

function UsbSocket({ x, y, side, plugged }: UsbSocketProps) {
  const outwards = side === 'top' ? -1 : 1;
  const edge = side === 'top' ? y : y + 24;
  const far = edge + outwards * 34;
  return (
    <>
      <rect x={x - 8} y={y - 8} width={76} height={40} className={styles.target} />
      <rect x={x} y={y} width={60} height={24} rx={7} className={styles.usb} />
      <rect x={x + 12} y={y + 9} width={36} height={6} rx={3} className={styles.usbHole} />
      {plugged && (
        <g className={styles.plug}>
          <rect x={x + 8} y={side === 'top' ? edge - 22 : edge - 4} width={44} height={26} rx={5} />
          <path d={`M${x + 30} ${edge + outwards * 20}V${far}`} />
        </g>
      )}
    </>
  );
}

function Ethernet() {
  return (
    <>
      <rect x={196} y={462} width={78} height={66} rx={4} className={styles.usb} />
      <text x={235} y={500} className={styles.faintName}>
        {silkscreen.ethernet}
      </text>
    </>
  );
}

function Chip() {
  return (
    <>
      <rect x={118} y={300} width={104} height={104} rx={4} className={styles.chip} />
      <circle cx={130} cy={312} r={3.4} className={styles.chipDot} />
      <text x={170} y={357} className={styles.chipName}>
        {silkscreen.chip}
      </text>
    </>
  );
}

function Leds({ leds }: { readonly leds: BoardView['leds'] }) {
  const places = [
    { name: 'LD1', x: 134, lit: leds.green, tone: styles.green },
    { name: 'LD2', x: 170, lit: leds.yellow, tone: styles.yellow },
    { name: 'LD3', x: 206, lit: leds.red, tone: styles.red },
  ];
  return (
    <>
      {places.map(({ name, x, lit, tone }) => (
        <g key={name}>
          {lit && (
            <circle cx={x} cy={195} r={15} className={`${styles.glow ?? ''} ${tone ?? ''}`} />
          )}
          <rect
            x={x - 8}
            y={189}
            width={16}
            height={11}
            rx={2}
            className={lit ? `${styles.led ?? ''} ${tone ?? ''}` : styles.ledOff}
          />
          <text x={x} y={220} className={styles.name}>
            {name}
          </text>
        </g>
      ))}
    </>
  );
}

interface PushButtonProps {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly tone: 'reset' | 'user';
}

function PushButton({ x, y, name, tone }: PushButtonProps) {
  return (
    <>
      <rect x={x - 18} y={y - 18} width={36} height={36} rx={4} className={styles.part} />
      <circle
        cx={x}
        cy={y}
        r={12}
        className={tone === 'reset' ? styles.buttonReset : styles.buttonUser}
      />
      <text x={x} y={y + 34} className={styles.name}>
        {name}
      </text>
    </>
  );
}

/** Third and fourth pin of the outer column: supply and BOOT0 lie side by side. */
function Boot0({ bridged }: { readonly bridged: boolean }) {
  const places = [
    { y: 178, name: silkscreen.supply },
    { y: 193, name: silkscreen.boot0 },
  ];
  return (
    <>
      <rect x={26} y={164} width={92} height={44} className={styles.target} />
      {places.map(({ y, name }) => (
        <g key={name}>
          <path d={`M39 ${y}H58`} className={styles.lead} />
          <circle cx={35} cy={y} r={3.6} className={styles.pinMarked} />
          <text x={62} y={y + 4} className={styles.pinName}>
            {name}
          </text>
        </g>
      ))}
      {bridged && <rect x={28} y={171} width={14} height={29} rx={5} className={styles.bridge} />}
    </>
  );
}

function Ring({ part }: { readonly part: BoardPart }) {
  return <rect {...rings[part]} rx={10} className={styles.ring} />;
}

interface MarkProps {
  readonly part: BoardPart;
  readonly number: number;
  readonly current: boolean;
}

function Mark({ part, number, current }: MarkProps) {
  const { x, y } = rings[part];
  return (
    <g className={current ? styles.markNow : styles.mark}>
      <circle cx={x} cy={y} r={13} />
      <text x={x} y={y + 5}>
        {number}
      </text>
    </g>
  );
}
