/** What broke a page, in words. Loaded when one breaks: the words of all failures are many. */
import type { AppError } from '../core/errors.ts';
import { describeFailure } from '../i18n/failure.ts';
import { ErrorNotice } from '../ui/kit/notice.tsx';

export function CrashNotice({ error }: { readonly error: AppError }) {
  return <ErrorNotice failure={describeFailure(error)} />;
}
