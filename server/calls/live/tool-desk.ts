import { parseToolCall, TOOL_BUDGET, type ToolRequest } from "#server/calls/live/agent-tools.ts";
import type { End } from "#server/calls/state/call-state.ts";
import type { Goodbye } from "#server/calls/live/goodbye.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { NewCallEvent } from "#shared/call/events.ts";

type ToolResult = { toolCallId: string; output: string; answer: boolean };

type Done = { ok: boolean; output: string; answer: boolean };

const refused = (output: string): Done => ({ ok: false, output, answer: true });

const endOf = (reason: string): End =>
  reason === "voicemail" ? { status: "voicemail", reason } : { status: "completed", reason };

type Deps = {
  clock: Clock;
  record(event: NewCallEvent): void;
  callMs(): number;
  optOut(): Promise<void>;
  goodbye: Goodbye;
};

/** Runs the agent's tools, one call at most once, within the call's budget [CL49]. Each is journalled before and after. */
export class ToolDesk {
  readonly #deps: Deps;
  readonly #seen = new Set<string>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async run(call: { toolCallId: string; name: string; argumentsJson: string }): Promise<ToolResult> {
    const { toolCallId, name } = call;
    const refuse = (problem: string): ToolResult => ({ toolCallId, output: problem, answer: false });
    if (this.#seen.has(toolCallId)) return refuse("This was done already.");
    if (this.#seen.size >= TOOL_BUDGET) return refuse("No more tools in this call.");
    this.#seen.add(toolCallId);
    const request = parseToolCall(name, call.argumentsJson);
    const startedAtMs = this.#deps.clock.monotonicMs();
    this.#deps.record({
      type: "tool.called",
      toolCallId,
      name: "problem" in request ? name.slice(0, 40) : request.name,
      arguments: "problem" in request ? {} : request.arguments,
      atMs: this.#deps.callMs(),
    });
    const done = "problem" in request ? refused(request.problem) : await this.#try(request);
    this.#deps.record({
      type: "tool.returned",
      toolCallId,
      ok: done.ok,
      result: done.output,
      durationMs: Math.round(this.#deps.clock.monotonicMs() - startedAtMs),
    });
    return { toolCallId, output: done.output, answer: done.answer };
  }

  /** A tool that fails tells the model so; it must not take the call with it. */
  async #try(request: ToolRequest): Promise<Done> {
    try {
      return await this.#do(request);
    } catch {
      return refused("This did not work. Go on without it.");
    }
  }

  async #do(request: ToolRequest): Promise<Done> {
    switch (request.name) {
      case "record_answer":
        return { ok: true, output: "Noted.", answer: true };
      case "mark_do_not_call":
        await this.#deps.optOut();
        return {
          ok: true,
          output: "They will not be called again. Confirm it once and end the call.",
          answer: true,
        };
      case "end_call":
        this.#deps.goodbye.wanted(endOf(request.arguments.reason));
        return { ok: true, output: "The call ends when your words were heard.", answer: false };
    }
  }
}
