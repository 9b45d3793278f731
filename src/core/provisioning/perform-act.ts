/** The acts that a thread with devices performs for another one. */
import { AppError } from '../errors.ts';
import type { ActCall, ActEnv } from './acts.ts';
import type { BurnOrder } from './burn-order.ts';
import { performMassEraseOrder, type MassEraseOrder } from './mass-erase.ts';
import { performOptionOrder, type OptionOrder } from './option-bytes.ts';
import { performBurnOrder } from './perform-burn.ts';

/** Every act, as data; each is judged by who performs it. */
type Act = BurnOrder | MassEraseOrder | OptionOrder;

/**
 * Performs what `order` says after judging it as if nobody had: nothing is taken on trust because it came in
 * a message. Resolves with data. Throws `plan-not-approved` for what is no act, and what the act throws.
 */
export async function performAct(order: unknown, env: ActEnv, call: ActCall): Promise<unknown> {
  if (isAct(order, 'burn')) return performBurnOrder(order, env, call);
  if (isAct(order, 'mass-erase')) return performMassEraseOrder(order, env, call);
  if (isAct(order, 'option-bytes')) return performOptionOrder(order, env, call);
  throw new AppError('plan-not-approved', 'this is no act that may be ordered');
}

function isAct<Name extends Act['act']>(
  order: unknown,
  name: Name,
): order is Extract<Act, { readonly act: Name }> {
  return typeof order === 'object' && order !== null && 'act' in order && order.act === name;
}
