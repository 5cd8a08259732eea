import { mulawMs } from "#server/lib/mulaw.ts";
import { type TurnWords, wordsHeard } from "#server/sandbox/voice-model/words.ts";

export type ItemStatus = "in_progress" | "completed" | "incomplete";

/** Audio the caller said. The model hears its words at once; the transcript is a later, separate service. */
export type CallerAudio = {
  readonly type: "input_audio";
  readonly audio: Uint8Array;
  readonly ms: number;
  readonly words: TurnWords | string;
  /** Nobody spoke: the turn was ended by the idle timeout. */
  readonly isSilence: boolean;
  transcript: string | null;
};

/** Audio the model made, µ-law, growing while it is generated. */
export type AgentAudio = {
  readonly type: "output_audio";
  audio: Uint8Array;
  /** What was said so far; null once a truncation wiped it. */
  transcript: string | null;
  /** Everything that was generated; kept for the sandbox's own records only, the mind never reads it. */
  spoken: string;
  /** Where the client said the listener stopped hearing. */
  cutAtMs: number | null;
};

type TextPart = { readonly type: "input_text" | "output_text"; text: string };
type ImagePart = { readonly type: "input_image"; readonly image_url: string | undefined };
export type Part = TextPart | ImagePart | CallerAudio | AgentAudio;

export type MessageItem = {
  readonly kind: "message";
  readonly id: string;
  readonly role: "user" | "assistant" | "system";
  status: ItemStatus;
  readonly phase?: "commentary" | "final_answer";
  readonly parts: Part[];
  readonly fromClient: boolean;
};
export type CallItem = {
  readonly kind: "call";
  readonly id: string;
  status: ItemStatus;
  readonly name: string;
  readonly callId: string;
  arguments: string;
  readonly fromClient: boolean;
};
type ResultItem = {
  readonly kind: "result";
  readonly id: string;
  readonly status: "completed";
  readonly callId: string;
  readonly output: string;
  readonly fromClient: true;
};
export type Item = MessageItem | CallItem | ResultItem;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

function wirePart(part: Part, withAudio: boolean): Record<string, unknown> {
  switch (part.type) {
    case "input_text":
    case "output_text":
      return { type: part.type, text: part.text };
    case "input_image":
      return { type: part.type, image_url: part.image_url };
    case "input_audio":
    case "output_audio":
      return {
        type: part.type,
        transcript: part.transcript,
        ...(withAudio ? { audio: base64(part.audio) } : {}),
      };
  }
}

/** An item as events show it. Only `conversation.item.retrieved` carries audio. */
export function wireItem(item: Item, withAudio = false): Record<string, unknown> {
  const origin = item.fromClient ? { object: "realtime.item" } : {};
  const head = { id: item.id, ...origin };
  switch (item.kind) {
    case "message": {
      const phase = item.phase ? { phase: item.phase } : {};
      const content = item.parts.map((part) => wirePart(part, withAudio));
      return { ...head, type: "message", status: item.status, ...phase, role: item.role, content };
    }
    case "call":
      return {
        ...head,
        type: "function_call",
        status: item.status,
        name: item.name,
        call_id: item.callId,
        arguments: item.arguments,
      };
    case "result":
      return {
        ...head,
        type: "function_call_output",
        status: item.status,
        call_id: item.callId,
        output: item.output,
      };
  }
}

/** The model's audio in an item, or null when there is none (also for items the client wrote). */
export function agentAudio(item: Item): AgentAudio | null {
  if (item.kind !== "message") return null;
  return item.parts.find((part) => part.type === "output_audio") ?? null;
}

function partWords(part: Part): string {
  switch (part.type) {
    case "input_text":
    case "output_text":
      return part.text;
    case "input_image":
      return "";
    case "input_audio":
      return typeof part.words === "string" ? part.words : part.words.text;
    case "output_audio":
      return part.cutAtMs === null
        ? (part.transcript ?? "")
        : wordsHeard(part.audio, part.spoken, part.cutAtMs);
  }
}

/** What the model knows was said in a message: of cut audio only what was left of it. */
export function knownWords(item: MessageItem): string {
  return item.parts.map(partWords).join(" ").trim();
}

/** Whether the model knows that this message of its own was not heard to its end. */
export function wasCut(item: MessageItem): boolean {
  return item.status === "incomplete" || (agentAudio(item)?.cutAtMs ?? null) !== null;
}

/** Generated audio of a part, whole ms. */
export function audioMs(part: AgentAudio): number {
  return Math.floor(mulawMs(part.audio.length));
}
