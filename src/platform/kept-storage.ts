/**
 * Storage that the browser does not clear by itself when its disk runs full. A browser that cannot
 * promise it or does not answer has not promised it.
 */

/** What is needed of `navigator.storage`. */
interface StorageQuestions {
  persisted(): Promise<boolean>;
  persist(): Promise<boolean>;
}

/** undefined where the page has no such storage, as on insecure addresses. */
export function createKeptStorage(
  storage: StorageQuestions | undefined,
): { isKept(): Promise<boolean>; keep(): Promise<boolean> } | undefined {
  if (storage === undefined) return undefined;
  const isKept = (): Promise<boolean> => storage.persisted().catch(() => false);
  return {
    isKept,
    // Some browsers ask the person: not again when it is promised already.
    keep: async () => (await isKept()) || storage.persist().catch(() => false),
  };
}
