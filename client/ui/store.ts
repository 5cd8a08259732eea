import { useSyncExternalStore } from "react";

/** A value that lives outside React and tells who listens. */
export type Readable<T> = {
  get: () => T;
  /** Calls the listener after each change; answers with the way to stop. */
  subscribe: (listener: () => void) => () => void;
};
export type Store<T> = Readable<T> & { set: (next: T) => void };

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export function useStore<T>(store: Readable<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
