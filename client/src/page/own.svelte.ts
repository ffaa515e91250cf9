import { openStore } from '../connection/storage';

/** Announced is which changes of others are read out. */
export type Announced = 'all' | 'mine' | 'off';

const ANNOUNCED = 'parley:announce';
const LETTERS = 'parley:letters';
const store = openStore('localStorage');

function announced(): Announced {
  const kept = store.get(ANNOUNCED);
  return kept === 'mine' || kept === 'off' ? kept : 'all';
}

/** Own is how somebody works with the page: kept in their browser, told to nobody. */
class Own {
  #announced = $state(announced());
  #letters = $state(store.get(LETTERS) !== 'off');

  get announced(): Announced {
    return this.#announced;
  }

  set announced(value: Announced) {
    this.#announced = value;
    store.set(ANNOUNCED, value);
  }

  /** letters: a single letter on a row does something. */
  get letters(): boolean {
    return this.#letters;
  }

  set letters(value: boolean) {
    this.#letters = value;
    store.set(LETTERS, value ? 'on' : 'off');
  }
}

export const own = new Own();
