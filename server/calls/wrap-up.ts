import type { Analyst, AnalystResult, AnalystUsage, CallToAnalyse } from "#server/analyst/analyst.ts";
import type { Advance } from "#server/calls/advance.ts";
import type { CallHead } from "#server/calls/call-document.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import { attemptCosts } from "#server/calls/cost/carrier-price.ts";
import { costEvent, voicePart } from "#server/calls/cost/cost-event.ts";
import { saysStopCalling } from "#server/calls/live/opt-out-words.ts";
import type { Clock } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { VoiceModel } from "#server/voice/voice.ts";
import { foldCall } from "#shared/call/fold.ts";
import type { Analysis, NewCallEvent, Outcome } from "#shared/call/events.ts";
import type { CallView } from "#shared/call/view.ts";

/** Waits between tries of an analyst that is busy or away; after the last one the call ends without a summary. */
const RETRY_MS = [1000, 4000, 10_000];

export type WrapUpDeps = {
  store: Pick<CallStore, "head" | "events">;
  advance: Advance;
  analyst: Analyst;
  voice: Pick<VoiceModel, "price" | "priceTable" | "model">;
  clock: Clock;
  logger: Logger;
  /** The last words of the call are stored. */
  settled(callId: string): Promise<void>;
  /** Suppresses the person. */
  optOut(callId: string): Promise<void>;
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
    const view = await this.#viewOf(callId);
    // Nobody listened: what the agent said to a machine is nothing to sum up.
    const nobody = view.transcript.length === 0 || call.state.end.status === "voicemail";
    const asked = nobody ? NOT_ASKED : await this.#analyse(call, view);
    if (asked === null) return;
    const outcome = outcomeOf(call, view, asked.analysis);
    const analysis = asked.analysis && { ...asked.analysis, outcome: outcome ?? asked.analysis.outcome };
    const events: NewCallEvent[] = [
      ...(analysis === null ? [] : [{ type: "analysis.completed" as const, ...analysis }]),
      this.#costEvent(call, asked),
    ];
    await advance(callId, { kind: "summedUp", events, outcome });
  }

  /** An opt-out whose server was lost before it was stored is found in the words [CL92], one that was not carried out in the journal [CL200]. */
  async #viewOf(callId: string): Promise<CallView> {
    const { store, optOut } = this.#deps;
    const view = foldCall((await store.events(callId, 0))?.events ?? []);
    if (!view.optedOut && !view.transcript.some(isOptOut)) return view;
    await optOut(callId);
    return { ...view, optedOut: true };
  }

  /** Null: the server stops before the analyst answered; another one asks again. */
  async #analyse(call: CallHead, view: CallView): Promise<Asked | null> {
    const { analyst, clock, logger } = this.#deps;
    let billed: Pick<Asked, "usage" | "cents"> = { usage: null, cents: 0 };
    for (const pauseMs of [...RETRY_MS, null]) {
      if (this.#stopping) return null;
      const result = await analyst.analyseCall(toAnalyse(view));
      // An answer that is of no use is paid for all the same.
      const usage = "usage" in result ? result.usage : null;
      if (usage !== null) billed = { usage, cents: analyst.costCents(usage) };
      if (result.kind === "done") return { analysis: result.value, ...billed };
      logger.warn(
        { callId: call._id, kind: result.kind, reason: result.reason },
        "the analyst did not sum a call up",
      );
      if (result.kind !== "unavailable" || pauseMs === null) break;
      await clock.sleep(waitOf(result, pauseMs));
    }
    return { analysis: null, ...billed };
  }

  #costEvent({ carrierCalls, usage }: CallHead, asked: Asked): NewCallEvent {
    const { voice, analyst, clock } = this.#deps;
    const { model, priceTable } = analyst;
    return costEvent({
      attempts: attemptCosts(carrierCalls, clock.nowMs()),
      voice: voicePart(voice, usage),
      analyst: asked.usage === null ? null : { model, priceTable, usage: asked.usage },
      analystCents: asked.cents,
    });
  }
}

/** What the analyst found, and what asking it has cost. */
type Asked = { analysis: Analysis | null; usage: AnalystUsage | null; cents: number };

const NOT_ASKED: Asked = { analysis: null, usage: null, cents: 0 };

const isOptOut = ({ speaker, text }: CallView["transcript"][number]) =>
  speaker === "consumer" && saysStopCalling(text);

const waitOf = (result: Extract<AnalystResult<unknown>, { kind: "unavailable" }>, pauseMs: number) =>
  Math.min(result.retryAfterMs ?? pauseMs, 20_000);

/** What was recorded outranks what was understood: an opt-out is one, whatever else they talked about [CL112]. */
function outcomeOf(call: CallHead, view: CallView, analysis: Analysis | null): Outcome | null {
  if (view.optedOut) return "opted_out";
  if (call.state.phase === "wrappingUp" && call.state.end.status === "voicemail") return "voicemail";
  return analysis?.outcome ?? (view.transcript.length === 0 ? "no_conversation" : null);
}

/** Tools that settle something; the others ask, reveal or wait. */
const FACTS: ReadonlySet<string> = new Set(["book_slot", "call_later", "request_person", "mark_do_not_call"]);

function toAnalyse(view: CallView): CallToAnalyse {
  const { objective, businessName, transcript, tools } = view;
  const worked = tools.flatMap((tool) =>
    tool.result?.ok === true ? [{ ...tool, said: tool.result.text }] : [],
  );
  return {
    objective,
    businessName,
    transcript,
    answers: worked.flatMap(({ name, arguments: { topic, answer } }) =>
      name === "record_answer" && typeof topic === "string" && typeof answer === "string"
        ? [{ topic, answer }]
        : [],
    ),
    facts: worked.flatMap(({ name, said }) => (FACTS.has(name) ? [`${name}: ${said}`] : [])),
  };
}
