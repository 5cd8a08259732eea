import { isDuplicateKey } from "#server/database/upsert.ts";
import type { Clock } from "#server/lib/clock.ts";
import { type News, newsKey } from "#server/notifications/news.ts";
import type { Connection } from "mongoose";

const KEPT_MS = 30 * 24 * 3_600_000;

type OutboxRow = {
  /** One per event and recipient. */
  _id: string;
  news: News;
  /** `claimed`: a server sends it, or died while it did. */
  state: "waiting" | "claimed" | "sent" | "dropped";
  /** How it was sent, or why it was not; a short code. */
  how: string | null;
  /** Not before. */
  dueAt: Date;
  tries: number;
  /** TTL. */
  expiresAt: Date;
};

/** `tries` counts this one. */
export type Claimed = { key: string; news: News; tries: number };

export type Outbox = {
  /** Adds what is not there yet, whatever became of it. */
  add(all: News[]): Promise<void>;
  /** The one that has waited longest and is due, now nobody else's; null when there is none. */
  claim(): Promise<Claimed | null>;
  finish(key: string, state: "sent" | "dropped", how: string): Promise<void>;
  /** Gives a claimed row back. `sameTry`: nothing was tried. */
  postpone(key: string, at: Date, sameTry: boolean): Promise<void>;
};

/** Notifications on their way, in the database, shared by all servers [NO1]. */
export function createOutbox({ db, clock }: { db: Connection; clock: Clock }): Outbox {
  const rows = db.collection<OutboxRow>("notifications");
  return {
    async add(all) {
      if (all.length === 0) return;
      const dueAt = new Date(clock.nowMs());
      const expiresAt = new Date(clock.nowMs() + KEPT_MS);
      const fresh = { state: "waiting", how: null, dueAt, tries: 0, expiresAt } as const;
      try {
        await rows.insertMany(
          all.map((news) => ({ _id: newsKey(news), news, ...fresh })),
          { ordered: false },
        );
      } catch (error) {
        // The others are in; these were there already.
        if (!isDuplicateKey(error)) throw error;
      }
    },
    async claim() {
      const due = { state: "waiting", dueAt: { $lte: new Date(clock.nowMs()) } } as const;
      const claimed = { $set: { state: "claimed" as const }, $inc: { tries: 1 } };
      const row = await rows.findOneAndUpdate(due, claimed, { sort: { dueAt: 1 }, returnDocument: "after" });
      return row && { key: row._id, news: row.news, tries: row.tries };
    },
    async finish(key, state, how) {
      await rows.updateOne({ _id: key, state: "claimed" }, { $set: { state, how } });
    },
    async postpone(key, at, sameTry) {
      const back = { $set: { state: "waiting" as const, dueAt: at }, $inc: { tries: sameTry ? -1 : 0 } };
      await rows.updateOne({ _id: key, state: "claimed" }, back);
    },
  };
}
