/** The `UsbBus` port over WebUSB. */
export { createWebUsbBus } from './bus.ts';
