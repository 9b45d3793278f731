/** Our own small icons: 20 units square, drawn with the current colour. Never alone: a word stands beside. */
import type { ReactNode, SVGProps } from 'react';

const shapes = {
  check: <path d="m4.5 10.5 3.6 3.6 7.4-8.2" />,
  cross: <path d="m5.5 5.5 9 9m0-9-9 9" />,
  plus: <path d="M10 4.5v11M4.5 10h11" />,
  minus: <path d="M4.5 10h11" />,
  up: <path d="M10 15.5v-11m-4.5 4.5L10 4.5 14.5 9" />,
  down: <path d="M10 4.5v11M5.5 11l4.5 4.5 4.5-4.5" />,
  right: <path d="M4.5 10h11M11 5.5l4.5 4.5-4.5 4.5" />,
  chevron: <path d="m7.5 5.5 4.5 4.5-4.5 4.5" />,
  key: (
    <>
      <circle cx="6.5" cy="10" r="3.5" />
      <path d="M10 10h7v3.5M13.5 10v2.5" />
    </>
  ),
  slots: (
    <>
      <rect x="3.5" y="3.5" width="13" height="3.6" rx="1" />
      <rect x="3.5" y="8.2" width="13" height="3.6" rx="1" />
      <path d="M3.5 15h13" strokeDasharray="2 2" />
    </>
  ),
  board: (
    <>
      <rect x="5.5" y="5.5" width="9" height="9" rx="1.5" />
      <path d="M8 5.5V3M12 5.5V3M8 17v-2.5M12 17v-2.5M5.5 8H3M5.5 12H3M17 8h-2.5M17 12h-2.5" />
    </>
  ),
  fuse: (
    <>
      <path d="M2.5 10H6l1.6-3 2.4 6 2.4-6 1.6 3h3.5" />
      <path d="M6 4.5h8M6 15.5h8" />
    </>
  ),
  firmware: (
    <>
      <path d="M5 2.8h6.5L15.5 7v10.2H5z" />
      <path d="M11.3 2.8V7h4.2M7.8 12.4l1.7 1.7 3.2-3.6" />
    </>
  ),
  update: <path d="M10 3v9m-4-4 4 4 4-4M3.5 16.5h13" />,
  examine: (
    <>
      <circle cx="8.5" cy="8.5" r="5.2" />
      <path d="m12.4 12.4 4.6 4.6M6.3 7.5h4.4M6.3 9.7h3" />
    </>
  ),
  console: (
    <>
      <rect x="2.5" y="4" width="15" height="12" rx="1.5" />
      <path d="m5.5 8 2.5 2-2.5 2M10 12.5h4.5" />
    </>
  ),
  record: (
    <>
      <rect x="4" y="3.5" width="12" height="13.5" rx="1.5" />
      <path d="M7 7.5h6M7 10.5h6M7 13.5h3.5" />
    </>
  ),
  guide: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="m12.8 7.2-1.6 4-4 1.6 1.6-4z" />
    </>
  ),
  keyboard: (
    <>
      <rect x="2.5" y="5.5" width="15" height="9.5" rx="1.5" />
      <path d="M5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M7 12h6" />
    </>
  ),
  help: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M7.9 8a2.1 2.1 0 1 1 3 1.9c-.6.3-.9.7-.9 1.4M10 14h.01" />
    </>
  ),
  info: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M10 9.2v4.6M10 6.3h.01" />
    </>
  ),
  warning: (
    <>
      <path d="M10 3 18 16.5H2z" />
      <path d="M10 8.3v3.9M10 14.3h.01" />
    </>
  ),
  failure: (
    <>
      <path d="M7 2.8h6L17.2 7v6L13 17.2H7L2.8 13V7z" />
      <path d="m7.5 7.5 5 5m0-5-5 5" />
    </>
  ),
  proven: (
    <>
      <path d="M10 2.5 16 5v4.5c0 3.8-2.5 6.6-6 8-3.5-1.4-6-4.2-6-8V5z" />
      <path d="m7.3 9.8 2 2 3.6-4" />
    </>
  ),
  saved: (
    <>
      <path d="M4 4h9.5L16 6.5V16H4z" />
      <path d="M7 4v4h5V4M7 16v-4.5h6V16" />
    </>
  ),
  unsaved: (
    <>
      <circle cx="10" cy="10" r="6.5" strokeDasharray="2.6 2.5" />
      <path d="M10 7v3.6M10 13h.01" />
    </>
  ),
  lock: (
    <>
      <rect x="4.5" y="9" width="11" height="7.5" rx="1.5" />
      <path d="M7 9V6.5a3 3 0 0 1 6 0V9" />
    </>
  ),
  unlocked: (
    <>
      <rect x="4.5" y="9" width="11" height="7.5" rx="1.5" />
      <path d="M7 9V6.5a3 3 0 0 1 5.8-1" />
    </>
  ),
  sheet: (
    <>
      <path d="M5 2.8h10v14.4H5z" />
      <path d="M7.5 6h2v2h-2zM11.500 6h1.500M7.5 11h5M7.5 14h5" />
    </>
  ),
  secret: (
    <>
      <path d="M2.5 10S5.3 5 10 5s7.5 5 7.5 5-2.8 5-7.5 5-7.5-5-7.5-5z" />
      <path d="m4.5 15.5 11-11" />
    </>
  ),
  copy: (
    <>
      <rect x="7" y="7" width="9.5" height="9.5" rx="1.5" />
      <path d="M13 4.8V4.5A1.5 1.5 0 0 0 11.5 3h-7A1.5 1.5 0 0 0 3 4.5v7A1.5 1.5 0 0 0 4.5 13h.3" />
    </>
  ),
  download: <path d="M10 3v8.5m-3.5-3.5 3.5 3.5L13.5 8M3.5 13.5v3h13v-3" />,
  open: <path d="M10 12V3.5M6.5 7 10 3.5 13.5 7M3.5 13.5v3h13v-3" />,
  trash: <path d="M4 6h12M8 6V4h4v2M5.5 6l.8 10.5h7.4L14.5 6M8.5 9v4.5M11.5 9v4.5" />,
  pencil: <path d="m4 16 .7-3.2L13.5 4l2.5 2.5-8.8 8.8zM11.8 5.7l2.5 2.5" />,
  sun: (
    <>
      <circle cx="10" cy="10" r="3.3" />
      <path d="M10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M4.7 15.3l1.4-1.4M13.9 6.1l1.4-1.4" />
    </>
  ),
  moon: <path d="M16.3 12.2A6.8 6.8 0 0 1 7.8 3.7a6.8 6.8 0 1 0 8.5 8.5z" />,
  auto: (
    <>
      <circle cx="10" cy="10" r="6.8" />
      <path d="M10 3.2v13.6a6.8 6.8 0 0 0 0-13.6z" fill="currentColor" />
    </>
  ),
  virtual: (
    <>
      <rect x="3" y="4" width="14" height="12" rx="1.5" strokeDasharray="2.5 2" />
      <path d="M7 8l-2 2 2 2M13 8l2 2-2 2" />
    </>
  ),
  usb: (
    <>
      <path d="M10 17V4M7.8 6.2 10 3.5l2.2 2.7M10 13.5l-4-2.5V8.5M10 11.5l4-2V7.5" />
      <circle cx="6" cy="7.5" r="1" />
      <path d="M13 5.5h2v2h-2z" />
    </>
  ),
  equal: <path d="M5 8h10M5 12h10" />,
  dot: <circle cx="10" cy="10" r="2.5" fill="currentColor" stroke="none" />,
  refresh: <path d="M15.8 8.5A6 6 0 1 0 16 11M16 4.5v4h-4" />,
  stop: <rect x="5.5" y="5.5" width="9" height="9" rx="1" />,
  play: <path d="M7 4.8v10.4L15.5 10z" />,
  language: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M3 10h14M10 3c2.2 2 3.2 4.3 3.2 7s-1 5-3.2 7c-2.2-2-3.2-4.3-3.2-7S7.8 5 10 3z" />
    </>
  ),
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

interface IconProps extends Omit<SVGProps<SVGSVGElement>, 'name'> {
  readonly name: IconName;
  readonly size?: number;
}

export function Icon({ name, size = 18, ...rest }: IconProps) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      {...rest}
      style={{ flex: 'none', ...rest.style }}
    >
      {shapes[name]}
    </svg>
  );
}
