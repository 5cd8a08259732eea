type Waiter<Message> = {
  readonly fits: (message: Message) => boolean;
  readonly resolve: (message: Message) => void;
};

/** Everything that arrived, in order, and a way to wait for what has not arrived yet. */
export class Inbox<Message> {
  readonly all: Message[] = [];
  readonly #taken = new Set<number>();
  #waiters: Waiter<Message>[] = [];

  push(message: Message): void {
    this.all.push(message);
    const waiter = this.#waiters.find(({ fits }) => fits(message));
    if (!waiter) return;
    this.#waiters = this.#waiters.filter((one) => one !== waiter);
    this.#taken.add(this.all.length - 1);
    waiter.resolve(message);
  }

  /** The first message that fits and that no earlier call took. */
  next(fits: (message: Message) => boolean): Promise<Message> {
    const index = this.all.findIndex((message, at) => !this.#taken.has(at) && fits(message));
    const known = this.all[index];
    if (known !== undefined) {
      this.#taken.add(index);
      return Promise.resolve(known);
    }
    return new Promise((resolve) => this.#waiters.push({ fits, resolve }));
  }
}
