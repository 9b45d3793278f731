/**
 * A `navigator.usb` and a `navigator.serial` with one virtual board behind them, for a page or a worker of
 * the built app: put in front of its script by `device-fakes.ts`. Chromium's habits are those of
 * test/contract/fakes.
 */
import { createRealClock } from '../../../src/platform/clock.ts';
import { createYieldToHost } from '../../../src/platform/yield.ts';
import { createVirtualBench } from '../../../src/virtual/index.ts';
import { FakeSerial } from '../../contract/fakes/fake-serial.ts';
import { FakeUsb } from '../../contract/fakes/fake-usb.ts';

/** The same board on both sides: a device that the page chooses is known by what it says. */
const SEED = 77;

/** The buses are ready a moment later than the script that asks for them. */
class Late<Fake extends EventTarget> extends EventTarget {
  readonly fake: Promise<Fake>;

  constructor(fake: Promise<Fake>) {
    super();
    this.fake = fake;
    void fake.then((ready) => {
      for (const type of ['connect', 'disconnect']) {
        ready.addEventListener(type, (event) => {
          const again = new Event(type);
          const { device } = event as Event & { readonly device?: unknown };
          if (device === undefined) Object.defineProperty(again, 'target', { value: event.target });
          this.dispatchEvent(Object.assign(again, { device }));
        });
      }
    });
  }
}

class LateUsb extends Late<FakeUsb> {
  getDevices = async () => (await this.fake).getDevices();
  requestDevice = async (options: USBDeviceRequestOptions) =>
    (await this.fake).requestDevice(options);
}

class LateSerial extends Late<FakeSerial> {
  getPorts = async () => (await this.fake).getPorts();
  requestPort = async (options: SerialPortRequestOptions) => (await this.fake).requestPort(options);
}

const clock = createRealClock();
const { bench } = createVirtualBench({
  seed: SEED,
  clock,
  yieldToHost: createYieldToHost(),
  realTimePace: false,
});
bench.panel.setPlug('userUsb', true);
bench.panel.setBoot0(true);
bench.panel.pressReset();

Object.defineProperties(navigator, {
  usb: { value: new LateUsb(FakeUsb.over(bench.usb, clock)) },
  serial: { value: new LateSerial(FakeSerial.over(bench.serial, clock)) },
});
