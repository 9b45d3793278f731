/** What signing would make of the request as it stands, while it is typed. */
import { useEffect, useState } from 'react';
import { toAppError, type AppError } from '../../core/errors.ts';
import type { ImagePlan } from '../../state/image-plan.ts';
import { useAppState, useKeys, useKeystore } from '../../state/react.ts';
import type { SignRequest } from '../../state/sign-request.ts';

export interface PlanResult {
  readonly plan: ImagePlan | undefined;
  readonly error: AppError | undefined;
}

const nothing: PlanResult = { plan: undefined, error: undefined };

/** `request` keeps its identity while nothing in it changes. */
export function usePlan(request: SignRequest | undefined): PlanResult {
  const { firmware } = useAppState();
  const keys = useKeys((state) => state.keys);
  const profile = useKeystore((state) => state.view.profile);
  const [result, setResult] = useState<PlanResult>(nothing);
  useEffect(() => {
    let current = true;
    const show = (next: PlanResult): void => {
      if (current) setResult(next);
    };
    if (request !== undefined) {
      firmware
        .getState()
        .plan(request)
        .then(
          (plan) => {
            show({ plan, error: undefined });
          },
          (error: unknown) => {
            show({ plan: undefined, error: toAppError(error) });
          },
        );
    }
    return () => {
      current = false;
    };
  }, [firmware, request, keys, profile]);
  return request === undefined ? nothing : result;
}
