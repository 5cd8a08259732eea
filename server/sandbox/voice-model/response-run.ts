import type { Clock } from "#server/lib/clock.ts";
import type { ResponseTrouble } from "#server/sandbox/voice-model/behaviour.ts";
import type { Conversation } from "#server/sandbox/voice-model/conversation.ts";
import type { Ids } from "#server/sandbox/voice-model/ids.ts";
import { type Item, wireItem } from "#server/sandbox/voice-model/items.ts";
import type { Move } from "#server/sandbox/voice-model/mind/moves.ts";
import {
  CallWriter,
  type Output,
  type Speak,
  SpokenWriter,
  TextWriter,
} from "#server/sandbox/voice-model/output-item.ts";
import type { AudioFormat } from "#server/sandbox/voice-model/session-config.ts";
import {
  AGENT_MS_PER_TOKEN,
  type InputTokens,
  NO_USAGE,
  sumTokens,
  textTokens,
  usageBody,
} from "#server/sandbox/voice-model/usage.ts";
import type { Emit, ServerEvent } from "#server/sandbox/voice-model/wire.ts";

/** What one response is asked to be, the session's settings and its own together. */
export type ResponseOrder = {
  readonly modality: "audio" | "text";
  readonly format: AudioFormat;
  readonly voice: string;
  readonly maxOutputTokens: number | "inf";
  readonly metadata: Readonly<Record<string, string>> | null;
};

export type RunDeps = {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly emit: Emit;
  readonly speak: Speak;
  /** Null: beside the conversation. */
  readonly conversation: Conversation | null;
  /** Asked once, after the model's thinking time, so it knows all that was said until then. */
  readonly decide: () => Move[];
  readonly input: () => InputTokens;
  readonly trouble: ResponseTrouble;
  readonly onSpoken: (itemId: string, text: string) => void;
  /** After `response.done` was sent; `tokens` were used in all. */
  readonly onEnded: (ended: { totalTokens: number; audioMs: number }) => void;
};

type Ending =
  | { status: "completed" }
  | { status: "cancelled"; reason: "turn_detected" | "client_cancelled" }
  | { status: "incomplete"; reason: "max_output_tokens" | "content_filter" }
  | { status: "failed"; code: string; message: string };

type Writer = SpokenWriter | TextWriter | CallWriter;

const THINKING_MS = 250;
/** Deltas already on their way keep coming this long after the caller interrupts. */
const LATE_DELTAS_MS = 120;

function statusDetails(ending: Ending) {
  switch (ending.status) {
    case "completed":
      return null;
    case "cancelled":
    case "incomplete":
      return { type: ending.status, reason: ending.reason };
    case "failed":
      return { type: "failed", error: { type: "server_error", code: ending.code, message: ending.message } };
  }
}

/** One response from `response.created` to `response.done`. */
export class ResponseRun {
  readonly id: string;
  readonly #deps: RunDeps;
  readonly #order: ResponseOrder;
  readonly #items: Item[] = [];
  #writer: Writer | null = null;
  #state: "open" | "interrupted" | "ended" = "open";
  #input: InputTokens | null = null;
  #tokensUsed = 0;
  /** A scripted fault: nothing more is generated. */
  #isHalted = false;
  readonly #heldDones: ServerEvent[] = [];

  constructor(deps: RunDeps, order: ResponseOrder) {
    this.#deps = deps;
    this.#order = order;
    this.id = deps.ids.next("resp");
  }

  get isEnded(): boolean {
    return this.#state === "ended";
  }

  get isInterrupted(): boolean {
    return this.#state === "interrupted";
  }

