import type { CallHead } from "#server/calls/call-document.ts";

/** What of a call moves while its owner lives: the owner raises `beat` each second, whatever is decided raises `revision`. */
export type Sighted = Pick<CallHead, "_id" | "revision" | "epoch" | "beat">;

export const markOf = ({ revision, epoch, beat }: Sighted) => `${revision}/${epoch}/${beat}`;

/**
 * With the time after the knock longer than whatever a living owner may keep us waiting: the second between two heartbeats, the 200 ms in which they
 * are gathered, and either 4 s in which its process did nothing (what `live/fence.ts` lets pass), or 3 s of that and a database that stood still
 * for a second without our noticing.
 */
const SILENT_MS = 3700;
/** After the knock. */
const UNANSWERED_MS = 1700;
/**
 * Looks are made each second. If two are further apart, we or the database stood still, and so may have everybody else; a server that can't keep this
 * pace takes no calls over either.
 */
const GAP_MS = 1500;

type Doubt = { mark: string; sinceMs: number; knocked: boolean };

/**
 * Judges by the clock of one server which calls have lost their owner. Reading the same mark for `SILENT_MS` is not enough: a database that takes no
 * writes silences every owner. So whoever doubts knocks, by a write of its own that raises the beat it saw. Once that is stored, the owner could
 * have written as well; if it does not for `UNANSWERED_MS`, it is gone. Pure but for what it remembers; all instants are monotonic ms.
 */
export class OwnerSilence {
  #doubts = new Map<string, Doubt>();
  #lastLookMs: number | null = null;

  /** One look at all calls that are owned. Time counts from the reply that first had a mark to the question that got it again. */
  look<Call extends Sighted>(
    calls: readonly Call[],
    askedMs: number,
    repliedMs: number,
  ): { knock: Call[]; lost: Call[] } {
    const isGap = this.#lastLookMs !== null && repliedMs - this.#lastLookMs > GAP_MS;
    const before = isGap ? new Map<string, Doubt>() : this.#doubts;
    this.#lastLookMs = repliedMs;
    this.#doubts = new Map();
    const [knock, lost]: [Call[], Call[]] = [[], []];
    for (const call of calls) {
      const mark = markOf(call);
      const fresh = { mark, sinceMs: repliedMs, knocked: false };
      const known = before.get(call._id);
      const doubt = known?.mark === mark ? known : fresh;
      const silentMs = askedMs - doubt.sinceMs;
      const isLost = doubt.knocked && silentMs >= UNANSWERED_MS;
      if (isLost) lost.push(call);
      else if (!doubt.knocked && silentMs >= SILENT_MS) knock.push(call);
      // What could not be done about it is tried again after the same time.
      this.#doubts.set(call._id, isLost ? fresh : doubt);
    }
    return { knock, lost };
  }

  /** Our knock at `call`, as it was seen, was stored. */
  knocked(call: Sighted, repliedMs: number) {
    const mark = markOf({ ...call, beat: call.beat + 1 });
    this.#doubts.set(call._id, { mark, sinceMs: repliedMs, knocked: true });
  }

  /** What was seen before an outage says nothing about now. */
  forget() {
    this.#doubts = new Map();
  }
}
