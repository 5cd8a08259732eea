import type { Caller } from "#server/accounts/caller.ts";
import type { CallHead } from "#server/calls/call-document.ts";
import type { CallPage, CallQueries, CallScope } from "#server/calls/call-queries.ts";
import { unfinished } from "#server/calls/unfinished-draft.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import { Failure } from "#server/lib/failure.ts";
import { type CallEvent, type Draft, eventFor } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";
import { NO_HELP_SIGNALS } from "#shared/call/help-signals.ts";
import type { CallView } from "#shared/call/view.ts";

/** Reading calls as somebody: every read asks who it is first. Foreign and unknown calls look the same [CL60]. */
export class CallAccess {
  readonly #store: Pick<CallStore, "head" | "events" | "draftOf">;
  readonly #queries: Pick<CallQueries, "list">;

  constructor(store: Pick<CallStore, "head" | "events" | "draftOf">, queries: Pick<CallQueries, "list">) {
    this.#store = store;
    this.#queries = queries;
  }

  /** @throws Failure NOT_FOUND */
  async head(caller: Caller, callId: string): Promise<CallHead> {
    const call = await this.#store.head(callId);
    if (call === null || !maySee(caller, call)) throw new Failure("NOT_FOUND");
    return call;
  }

  /** @throws Failure NOT_FOUND */
  async events(caller: Caller, callId: string, after: number): Promise<{ events: CallEvent[]; seq: number }> {
    await this.head(caller, callId);
    const journal = await this.#store.events(callId, after);
    if (journal === null) throw new Failure("NOT_FOUND");
    const audience = audienceOf(caller);
    return { events: journal.events.map((event) => eventFor(audience, event)), seq: journal.seq };
  }

  /** @throws Failure NOT_FOUND */
  async view(caller: Caller, callId: string): Promise<CallView> {
    return foldCall((await this.events(caller, callId, 0)).events);
  }

  /** Everything a watcher starts with: the view, the events after `after`, the words being spoken. @throws Failure NOT_FOUND */
  async watch(
    caller: Caller,
    callId: string,
    after: number,
  ): Promise<{ view: CallView; events: CallEvent[]; seq: number; draft: Draft | null }> {
    const { events, seq } = await this.events(caller, callId, 0);
    const view = foldCall(events);
    const draft = unfinished(await this.#store.draftOf(callId), view);
    return { view, events: events.filter((event) => event.seq > after), seq, draft };
  }

  /** Consumers see no costs, no flags, and nothing of how the talk is judged. */
  async list(caller: Caller, page: CallPage) {
    const found = await this.#queries.list(scopeOf(caller), page);
    if (audienceOf(caller) === "staff") return found;
    return { ...found, calls: found.calls.map((row) => ({ ...row, ...HIDDEN_FROM_CONSUMERS })) };
  }
}

const HIDDEN_FROM_CONSUMERS = { totalCents: null, lastFlag: null, signals: NO_HELP_SIGNALS };

export const audienceOf = (caller: Caller): "consumer" | "staff" =>
  caller.role === "consumer" ? "consumer" : "staff";

function maySee(caller: Caller, call: CallHead): boolean {
  if (caller.onlyCallId !== undefined && caller.onlyCallId !== call._id) return false;
  switch (caller.role) {
    case "supervisor":
      return true;
    case "business":
      return caller.businessId !== null && caller.businessId === call.businessId;
    case "consumer":
      return caller.accountId === call.consumerId;
  }
}

function scopeOf(caller: Caller): CallScope {
  switch (caller.role) {
    case "supervisor":
      return {};
    case "business":
      // A business account without a business sees nothing, never everything.
      return { businessId: caller.businessId ?? "none" };
    case "consumer":
      return { consumerId: caller.accountId };
  }
}
