/** Things that arrive one after the other, and a way to wait for one of them. */
export class Arrivals<T> {
  readonly all: T[] = [];
  #waiting: { hits: (item: T) => boolean; resolve: (item: T) => void }[] = [];

  add(item: T): void {
    this.all.push(item);
    const met = this.#waiting.filter((waiter) => waiter.hits(item));
    this.#waiting = this.#waiting.filter((waiter) => !met.includes(waiter));
    for (const waiter of met) waiter.resolve(item);
  }

  /** The first that fits, arrived already or still to come. */
  first(hits: (item: T) => boolean): Promise<T> {
    const found = this.all.find(hits);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => this.#waiting.push({ hits, resolve }));
  }
}
