import type { Analyst, AnalystResult } from "#server/analyst/analyst.ts";
import type { Advance } from "#server/calls/advance.ts";
import type { CallHead } from "#server/calls/call-document.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import { estimateCarrierCents } from "#server/calls/cost.ts";
import type { Clock } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import { foldCall } from "#shared/call/fold.ts";
import type { Analysis, NewCallEvent, Outcome } from "#shared/call/events.ts";
import type { CallView } from "#shared/call/view.ts";

/** Waits between tries of an analyst that is busy or away; after the last one the call ends without a summary. */
const RETRY_MS = [1000, 4000, 10_000];

export type WrapUpDeps = {
  store: Pick<CallStore, "head" | "events">;
  advance: Advance;
  analyst: Analyst;
  clock: Clock;
  logger: Logger;
  /** The last words of the call are stored. */
  settled(callId: string): Promise<void>;
};

/**
 * Sums a talk up and ends the call: outcome, summary, cost [CL50]. Started by its alarm, safe to start twice: the end is one conditional
 * update that carries the summary with it.
 */
export class WrapUp {
  readonly #deps: WrapUpDeps;
  readonly #running = new Map<string, Promise<void>>();
  #stopping = false;

  constructor(deps: WrapUpDeps) {
    this.#deps = deps;
  }

  /** Starts the work and returns. */
  start(callId: string): void {
    if (this.#stopping || this.#running.has(callId)) return;
    const work = this.#sumUp(callId)
      .catch((error: unknown) => {
        this.#deps.logger.error(
          { callId, ...errorFields(error) },
          "a call could not be summed up; it is tried again",
        );
      })
      .finally(() => this.#running.delete(callId));
    this.#running.set(callId, work);
  }

  /** Calls that are not summed up yet are taken up again by the sweep of another server or of the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#running.values());
  }

  async #sumUp(callId: string): Promise<void> {
    const { store, advance, settled } = this.#deps;
    await settled(callId);
    const call = await store.head(callId);
    if (call?.state.phase !== "wrappingUp") return;
    const view = foldCall((await store.events(callId, 0))?.events ?? []);
    const found = view.transcript.length === 0 ? null : await this.#analyse(call, view);
    if (this.#stopping && found === null && view.transcript.length > 0) return;
    const events: NewCallEvent[] = [
      ...(found === null ? [] : [{ type: "analysis.completed" as const, ...found.analysis }]),
      costEvent(view, call.state.talkedMs, found?.cents ?? 0),
    ];
    const outcome: Outcome | null =
      found?.analysis.outcome ?? (view.transcript.length === 0 ? "no_conversation" : null);
    await advance(callId, { kind: "summedUp", events, outcome });
  }

  async #analyse(call: CallHead, view: CallView): Promise<{ analysis: Analysis; cents: number } | null> {
    const { analyst, clock, logger } = this.#deps;
    for (const pauseMs of [...RETRY_MS, null]) {
      if (this.#stopping) return null;
      const result = await analyst.analyseCall({
        objective: view.objective,
        businessName: view.businessName,
        transcript: view.transcript,
        answers: notedAnswers(view),
      });
      if (result.kind === "done") return { analysis: result.value, cents: analyst.costCents(result.usage) };
      logger.warn(
        { callId: call._id, kind: result.kind, reason: result.reason },
        "the analyst did not sum a call up",
      );
      if (result.kind !== "unavailable" || pauseMs === null) return null;
      await clock.sleep(waitOf(result, pauseMs));
    }
    return null;
  }
}

const waitOf = (result: Extract<AnalystResult<unknown>, { kind: "unavailable" }>, pauseMs: number) =>
  Math.min(result.retryAfterMs ?? pauseMs, 20_000);

function notedAnswers(view: CallView) {
  return view.tools.flatMap((tool) => {
    const { topic, answer } = tool.arguments;
    const noted = tool.name === "record_answer" && tool.result?.ok === true;
    return noted && typeof topic === "string" && typeof answer === "string" ? [{ topic, answer }] : [];
  });
}

function costEvent(view: CallView, talkedMs: number, analystCents: number): NewCallEvent {
  const carrierCents = estimateCarrierCents(talkedMs);
  const voiceCents = view.cost?.voiceCents ?? 0;
  const totalCents = carrierCents + voiceCents + analystCents;
  return { type: "cost.updated", carrierCents, voiceCents, analystCents, totalCents, estimated: true };
}
