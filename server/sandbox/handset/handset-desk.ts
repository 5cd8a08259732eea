import type { Clock, Timer } from "#server/lib/clock.ts";
import type { Speak } from "#server/sandbox/callees/mouth.ts";
import { Handset, type HandsetPage } from "#server/sandbox/handset/handset.ts";
import type { CalleePlan } from "#server/sandbox/phone/callee.ts";

/** A page that reloads or loses its connection has this long to come back before its call is hung up. */
const COME_BACK_WITHIN_MS = 15_000;
const MAX_HANDSETS = 1000;
const NOTHING_RINGS = { phase: "none" } as const;

type DeskParts = {
  readonly clock: Clock;
  readonly speak: Speak;
  /** Sends the calls to this number to the browser, or back to whoever answered it before. */
  readonly divert: (number: string, toBrowser: boolean) => void;
};

/** All phones in browsers, by number, and the pages that wait for whatever is called next. */
export class HandsetDesk {
  readonly #parts: DeskParts;
  readonly #handsets = new Map<string, Handset>();
  readonly #leaving = new Map<string, Timer>();
  /** Waiting for the next call, first come first served; told with which phone they were connected. */
  readonly #waiting = new Map<HandsetPage, (handset: Handset) => void>();

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** Whether a page waits for the next call and would take this one. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** What happens when this number is dialled: it rings in the browser, if need be until nobody answers. */
  planFor(number: string): CalleePlan {
    const handset = this.#handsetOf(number);
    const [waiting] = this.#waiting;
    if (waiting && handset.isFree && handset.page === null) {
      const [page, connected] = waiting;
      this.#waiting.delete(page);
      this.#connect(handset, page);
      connected(handset);
    }
    return handset.plan();
  }

  /** This page answers the number from now on; a page that did so before is told. */
  claim(number: string, page: HandsetPage): Handset {
    const handset = this.#handsetOf(number);
    handset.page?.show({ line: { is: "replaced" }, call: NOTHING_RINGS });
    this.#connect(handset, page);
    return handset;
  }

  /** This page takes the next call to anybody. */
  claimNext(page: HandsetPage, connected: (handset: Handset) => void): void {
    this.#waiting.set(page, connected);
    page.show({ line: { is: "next" }, call: NOTHING_RINGS });
  }

  /** The person stops answering: a call under way is hung up, and whoever answered before answers again. */
  release(handset: Handset | null, page: HandsetPage): void {
    this.#waiting.delete(page);
    if (handset?.page === page) this.#remove(handset);
    page.show({ line: { is: "off" }, call: NOTHING_RINGS });
  }

  /** The page is gone, perhaps for a moment. */
  lose(handset: Handset | null, page: HandsetPage): void {
    this.#waiting.delete(page);
    if (handset?.page !== page) return;
    handset.showOn(null);
    const { clock } = this.#parts;
    this.#leaving.set(
      handset.number,
      clock.after(COME_BACK_WITHIN_MS, () => this.#remove(handset)),
    );
  }

  #connect(handset: Handset, page: HandsetPage): void {
    this.#leaving.get(handset.number)?.cancel();
    this.#leaving.delete(handset.number);
    this.#parts.divert(handset.number, true);
    handset.showOn(page);
  }

  #remove(handset: Handset): void {
    this.#leaving.delete(handset.number);
    handset.showOn(null);
    handset.decline();
    handset.hangUp();
    this.#handsets.delete(handset.number);
    this.#parts.divert(handset.number, false);
  }

  #handsetOf(number: string): Handset {
    const known = this.#handsets.get(number);
    if (known) return known;
    const handset = new Handset(number, this.#parts.clock, this.#parts.speak);
    this.#handsets.set(number, handset);
    if (this.#handsets.size > MAX_HANDSETS) this.#forgetIdle();
    return handset;
  }

  #forgetIdle(): void {
    const idle = this.#handsets.values().find((handset) => handset.isFree && handset.page === null);
    if (idle) this.#handsets.delete(idle.number);
  }
}
