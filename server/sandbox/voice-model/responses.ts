import { itemFromClient, type ResponseParams } from "#server/sandbox/voice-model/client-events.ts";
import { linesOf } from "#server/sandbox/voice-model/conversation.ts";
import { agentAudio, type Item } from "#server/sandbox/voice-model/items.ts";
import { nextMoves } from "#server/sandbox/voice-model/mind/mind.ts";
import type { Speak } from "#server/sandbox/voice-model/output-item.ts";
import { ResponseRun } from "#server/sandbox/voice-model/response-run.ts";
import { fullFormat, type SessionConfig } from "#server/sandbox/voice-model/session-config.ts";
import type { SessionCore } from "#server/sandbox/voice-model/session-core.ts";
import { InputMeter, type RateBudget } from "#server/sandbox/voice-model/usage.ts";
import { Refusal } from "#server/sandbox/voice-model/wire.ts";

type Created = {
  params: ResponseParams;
  config: SessionConfig;
  given: readonly Item[] | null;
  isAside: boolean;
};

function activeRefusal(id: string): Refusal {
  return new Refusal(
    "conversation_already_has_active_response",
    `Conversation already has an active response in progress: ${id}. Wait until the response is finished before creating a new one.`,
  );
}

function usableTools({ params, config }: Created): SessionConfig["tools"] {
  const choice = params.tool_choice ?? config.tool_choice;
  return choice === "none" ? [] : (params.tools ?? config.tools);
}

/** The model's side of a session: at most one response in the conversation, any number beside it. */
export class Responses {
  readonly #core: SessionCore;
  readonly #speak: Speak;
  readonly #budget: RateBudget;
  readonly #meter = new InputMeter();
  readonly #aside = new Set<ResponseRun>();
  #active: ResponseRun | null = null;
  /** Called after each response of the conversation, with the audio it made. */
  onDone: (audioMs: number) => void = () => undefined;

  constructor(core: SessionCore, speak: Speak, budget: RateBudget) {
    this.#core = core;
    this.#speak = speak;
    this.#budget = budget;
  }

  get isActive(): boolean {
    return this.#active !== null;
  }

  get hasSpoken(): boolean {
    return this.#core.conversation.items.some((item) => (agentAudio(item)?.audio.length ?? 0) > 0);
  }

  /** `response.create`. @throws Refusal */
  create(params: ResponseParams): void {
    const config = this.#core.config();
    const isAside = params.conversation === "none";
    if (this.#active && !isAside) throw activeRefusal(this.#active.id);
    const given = params.input?.map((raw) => this.#inputItem(raw)) ?? null;
    this.#start({ params, config, given, isAside });
  }

  /** The response that follows a turn of the caller; while another one is under way there is an error instead. */
  answer(): void {
    if (this.#active) this.#core.refuse(activeRefusal(this.#active.id));
    else this.create({});
  }

  /** `response.cancel`. @throws Refusal when there is nothing to cancel */
  cancel(responseId: string | undefined): void {
    const runs = [...(this.#active ? [this.#active] : []), ...this.#aside];
    const run = responseId === undefined ? this.#active : runs.find(({ id }) => id === responseId);
    if (!run)
      throw new Refusal("response_cancel_not_active", "Cancellation failed: no active response found");
    run.cancel();
  }

  /** The caller began to speak. */
  interrupt(): void {
    this.#active?.interrupt();
  }

  /** An interrupted response ends now. */
  settle(): void {
    this.#active?.settle();
  }

  stop(): void {
    for (const run of [this.#active, ...this.#aside]) run?.abandon();
    this.#active = null;
    this.#aside.clear();
  }

  #inputItem(raw: { type: string; id?: unknown }): Item {
    if (raw.type !== "item_reference") return itemFromClient(raw, this.#core.ids.next("item"));
    const item = this.#core.conversation.find(String(raw.id));
    if (item) return item;
    throw new Refusal("invalid_value", "The referenced input item does not exist.", "response.input");
  }

  #start(created: Created): void {
    const { params, config, given, isAside } = created;
    const { clock, ids, emit, conversation, record, behaviour } = this.#core;
    const items = () => given ?? conversation.items;
    const tools = usableTools(created);
    const trouble = behaviour.takeResponse();
    const override = params.instructions ?? null;
    const prompt = (override ?? config.instructions) + JSON.stringify(tools);
    const run: ResponseRun = new ResponseRun(
      {
        clock,
        ids,
        emit,
        speak: this.#speak,
        conversation: isAside ? null : conversation,
        trouble,
        decide: () =>
          nextMoves({
            instructions: config.instructions,
            override,
            tools: tools.map(({ name }) => name),
            lines: linesOf(items()),
            aside: isAside,
          }),
        input: () =>
          this.#meter.measure(prompt, items(), (id) => conversation.revision(id), !isAside && !given),
        onSpoken: (itemId, text) => record.spoken(itemId, text),
        onEnded: (ended) => this.#ended(run, ended, trouble.hasLateDelta),
      },
      this.#order(params, config, trouble.isTextOnly),
    );
    if (isAside) this.#aside.add(run);
    else this.#active = run;
    run.start();
  }

  #order(params: ResponseParams, config: SessionConfig, textOnly: boolean) {
    const output = params.audio?.output;
    const modality = params.output_modalities?.[0] ?? config.output_modalities[0] ?? "audio";
    return {
      modality: textOnly ? ("text" as const) : modality,
      format: output?.format ? fullFormat(output.format) : config.audio.output.format,
      voice: output?.voice ?? config.audio.output.voice,
      maxOutputTokens: params.max_output_tokens ?? config.max_output_tokens,
      metadata: params.metadata ?? null,
    };
  }

  #ended(run: ResponseRun, ended: { totalTokens: number; audioMs: number }, hasLateDelta: boolean): void {
    const isAside = this.#aside.delete(run);
    if (this.#active === run) this.#active = null;
    this.#core.emit({ type: "rate_limits.updated", rate_limits: [this.#budget.spend(ended.totalTokens)] });
    if (isAside) return;
    if (hasLateDelta) this.#lateDelta(run.id);
    this.onDone(ended.audioMs);
  }

  /** Scripted fault: one more delta of a response that is over. */
  #lateDelta(responseId: string): void {
    const address = {
      response_id: responseId,
      item_id: this.#core.conversation.lastId,
      output_index: 0,
      content_index: 0,
    };
    const delta = Buffer.alloc(800, 0xff).toString("base64");
    this.#core.emit({ type: "response.output_audio.delta", ...address, delta });
  }
}
