// The diagnostic bundle: no place for a secret, and a fair word about the cable.
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { AppError } from '../../../src/core/errors.ts';
import type { LoggedEntry } from '../../../src/state/device-log.ts';
import type { DiagnosticBundle } from '../../../src/state/diagnostics.ts';
import { measureLink } from '../../../src/state/link-quality.ts';

/** The leaves of a type, through objects and lists. */
type Leaves<T> = T extends readonly (infer Item)[]
  ? Leaves<Item>
  : T extends Uint8Array | AppError
    ? T
    : T extends object
      ? { [Key in keyof T]: Leaves<T[Key]> }[keyof T]
      : T;

it('has no field for bytes, errors or objects that could carry them', () => {
  expectTypeOf<Extract<Leaves<DiagnosticBundle>, object>>().toBeNever();
  expectTypeOf<DiagnosticBundle['failures'][number]['facts']>().toEqualTypeOf<
    Readonly<Record<string, number | boolean>>
  >();
  type Serial = Extract<LoggedEntry, { kind: 'serial' }>;
  expectTypeOf<keyof Serial>().toEqualTypeOf<
    'kind' | 'bench' | 'atMs' | 'direction' | 'lengthBytes' | 'control' | 'outcome'
  >();
});

describe('the quality of a cable', () => {
  const usb = (outcome: LoggedEntry['outcome']): LoggedEntry => ({
    kind: 'usb',
    bench: 'real',
    atMs: 0,
    durationMs: 1,
    request: 'DNLOAD',
    value: 2,
    lengthBytes: 64,
    outcome,
  });
  const serial = (more: Partial<Extract<LoggedEntry, { kind: 'serial' }>>): LoggedEntry => ({
    kind: 'serial',
    bench: 'real',
    atMs: 0,
    direction: 'from-board',
    lengthBytes: 1,
    outcome: 'ok',
    ...more,
  });
  const good = Array.from({ length: 99 }, () => usb('ok'));

  it('is not judged by a handful', () => {
    expect(measureLink([usb('usb-stall')]).usb).toEqual({
      transfers: 1,
      faults: 1,
      verdict: 'unknown',
    });
  });

  it('is good as long as nothing is lost, and what a person breaks off is no fault', () => {
    expect(measureLink([...good, usb('cancelled')]).usb.verdict).toBe('good');
  });

  it('is poor when transfers break', () => {
    const entries = [...good, usb('usb-transfer-failed'), usb('deadline-exceeded')];
    expect(measureLink(entries).usb).toEqual({ transfers: 101, faults: 2, verdict: 'poor' });
  });

  it('counts a NAK for a packet, not the NAK of a receiver that waits', () => {
    const packet = serial({ direction: 'to-board', lengthBytes: 132 });
    const nak = serial({ control: 'NAK' });
    const ack = serial({ control: 'ACK' });
    expect(measureLink([nak, nak, packet, ack]).serial.faults).toBe(0);
    expect(measureLink([packet, nak, packet, ack]).serial.faults).toBe(1);
  });
});
