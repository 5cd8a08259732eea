import { z } from "zod";
import { base64Bytes, MULAW_BYTES_PER_MS } from "#server/lib/mulaw.ts";

/** One frame, or a run of frames of audio: those count up in `frames` and `bytes` instead of being kept. */
type Frame = {
  /** When the first of them passed, ms since the session was opened. */
  readonly atMs: number;
  readonly by: "client" | "server";
  readonly type: string;
  /** The event, except audio. */
  readonly event?: Readonly<Record<string, unknown>>;
  frames: number;
  bytes: number;
};

type LoggedEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

/** What `GET /sandbox/voice-sessions/:id/frames` answers. */
export type FrameLogView = { frames: readonly Frame[]; dropped: number; violations: string[] };

const MAX_FRAMES = 2000;
const MAX_VIOLATIONS = 100;

const truncation = z.object({ item_id: z.string(), audio_end_ms: z.number() });
const request = z.object({ response: z.object({ conversation: z.string().optional() }).optional() });
const answer = z.object({ response: z.object({ id: z.string(), conversation_id: z.string().nullish() }) });

/** The base64 of an event that carries sound; those come 50 times a second and are read by hand. */
function soundOf(event: LoggedEvent): string | null {
  const field = event.type === "response.output_audio.delta" ? "delta" : "audio";
  const isSound = field === "delta" || event.type === "input_audio_buffer.append";
  const sound = isSound ? event[field] : null;
  return typeof sound === "string" ? sound : null;
}

/**
 * What passed through one session's socket, in order, and what of it no well-behaved client does: sound before the first
 * `session.updated`, a request for an answer while the answer to its last one still runs, a truncation beyond the audio
 * that was sent (µ-law is assumed).
 */
export class FrameLog {
  readonly #sinceOpenMs: () => number;
  readonly #frames: Frame[] = [];
  readonly #violations: string[] = [];
  readonly #sentMs = new Map<string, number>();
  #dropped = 0;
  #isUpdated = false;
  /** The client's own request: sent, then answered by this response. */
  #request: "none" | "sent" | { responseId: string } = "none";

  constructor(sinceOpenMs: () => number) {
    this.#sinceOpenMs = sinceOpenMs;
  }

  get violations(): string[] {
    return [...this.#violations];
  }

  view(): FrameLogView {
    return { frames: [...this.#frames], dropped: this.#dropped, violations: this.violations };
  }

  forget(): void {
    this.#dropped += this.#frames.length;
    this.#frames.length = 0;
    this.#sentMs.clear();
  }

  received(event: LoggedEvent): void {
    const sound = soundOf(event);
    this.#keep("client", event, sound);
    if (sound !== null && !this.#isUpdated) this.#violate("sound before session.updated");
    if (event.type === "conversation.item.truncate") this.#truncated(event);
    if (event.type === "response.create") this.#asked(event);
  }

  sent(event: LoggedEvent): void {
    const sound = soundOf(event);
    this.#keep("server", event, sound);
    if (sound !== null) this.#spoke(String(event["item_id"]), base64Bytes(sound) / MULAW_BYTES_PER_MS);
    if (event.type === "session.updated") this.#isUpdated = true;
    if (event.type === "error" && this.#request === "sent") this.#request = "none";
    if (event.type === "response.created" || event.type === "response.done") this.#told(event);
  }

  #truncated(event: LoggedEvent): void {
    const cut = truncation.safeParse(event).data;
    if (cut && cut.audio_end_ms > (this.#sentMs.get(cut.item_id) ?? Infinity)) {
      this.#violate("truncation beyond what was sent");
    }
  }

  #asked(event: LoggedEvent): void {
    if (request.safeParse(event).data?.response?.conversation === "none") return;
    if (this.#request === "none") this.#request = "sent";
    else this.#violate("a second request while the first is under way");
  }

  #told(event: LoggedEvent): void {
    const response = answer.safeParse(event).data?.response;
    if (!response || response.conversation_id === null) return;
    if (event.type === "response.created" && this.#request === "sent") {
      this.#request = { responseId: response.id };
    }
    const isOurs = typeof this.#request === "object" && this.#request.responseId === response.id;
    if (event.type === "response.done" && isOurs) this.#request = "none";
  }

  #spoke(itemId: string, ms: number): void {
    this.#sentMs.set(itemId, (this.#sentMs.get(itemId) ?? 0) + ms);
  }

  #violate(what: string): void {
    if (this.#violations.length < MAX_VIOLATIONS) this.#violations.push(what);
  }

  #keep(by: Frame["by"], event: LoggedEvent, audio: string | null): void {
    const last = this.#frames.at(-1);
    const bytes = audio === null ? 0 : base64Bytes(audio);
    if (audio !== null && last?.by === by && last.type === event.type) {
      last.frames += 1;
      last.bytes += bytes;
      return;
    }
    const atMs = Math.round(this.#sinceOpenMs());
    const content = audio === null ? { event: { ...event } } : {};
    this.#frames.push({ atMs, by, type: event.type, ...content, frames: 1, bytes });
    if (this.#frames.length <= MAX_FRAMES) return;
    this.#frames.shift();
    this.#dropped += 1;
  }
}
