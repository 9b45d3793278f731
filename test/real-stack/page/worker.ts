/** The desk in a dedicated worker. */
import { answerCall } from './calls.ts';
import { Desk } from './desk.ts';
import type { FromWorker, ToWorker } from './messages.ts';

const send = (message: FromWorker): void => {
  postMessage(message);
};
const desk = new Desk(navigator.usb, navigator.serial, (what) => {
  send({ kind: 'told', what });
});

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  void answerCall(desk, data.name, data.args).then((text) => {
    send({ kind: 'answer', id: data.id, text });
  });
});
