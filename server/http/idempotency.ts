import type { Db } from "#server/database/connection.ts";
import type { Clock } from "#server/lib/clock.ts";
import { createHash } from "node:crypto";
import { v7 } from "uuid";

/** How long a key remembers its reply. */
const LIFE_MS = 24 * 60 * 60_000;
/** After this time without a reply the server that had the request is believed dead, and a repeat does the work. */
const LEASE_MS = 30_000;
const POLL_MS = 25;

/**
 * `failed`: the work ended in an unknown error, so its effect may be there; it is not done again. The error itself is not stored, so
 * repeats get none.
 */
export type StoredReply = { kind: "output"; output: unknown } | { kind: "failed"; error?: unknown };

type IdempotentRequest = {
  accountId: string;
  operation: string;
  key: string;
  input: unknown;
};

type IdempotentOutcome = StoredReply | { kind: "other_request" };

export type Idempotency = {
  /**
   * Does `work` once per account, operation and key within 24 hours, across servers. Repeats get the stored reply; repeats that arrive
   * while the work is under way wait for it. A key that comes back with another input is `other_request`. When `work` rejects, the
   * request was refused without effect: nothing is remembered and the rejection passes on.
   */
  once(request: IdempotentRequest, work: () => Promise<StoredReply>): Promise<IdempotentOutcome>;
};

type KeyDocument = {
  _id: string;
  inputHash: string;
  /** JSON of the StoredReply; null while the work is under way. */
  reply: string | null;
  /** Who works; a new one after the lease ran out. */
  worker: string;
  leaseUntilMs: number;
  expiresAt: Date;
};

const sha256 = (text: string) => createHash("sha256").update(text).digest("base64url");

export function createIdempotency({ db, clock }: { db: Db; clock: Clock }): Idempotency {
  const keys = db.collection<KeyDocument>("idempotencyKeys");

  /** The document under this key: ours when we may do the work, somebody else's otherwise. */
  const claim = async (id: string, inputHash: string, worker: string): Promise<KeyDocument | null> => {
    const nowMs = clock.nowMs();
    const fresh = { inputHash, reply: null, worker, leaseUntilMs: nowMs + LEASE_MS };
    try {
      return await keys.findOneAndUpdate(
        { _id: id },
        { $setOnInsert: { ...fresh, expiresAt: new Date(nowMs + LIFE_MS) } },
        { upsert: true, returnDocument: "after" },
      );
    } catch {
      // Two first requests at once: the other one inserted.
      return keys.findOne({ _id: id });
    }
  };

  const takeOver = async (stale: KeyDocument, worker: string): Promise<boolean> => {
    const nowMs = clock.nowMs();
    if (stale.leaseUntilMs > nowMs) return false;
    const taken = await keys.updateOne(
      { _id: stale._id, worker: stale.worker, reply: null },
      { $set: { worker, leaseUntilMs: nowMs + LEASE_MS } },
    );
    return taken.modifiedCount === 1;
  };

  const perform = async (id: string, worker: string, work: () => Promise<StoredReply>) => {
    const reply = await work().catch(async (refusal: unknown) => {
      await keys.deleteOne({ _id: id, worker, reply: null });
      throw refusal;
    });
    await keys.updateOne({ _id: id, worker }, { $set: { reply: storable(reply) } });
    return reply;
  };

  return {
    async once({ accountId, operation, key, input }, work) {
      const id = sha256(JSON.stringify([accountId, operation, key]));
      const inputHash = sha256(JSON.stringify(input ?? null));
      const worker = v7();
      for (;;) {
        const document = await claim(id, inputHash, worker);
        if (document !== null && document.inputHash !== inputHash) return { kind: "other_request" };
        if (document?.worker === worker) return perform(id, worker, work);
        if (document !== null && document.reply !== null) return readReply(document.reply);
        if (document !== null && (await takeOver(document, worker))) return perform(id, worker, work);
        await clock.sleep(POLL_MS);
      }
    },
  };
}

const storable = (reply: StoredReply): string =>
  JSON.stringify(reply.kind === "failed" ? { kind: "failed" } : reply);

function readReply(text: string): StoredReply {
  const reply: StoredReply = JSON.parse(text); // We wrote it.
  return reply;
}
