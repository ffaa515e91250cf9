/**
 * Store keeps small texts by key. It never throws: where the browser has no
 * storage, or refuses it, the memory of this page does the work until it ends.
 */
export interface Store {
  get(key: string): string | null;
  set(key: string, value: string): void;
  delete(key: string): void;
}

type StorageName = 'localStorage' | 'sessionStorage';

/** openStore is a store over one of the browser's two. */
export function openStore(name: StorageName): Store {
  const memory = new Map<string, string>();
  return {
    get(key) {
      return memory.get(key) ?? attempt(name, (storage) => storage.getItem(key)) ?? null;
    },
    set(key, value) {
      // What could not be written is remembered here; what could is read from
      // the storage, where another page may have changed it.
      const written = attempt(name, (storage) => {
        storage.setItem(key, value);
        return true;
      });
      if (written) memory.delete(key);
      else memory.set(key, value);
    },
    delete(key) {
      memory.delete(key);
      attempt(name, (storage) => storage.removeItem(key));
    },
  };
}

// Reading the property itself throws where cookies are blocked.
function attempt<T>(name: StorageName, use: (storage: Storage) => T): T | undefined {
  try {
    return use(globalThis[name]);
  } catch {
    return undefined;
  }
}
