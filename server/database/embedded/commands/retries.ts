import { Binary } from "bson";
import type { Request } from "#server/database/embedded/commands/request.ts";
import { isNumeric, toBigInt } from "#server/database/embedded/values/numbers.ts";
import { isDoc, type Doc } from "#server/database/embedded/values/value.ts";

/** Sessions whose last write is remembered; the longest unused one is forgotten beyond this. */
const MAX_SESSIONS = 2_000;

const RETRYABLE = new Set(["insert", "update", "delete", "findAndModify", "findandmodify", "bulkWrite"]);

type Remembered = { transaction: bigint; reply: Doc };

/**
 * Answers a repeated write with the reply of the first one, when the client numbers its writes (`lsid` and
 * `txnNumber`). Drivers do so only towards replica sets, which this server does not claim to be; programs that do
 * are not written for twice. Remembered until the process ends.
 */
export class RetryMemory {
  readonly #sessions = new Map<string, Remembered>();

  /** The reply a numbered write already got. */
  replyTo(request: Request): Doc | undefined {
    const number = numberOf(request);
    const known = number && this.#sessions.get(number.session);
    return known && known.transaction === number.transaction ? known.reply : undefined;
  }

  /** Keeps the reply of a numbered write that ran. Returns how to forget it, for when it could not be made durable. */
  keep(request: Request, reply: Doc): (() => void) | undefined {
    const number = numberOf(request);
    if (!number || reply["ok"] !== 1) return undefined;
    const { session, transaction } = number;
    this.#sessions.delete(session);
    this.#sessions.set(session, { transaction, reply });
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    return () => this.#sessions.delete(session);
  }
}

function numberOf({ name, body }: Request): { session: string; transaction: bigint } | undefined {
  const { lsid, txnNumber } = body;
  if (!RETRYABLE.has(name) || !isNumeric(txnNumber) || !isDoc(lsid)) return undefined;
  const { id } = lsid;
  if (!(id instanceof Binary)) return undefined;
  return { session: Buffer.from(id.buffer).toString("hex"), transaction: toBigInt(txnNumber) };
}
