/** A text as a QR code: one path, black on white in every colour scheme, since scanners want it so. */
import encodeQr from 'qr';
import styles from './sheet.module.css';

interface QrCodeProps {
  readonly text: string;
  readonly label: string;
}

/** Modules of white around the code (ISO/IEC 18004, 6.3.8). */
const quietZone = 4;

export function QrCode({ text, label }: QrCodeProps) {
  const rows = encodeQr(text, 'raw', { ecc: 'medium', border: quietZone });
  const size = rows.length;
  const path = rows
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return (
    <svg
      className={styles.code}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  );
}
