import { isDuplicateKey } from "#server/database/upsert.ts";
import type { Clock } from "#server/lib/clock.ts";
import { type News, newsKey } from "#server/notifications/news.ts";
import type { Connection } from "mongoose";
import { v7 } from "uuid";

const KEPT_MS = 30 * 24 * 3_600_000;
/** As many businesses as a lead is offered to. What a server that dies had claimed is lost, so it is no more. */
const MAX_TOGETHER = 20;

type OutboxRow = {
  /** One per event and recipient. */
  _id: string;
  news: News;
  /** `claimed`: a server sends it, or died while it did. */
  state: "waiting" | "claimed" | "sent" | "dropped";
  /** Which claim it was; nothing before the first. */
  claimId?: string;
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
  /** What has waited longest and is due, now nobody else's: several if they are e-mails about matches, one of anything else, none when nothing is due [NO8]. */
  claim(): Promise<Claimed[]>;
  finish(keys: string[], state: "sent" | "dropped", how: string): Promise<void>;
  /** Gives a claimed row back. `sameTry`: nothing was tried. */
  postpone(key: string, at: Date, sameTry: boolean): Promise<void>;
};

/** The rows that are claimed with the first. */
function together(rows: readonly OutboxRow[]): OutboxRow[] {
  const isMatch = ({ news }: OutboxRow) => news.kind === "match";
  const other = rows.findIndex((row) => !isMatch(row));
  return rows.slice(0, other === -1 ? rows.length : Math.max(1, other));
}

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
      for (;;) {
        const due = { state: "waiting", dueAt: { $lte: new Date(clock.nowMs()) } } as const;
        const found = await rows.find(due).sort({ dueAt: 1 }).limit(MAX_TOGETHER).toArray();
        if (found.length === 0) return [];
        const _id = { $in: together(found).map((row) => row._id) };
        const claimId = v7();
        const claimed = { $set: { state: "claimed" as const, claimId }, $inc: { tries: 1 } };
        await rows.updateMany({ _id, ...due }, claimed);
        const own = await rows.find({ _id, claimId }).toArray();
        // None: another server was faster with all of them, and there may be more.
        if (own.length > 0) return own.map((row) => ({ key: row._id, news: row.news, tries: row.tries }));
      }
    },
    async finish(keys, state, how) {
      await rows.updateMany({ _id: { $in: keys }, state: "claimed" }, { $set: { state, how } });
    },
    async postpone(key, at, sameTry) {
      const back = { $set: { state: "waiting" as const, dueAt: at }, $inc: { tries: sameTry ? -1 : 0 } };
      await rows.updateOne({ _id: key, state: "claimed" }, back);
    },
  };
}
