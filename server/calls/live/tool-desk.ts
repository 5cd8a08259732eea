import { parseToolCall, type ToolRequest } from "#server/calls/live/agent-tools.ts";
import { type Done, refused } from "#server/calls/live/tool-result.ts";
import type { ToolActs } from "#server/calls/live/tool-acts.ts";
import { isAct, ToolBudget } from "#server/calls/live/tool-budget.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { NewCallEvent } from "#shared/call/events.ts";
import type { ToolView } from "#shared/call/view.ts";

type ToolCall = { toolCallId: string; name: string; argumentsJson: string };
type ToolResult = { toolCallId: string; output: string; answer: boolean };

/** The result of the unusable call that ended tool use; also how a later owner of the call knows. */
const NO_MORE_TOOLS = "Too many unusable calls in a row. There are no more tools in this call.";
/** Ids and names come from the model as well. */
const MAX_ID_CHARS = 100;
const MAX_NAME_CHARS = 40;
/** So much of an unusable call's arguments is kept for whoever audits it. */
const AUDITED_CHARS = 200;
/** How long the end of the call waits for a tool that still works. */
const LAST_TOOL_MS = 3000;

type Deps = {
  clock: Clock;
  record(...events: NewCallEvent[]): void;
  /** Resolves when what was recorded is stored. */
  flush(): Promise<void>;
  callMs(): number;
  acts: ToolActs;
};

/**
 * Runs the agent's tools: each call once, within the call's budget [CL82]. What is read is journalled before and after [CL83]; what is not even
 * read is counted in the journal. A model that is hostile or broken gets sentences, never effects [CL84].
 */
export class ToolDesk {
  readonly #deps: Deps;
  readonly #budget = new ToolBudget();
  readonly #seen = new Set<string>();
  readonly #running = new Set<Promise<unknown>>();
  #unread = 0;
  #closed = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The talk is over: whatever is still called is refused. */
  close() {
    this.#closed = true;
  }

  /** A tool works. */
  get busy(): boolean {
    return this.#running.size > 0;
  }

  /** Resolves when no tool works any more, or was waited for long enough. */
  async idle(): Promise<void> {
    if (this.#running.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#deps.clock.after(LAST_TOOL_MS, resolve);
    await Promise.race([Promise.all(this.#running), promise]);
    timer.cancel();
  }

  /**
   * The call comes from an earlier owner: none of its tools runs again, what it spent is spent, and what became of those that were under way is
   * looked up and written down [CL88].
   */
  async adopt(past: readonly ToolView[]): Promise<void> {
    for (const { toolCallId } of past) this.#seen.add(toolCallId);
    const isOver = past.some(({ result }) => result?.text === NO_MORE_TOOLS);
    this.#budget.adopt({ spent: past.length, isOver });
    for (const tool of past.filter(({ result }) => result === null)) {
      const { ok, output: result, events = [] } = await this.#deps.acts.outcomeOf(tool);
      const { toolCallId } = tool;
      this.#deps.record(...events, { type: "tool.returned", toolCallId, ok, result, durationMs: 0 });
    }
  }

  async run({ toolCallId, name, argumentsJson }: ToolCall): Promise<ToolResult> {
    const id = toolCallId.slice(0, MAX_ID_CHARS);
    if (this.#closed || this.#seen.has(id) || !this.#budget.take(name)) return this.#unreadCall(toolCallId);
    this.#seen.add(id);
    const request = parseToolCall(name, argumentsJson);
    this.#deps.record({
      type: "tool.called",
      toolCallId: id,
      name: name.slice(0, MAX_NAME_CHARS),
      arguments:
        "problem" in request ? { unusable: argumentsJson.slice(0, AUDITED_CHARS) } : request.arguments,
      atMs: this.#deps.callMs(),
    });
    const work = this.#carryOut(id, request);
    this.#running.add(work);
    const { output, answer } = await work.finally(() => this.#running.delete(work));
    return { toolCallId, output, answer };
  }

  async #carryOut(toolCallId: string, request: ToolRequest | { problem: string }): Promise<Done> {
    const { clock, record } = this.#deps;
    const startedAtMs = clock.monotonicMs();
    const done = await this.#answer(request);
    const { ok, output: result, events = [] } = done;
    const durationMs = Math.round(clock.monotonicMs() - startedAtMs);
    record(...events, { type: "tool.returned", toolCallId, ok, result, durationMs });
    return done;
  }

  async #answer(request: ToolRequest | { problem: string }): Promise<Done> {
    this.#budget.wasUsable(!("problem" in request));
    if ("problem" in request) return refused(this.#budget.isOver ? NO_MORE_TOOLS : request.problem);
    const { acts, clock, flush } = this.#deps;
    if (!this.#budget.takeAct(request.name, clock.monotonicMs())) {
      return refused("Too many tool calls in one minute. Go on talking, and try again later.");
    }
    try {
      // What changes something is done only once the wish is stored: whoever takes the call over then knows of it.
      if (isAct(request.name)) await flush();
      return await acts.run(request);
    } catch {
      // A tool that fails tells the model so; it must not take the call with it.
      return refused("This did not work. Go on without it.");
    }
  }

  /** Ten thousand calls must not become ten thousand rows: the count is written each time it has doubled. */
  #unreadCall(toolCallId: string): ToolResult {
    this.#unread += 1;
    const { record, callMs } = this.#deps;
    if (Number.isInteger(Math.log2(this.#unread))) {
      record({ type: "tool.refused", count: this.#unread, atMs: callMs() });
    }
    return {
      toolCallId,
      output: "No more tools in this call. Go on without them.",
      answer: this.#unread === 1,
    };
  }
}
