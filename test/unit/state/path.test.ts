// How far the seven steps are.
import { expect, test } from 'vitest';
import { deriveSteps, nextStep, type PathFacts } from '../../../src/state/path.ts';

const nothing: PathFacts = {
  keys: 0,
  provenKeys: 0,
  keystoreReady: false,
  boardInspected: false,
  burned: false,
  imageAccepted: false,
  updateProven: false,
  records: 0,
};

test('at the start only keys and board can be done', () => {
  expect(deriveSteps(nothing)).toEqual({
    keys: 'open',
    keystore: 'blocked',
    board: 'open',
    burn: 'blocked',
    firmware: 'blocked',
    update: 'blocked',
    record: 'blocked',
  });
});

test('one unproven key keeps the first step open', () => {
  expect(deriveSteps({ ...nothing, keys: 2, provenKeys: 1 }).keys).toBe('open');
  expect(deriveSteps({ ...nothing, keys: 2, provenKeys: 2 }).keys).toBe('done');
});

test('burning waits for both the keystore and the board', () => {
  expect(deriveSteps({ ...nothing, keystoreReady: true }).burn).toBe('blocked');
  expect(deriveSteps({ ...nothing, boardInspected: true }).burn).toBe('blocked');
  expect(deriveSteps({ ...nothing, keystoreReady: true, boardInspected: true }).burn).toBe('open');
});

test('the next step is the first that is not done', () => {
  expect(nextStep(deriveSteps(nothing))).toBe('keys');
  const keysDone = { ...nothing, keys: 1, provenKeys: 1, boardInspected: true };
  expect(nextStep(deriveSteps(keysDone))).toBe('keystore');
});