  start(): void {
    this.#emit({ type: "response.created", response: this.#body("in_progress", null, null) });
    this.#deps.clock.after(THINKING_MS, () => {
      this.#produce().catch(() => {
        this.#end({
          status: "failed",
          code: "server_error",
          message: "The server had an error while processing.",
        });
      });
    });
  }

  /** The caller spoke: deltas under way may still go out, then the response ends cancelled. */
  interrupt(): void {
    if (this.#state !== "open" || this.#isStuckFast) return;
    this.#state = "interrupted";
    this.#deps.clock.after(LATE_DELTAS_MS, () => this.settle());
  }

  /** Ends an interrupted response now instead of after its late deltas. */
  settle(): void {
    if (this.isInterrupted) this.#end({ status: "cancelled", reason: "turn_detected" });
  }

  cancel(): void {
    if (!this.#isStuckFast) this.#end({ status: "cancelled", reason: "client_cancelled" });
  }

  /** Stops without a word: the socket is gone. */
  abandon(): void {
    this.#state = "ended";
  }

  /** A scripted fault: it has no end, whoever wants one. */
  get #isStuckFast(): boolean {
    const { halt } = this.#deps.trouble;
    return halt?.kind === "stuckResponse" && !halt.canBeCancelled;
  }

  /** All events of the response pass here, so that scripted faults can hold them back or stop them. */
  #emit(event: ServerEvent): void {
    const { emit, trouble } = this.#deps;
    if (trouble.halt && event.type === "response.output_audio.delta") this.#isHalted = true;
    if (trouble.holdsDones && event.type.endsWith(".done") && event.type !== "response.done") {
      this.#heldDones.push(event);
      return;
    }
    if (event.type === "response.done") for (const held of this.#heldDones.splice(0)) emit(held);
    emit(event);
  }

  async #produce(): Promise<void> {
    if (this.isEnded) return;
    const { trouble, decide, input } = this.#deps;
    const { failCode, halt } = trouble;
    if (failCode) {
      this.#end({ status: "failed", code: failCode, message: "The request could not be completed." });
      return;
    }
    this.#input = input();
    if (halt?.kind === "stuckResponse" && halt.at === "created") return;
    for (const move of decide()) {
      const writer = this.#writerFor(move);
      this.#writer = writer;
      this.#items.push(writer.item);
      writer.open();
      await writer.write();
      if (this.isEnded) return;
      if (this.#isHalted) {
        if (halt?.kind === "filterResponse") this.#end({ status: "incomplete", reason: "content_filter" });
        return;
      }
      this.#closeWriter("completed");
      if (writer instanceof SpokenWriter && writer.wasShortened) {
        this.#end({ status: "incomplete", reason: "max_output_tokens" });
        return;
      }
    }
    this.#end({ status: "completed" });
  }

  #writerFor(move: Move): Writer {
    const { ids, clock, speak, conversation } = this.#deps;
    const { format, modality } = this.#order;
    const isLive = () => !this.isEnded && !this.#isHalted;
    const emit: Emit = (event) => this.#emit(event);
    const output: Output = { clock, emit, speak, responseId: this.id, conversation, format, isLive };
    const index = this.#items.length;
    const id = ids.next("item");
    if (move.kind === "call") {
      return new CallWriter(
        output,
        { id, callId: ids.next("call"), name: move.name },
        index,
        JSON.stringify(move.arguments),
      );
    }
    const head = { id, phase: move.phase };
    if (modality === "text") return new TextWriter(output, head, index, move.text);
    return new SpokenWriter(output, head, index, move.text, this.#audioMsLeft(move.text));
  }

  #audioMsLeft(text: string): number {
    const { maxOutputTokens } = this.#order;
    if (maxOutputTokens === "inf") return Infinity;
    return Math.max(0, maxOutputTokens - this.#tokensUsed - textTokens(text)) * AGENT_MS_PER_TOKEN;
  }

  #closeWriter(status: "completed" | "incomplete"): void {
    const writer = this.#writer;
    if (!writer) return;
    this.#writer = null;
    writer.close(status);
    const { text, audio } = sumTokens([writer.item]);
    this.#tokensUsed += text + audio;
    if (writer instanceof SpokenWriter) this.#deps.onSpoken(writer.item.id, writer.said);
  }

  #end(ending: Ending): void {
    if (this.isEnded) return;
    this.#state = "ended";
    this.#closeWriter("incomplete");
    const output = sumTokens(this.#items);
    const usage =
      ending.status === "failed" ? NO_USAGE : usageBody(this.#input ?? this.#deps.input(), output);
    this.#emit({
      type: "response.done",
      response: this.#body(ending.status, statusDetails(ending), usage),
    });
    this.#deps.onEnded({ totalTokens: usage.total_tokens, audioMs: output.audio * AGENT_MS_PER_TOKEN });
  }

  #body(status: Ending["status"] | "in_progress", details: unknown, usage: unknown) {
    const { modality, maxOutputTokens, format, voice, metadata } = this.#order;
    return {
      object: "realtime.response",
      id: this.id,
      status,
      status_details: details,
      output: status === "in_progress" ? [] : this.#items.map((item) => wireItem(item)),
      conversation_id: this.#deps.conversation?.id ?? null,
      output_modalities: [modality],
      max_output_tokens: maxOutputTokens,
      audio: { output: { format, voice } },
      usage,
      metadata,
    };
  }
}
