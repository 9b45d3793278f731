/** The `SerialBus` port over Web Serial. */
export { createWebSerialBus } from './bus.ts';
