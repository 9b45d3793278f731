/**
 * The unchanged engines in real Chromium on Linux's own USB and tty stack, against the second model of the
 * board. One guest and one browser for all; run by `npm run test:deep`.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { appScenarios } from './scenarios/app.ts';
import { burningScenarios } from './scenarios/burning.ts';
import { peerScenarios } from './scenarios/peers.ts';
import { promptScenarios } from './scenarios/prompts.ts';
import { serialScenarios } from './scenarios/serial.ts';
import { usbScenarios } from './scenarios/usb.ts';
import { Stage } from './stage.ts';

const START_MS = 20 * 60_000;

describe('real stack', () => {
  let opened: Stage | undefined;
  const stage = (): Stage => {
    if (opened === undefined) throw new Error('the stage did not open');
    return opened;
  };
  beforeAll(async () => {
    opened = await Stage.open();
  }, START_MS);
  afterAll(async () => {
    await opened?.close();
  });

  usbScenarios(stage);
  burningScenarios(stage);
  serialScenarios(stage);
  peerScenarios(stage);
  promptScenarios(stage);
  appScenarios(stage);
});
