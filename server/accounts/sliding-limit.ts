import type { Db } from "#server/database/connection.ts";
import type { Clock } from "#server/lib/clock.ts";

type LimitRule = { max: number; windowMs: number };

/** `hit` gives the attempt back with `undo`; a refusal says how long to wait. */
export type LimitAnswer = { ok: true; hitAtMs: number } | { ok: false; retryAfterSeconds: number };

export type SlidingLimit = {
  /** Takes one of `max` places in the window that ends now; check and take are one update, also across servers. */
  hit(key: string, rule: LimitRule): Promise<LimitAnswer>;
  /** Gives the newest place of `key` that was taken at `hitAtMs` back. */
  undo(key: string, hitAtMs: number): Promise<void>;
  /** Forgets everything under `key`. */
  clear(key: string): Promise<void>;
};

type LimitDocument = { _id: string; hits: number[]; ok: boolean; expiresAt: Date };

/** Counts attempts of sign-in and phone codes in the database (a sliding log; no window edge to cheat at). Keys hold no facts about people. */
export function createSlidingLimit(db: Db, clock: Clock): SlidingLimit {
  const limits = db.collection<LimitDocument>("limits");
  const write = (key: string, pipeline: object[]) =>
    limits.findOneAndUpdate({ _id: key }, pipeline, { upsert: true, returnDocument: "after" });
  /** Two first hits at once may both try to insert the document; the one that lost finds it on its second try. */
  const update = (key: string, pipeline: object[]) => write(key, pipeline).catch(() => write(key, pipeline));
  return {
    async hit(key, rule) {
      const nowMs = clock.nowMs();
      const { windowMs } = rule;
      const document = await update(key, hitPipeline(nowMs, rule));
      if (document?.ok === true) return { ok: true, hitAtMs: nowMs };
      const waitMs = (document?.hits[0] ?? nowMs) + windowMs - nowMs;
      return { ok: false, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) };
    },
    async undo(key, hitAtMs) {
      await limits.updateOne({ _id: key }, { $pull: { hits: hitAtMs } });
    },
    async clear(key) {
      await limits.deleteOne({ _id: key });
    },
  };
}

function hitPipeline(nowMs: number, { max, windowMs }: LimitRule) {
  const taken = { $cond: ["$ok", { $concatArrays: ["$hits", [nowMs]] }, "$hits"] };
  return [
    { $set: { hits: recent(nowMs - windowMs) } },
    { $set: { ok: { $lt: [{ $size: "$hits" }, max] } } },
    { $set: { hits: taken, expiresAt: new Date(nowMs + windowMs) } },
  ];
}

const recent = (fromMs: number) => ({
  $filter: { input: { $ifNull: ["$hits", []] }, cond: { $gt: ["$$this", fromMs] } },
});
