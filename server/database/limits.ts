import { retryLostUpsert } from "#server/database/upsert.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Connection } from "mongoose";
import { v7 } from "uuid";
import { z } from "zod";

/** Who does what: the two together name one log, e.g. a business id and `requestAICall`. Never a phone number or a name. */
type LimitKey = { who: string; action: string };

/** `hitId` gives the place back when the request is refused for another reason after all. */
type LimitReply = { ok: true; hitId: string } | { ok: false; retryAfterSeconds: number };

export type Limits = {
  /** Takes one of `max` places in any window of `windowMs`. Refused requests take none. */
  take(request: LimitKey & { max: number; windowMs: number }): Promise<LimitReply>;
  /** Returns a place that `take` gave. Idempotent. */
  giveBack(place: LimitKey & { hitId: string }): Promise<void>;
  /** How many places of the window are taken now, and since when the oldest of them. */
  taken(key: LimitKey & { windowMs: number }): Promise<{ count: number; oldestAtMs: number | null }>;
  /** Forgets everything under the key. */
  clear(key: LimitKey): Promise<void>;
};

const logSchema = z.object({ hits: z.array(z.object({ hitId: z.string(), atMs: z.number() })) });
type LimitLog = z.infer<typeof logSchema> & { _id: string };

const idOf = ({ who, action }: LimitKey) => `${who}:${action}`;

/**
 * A sliding log: the instants of the accepted requests of one window. Reading, deciding and writing are one update of one document, so
 * requests on several servers can't share a place. At most `max` instants are kept; a forgotten log expires by its TTL index.
 */
export function createLimits({ db, clock }: { db: Connection; clock: Clock }): Limits {
  const logs = db.collection<LimitLog>("limits");
  return {
    async take({ max, windowMs, ...key }) {
      const hit = { hitId: v7(), atMs: clock.nowMs() };
      const pipeline = takePipeline(hit, max, windowMs);
      const { hits } = logSchema.parse(await retryLostUpsert(() => updateLog(key, pipeline)));
      if (hits.some((one) => one.hitId === hit.hitId)) return { ok: true, hitId: hit.hitId };
      const oldestMs = Math.min(...hits.map((one) => one.atMs));
      return { ok: false, retryAfterSeconds: retryAfterSeconds(oldestMs + windowMs - hit.atMs) };
    },
    async giveBack({ hitId, ...key }) {
      await logs.updateOne({ _id: idOf(key) }, { $pull: { hits: { hitId } } });
    },
    async taken({ windowMs, ...key }) {
      const log = await logs.findOne({ _id: idOf(key) });
      const hits = (log?.hits ?? []).map((hit) => hit.atMs).filter((atMs) => atMs > clock.nowMs() - windowMs);
      return { count: hits.length, oldestAtMs: hits.length === 0 ? null : Math.min(...hits) };
    },
    async clear(key) {
      await logs.deleteOne({ _id: idOf(key) });
    },
  };

  function updateLog(key: LimitKey, pipeline: object[]) {
    const options = { upsert: true, returnDocument: "after" } as const;
    return logs.findOneAndUpdate({ _id: idOf(key) }, pipeline, options);
  }
}

function takePipeline(hit: { hitId: string; atMs: number }, max: number, windowMs: number): object[] {
  const kept = { $gt: ["$$hit.atMs", hit.atMs - windowMs] };
  const known = { $ifNull: ["$hits", []] };
  const taken = { $concatArrays: ["$hits", [hit]] };
  return [
    { $set: { hits: { $filter: { input: known, as: "hit", cond: kept } } } },
    { $set: { hits: { $cond: [{ $lt: [{ $size: "$hits" }, max] }, taken, "$hits"] } } },
    { $set: { expiresAt: new Date(hit.atMs + windowMs) } },
  ];
}

/** Never zero: at the very edge a retry after "0 seconds" would only be refused again. With no place at all (`max` 0) one window. */
const retryAfterSeconds = (waitMs: number) =>
  Math.max(1, Math.ceil((Number.isFinite(waitMs) ? waitMs : 0) / 1000));
