/**
 * Stores that only one page needs: made when that page first asks, kept for the session. Their code
 * travels with the page, not with the first screen; so does the hook that calls this.
 */
import type { StoreApi } from 'zustand';

/** The same function gives the same store. */
export type PageStores<App> = <State>(create: (app: App) => StoreApi<State>) => StoreApi<State>;

export function createPageStores<App>(app: () => App): PageStores<App> {
  const made = new Map<unknown, StoreApi<unknown>>();
  return <State>(create: (app: App) => StoreApi<State>): StoreApi<State> => {
    const known = made.get(create);
    // The key is the function that made the value, so their types belong together.
    if (known !== undefined) return known as StoreApi<State>;
    const store = create(app());
    made.set(create, store);
    return store;
  };
}
