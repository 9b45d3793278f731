/** `ControlPipe` over an opened USBDevice with its DFU interface claimed. Knows no DFU. */
import { AppError } from '../../core/errors.ts';
import type {
  ControlPipe,
  ControlRequest,
  TransferOptions,
  UsbIdentity,
} from '../../core/ports/index.ts';
import type { DeviceCalls } from './device-calls.ts';
import { transferStatusError } from './errors.ts';

export class WebUsbPipe implements ControlPipe {
  readonly identity: UsbIdentity;
  readonly interfaceNumber: number;
  readonly #device: USBDevice;
  readonly #calls: DeviceCalls;
  readonly #onClosed: () => void;
  /** Rejects the transfers under way when the pipe is closed. */
  readonly #underWay = new Set<(error: AppError) => void>();
  #closing: Promise<void> | undefined;

  constructor(
    device: USBDevice,
    identity: UsbIdentity,
    interfaceNumber: number,
    calls: DeviceCalls,
    onClosed: () => void,
  ) {
    this.#device = device;
    this.identity = identity;
    this.interfaceNumber = interfaceNumber;
    this.#calls = calls;
    this.#onClosed = onClosed;
  }

  async controlIn(
    request: ControlRequest,
    lengthBytes: number,
    options: TransferOptions,
  ): Promise<Uint8Array> {
    const what = `control transfer in, request ${request.request}`;
    const result = await this.#transfer(what, options, () =>
      this.#device.controlTransferIn(setupOf(request), lengthBytes),
    );
    if (result.status !== 'ok') throw transferStatusError(result.status, what);
    const { data } = result;
    if (data === undefined) return new Uint8Array(0);
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  }

  async controlOut(
    request: ControlRequest,
    data: Uint8Array,
    options: TransferOptions,
  ): Promise<void> {
    const what = `control transfer out, request ${request.request}`;
    const owned = data.slice();
    const result = await this.#transfer(what, options, () =>
      this.#device.controlTransferOut(setupOf(request), owned),
    );
    if (result.status !== 'ok') throw transferStatusError(result.status, what);
    if (result.bytesWritten !== data.length) {
      throw new AppError(
        'usb-transfer-failed',
        `${what}: ${result.bytesWritten} of ${data.length} bytes were sent`,
        { context: { step: what, sentBytes: result.bytesWritten, lengthBytes: data.length } },
      );
    }
  }

  async selectAlternate(alternate: number, options: TransferOptions): Promise<void> {
    const what = `select alternate setting ${alternate}`;
    const known = this.#device.configuration?.interfaces
      .find((one) => one.interfaceNumber === this.interfaceNumber)
      ?.alternates.some((one) => one.alternateSetting === alternate);
    // The browser refuses it with the same NotFoundError as a device that is gone.
    if (known === false) throw transferStatusError('stall', what);
    await this.#transfer(what, options, () =>
      this.#device.selectAlternateInterface(this.interfaceNumber, alternate),
    );
  }

  async close(): Promise<void> {
    this.#closing ??= this.#closeDevice();
    await this.#closing;
  }

  async #closeDevice(): Promise<void> {
    for (const end of [...this.#underWay]) end(closedError());
    await this.#calls.quietly('release interface', () =>
      this.#device.releaseInterface(this.interfaceNumber),
    );
    await this.#calls.quietly('close device', () => this.#device.close());
    this.#onClosed();
  }

  async #transfer<T>(what: string, options: TransferOptions, work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw closedError();
    return this.#calls.call('transfer', what, options, () => this.#unlessClosed(work()));
  }

  #unlessClosed<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#underWay.add(reject);
      work.then(resolve, reject).finally(() => {
        this.#underWay.delete(reject);
      });
    });
  }
}

function setupOf(request: ControlRequest): USBControlTransferParameters {
  return {
    requestType: request.type,
    recipient: request.recipient,
    request: request.request,
    value: request.value,
    index: request.index,
  };
}

function closedError(): AppError {
  return new AppError('usb-transfer-failed', 'the device was closed');
}
