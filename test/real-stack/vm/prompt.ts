/**
 * Answers Chromium's own device chooser with the mouse, as a person does. Needs Chromium on a screen. The
 * DevTools protocol cannot: its DeviceAccess domain reports no prompts of WebUSB or Web Serial.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Guest } from './guest.ts';

/** Where the chooser's parts are on the 1000 x 700 screen: its title has one line for USB, two for ports. */
const CHOOSER = {
  usb: { firstRow: 161, connect: 497 },
  serial: { firstRow: 185, connect: 521 },
} as const;
const ROW_HEIGHT = 38;
const ROW_X = 240;
const CONNECT_X = 513;
const CANCEL_X = 414;
const TRIES = 10;
/** The chooser takes its time to be drawn, and ignores clicks in its first half second. */
const DRAWN_MS = 2000;

export interface PromptAnswer {
  readonly kind: keyof typeof CHOOSER;
  /** Row to choose, from 0; left out: cancel. */
  readonly row?: number;
  /** True once the page has its answer. */
  readonly answered: () => Promise<boolean>;
}

export async function answerPrompt(guest: Guest, { kind, row, answered }: PromptAnswer) {
  const { firstRow, connect } = CHOOSER[kind];
  const click = (x: number, y: number): string =>
    `xdotool mousemove ${x} ${y} sleep 0.3 click 1 sleep 0.7`;
  const script =
    row === undefined
      ? click(CANCEL_X, connect)
      : `${click(ROW_X, firstRow + row * ROW_HEIGHT)}; ${click(CONNECT_X, connect)}`;
  for (let tries = 0; tries < TRIES; tries++) {
    await sleep(DRAWN_MS);
    await guest.must(`export DISPLAY=:1; ${script}`);
    if (await answered()) return;
  }
  throw new Error('the device chooser took no answer');
}
