import type { MediaListener } from "#server/telephony/telephony.ts";

/** What arrived, to be taken in order; `next` waits for the next one. */
export class Inbox<T> {
  readonly all: T[] = [];
  #taken = 0;
  #waiting: (() => void)[] = [];

  push(item: T): void {
    this.all.push(item);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async next(): Promise<T> {
    while (this.#taken >= this.all.length) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const item = this.all[this.#taken] as T;
    this.#taken += 1;
    return item;
  }
}

/** A listener that writes down what it hears. */
export function recordingListener() {
  const heard = new Inbox<unknown[]>();
  const listener: MediaListener = {
    audio: (payload, timestampMs) => heard.push(["audio", payload, timestampMs]),
    markPlayed: (name) => heard.push(["mark", name]),
    keyPressed: (key) => heard.push(["key", key]),
    closed: (how) => heard.push(["closed", how]),
  };
  return { heard, listener };
}
