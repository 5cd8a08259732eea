import type { AudioCheck } from "#server/sandbox/speech/frame-ledger.ts";
import { FrameLog, type FrameLogView } from "#server/sandbox/voice-model/frame-log.ts";
import type { ServerEvent } from "#server/sandbox/voice-model/wire.ts";
import type { TurnWords } from "#server/sandbox/voice-model/words.ts";

/** What `GET /sandbox/voice-sessions/:id` answers. */
export type SessionView = {
  id: string;
  state: "open" | "closed";
  model: string;
  openedAtMs: number;
  closedAtMs: number | null;
  closeCode: number | null;
  /** The callee's turns as the model heard them; `complete`: not one frame of the turn was lost or changed. */
  heard: { itemId: string; text: string; complete: boolean }[];
  /** The model's messages; `heardMs` when the client cut one, 0 when it deleted it. */
  spoken: { itemId: string; text: string; heardMs?: number }[];
  audioIn: AudioCheck;
  events: { received: Record<string, number>; sent: Record<string, number> };
  /** Audio written before the first `session.updated`: read as PCM, so it is noise. */
  appendsBeforeReady: number;
  errors: { code: string | null; message: string; eventId: string | null }[];
  /** What no well-behaved client does (frame-log.ts); empty is good. */
  violations: string[];
};

/** Stands for words nobody can know: the audio carried none. */
export const UNKNOWN_WORDS = "[unintelligible]";

const MAX_ENTRIES = 1000;

/** Adds to a bounded list; beyond the bound the oldest entries are dropped. */
function remember<T>(list: T[], entry: T): void {
  list.push(entry);
  if (list.length > MAX_ENTRIES) list.shift();
}

/** The sandbox's own account of one session, for tests and for people looking in. */
export class SessionRecord {
  readonly #head: Pick<SessionView, "id" | "model" | "openedAtMs">;
  readonly #heard: { itemId: string; words: TurnWords }[] = [];
  readonly #deleted: string[] = [];
  readonly #spoken: { itemId: string; text: string; heardMs?: number }[] = [];
  readonly #received = new Map<string, number>();
  readonly #sent = new Map<string, number>();
  readonly #errors: SessionView["errors"] = [];
  readonly #log: FrameLog;
  #closed: { atMs: number; code: number } | null = null;
  appendsBeforeReady = 0;

  /** `sinceOpenMs` dates the frames. */
  constructor(head: Pick<SessionView, "id" | "model" | "openedAtMs">, sinceOpenMs: () => number) {
    this.#head = head;
    this.#log = new FrameLog(sinceOpenMs);
  }

  get isClosed(): boolean {
    return this.#closed !== null;
  }

  received(event: { type: string } & Readonly<Record<string, unknown>>): void {
    this.#received.set(event.type, (this.#received.get(event.type) ?? 0) + 1);
    this.#log.received(event);
  }

  sent(event: ServerEvent): void {
    this.#sent.set(event.type, (this.#sent.get(event.type) ?? 0) + 1);
    this.#log.sent(event);
  }

  frames(): FrameLogView {
    return this.#log.view();
  }

  /** Forgets the frames; the counts stay. */
  forgetFrames(): void {
    this.#log.forget();
  }

  heard(itemId: string, words: TurnWords): void {
    remember(this.#heard, { itemId, words });
  }

  spoken(itemId: string, text: string): void {
    remember(this.#spoken, { itemId, text, ...(this.#deleted.includes(itemId) && { heardMs: 0 }) });
  }

  /** Nobody heard anything of it, also when the model is not through with it yet. */
  deleted(itemId: string): void {
    this.cut(itemId, 0);
    remember(this.#deleted, itemId);
  }

  cut(itemId: string, heardMs: number): void {
    const entry = this.#spoken.find((spoken) => spoken.itemId === itemId);
    if (entry) entry.heardMs = heardMs;
  }

  error(code: string | null, message: string, eventId: string | null): void {
    remember(this.#errors, { code, message, eventId });
  }

  closed(atMs: number, code: number): void {
    this.#closed ??= { atMs, code };
  }

  view(audioIn: AudioCheck): SessionView {
    return {
      ...this.#head,
      state: this.#closed ? "closed" : "open",
      closedAtMs: this.#closed?.atMs ?? null,
      closeCode: this.#closed?.code ?? null,
      heard: this.#heard.map(({ itemId, words }) => ({
        itemId,
        text: words.text || UNKNOWN_WORDS,
        complete: words.text !== "" && words.complete,
      })),
      spoken: this.#spoken.map((entry) => ({ ...entry })),
      audioIn,
      events: { received: Object.fromEntries(this.#received), sent: Object.fromEntries(this.#sent) },
      appendsBeforeReady: this.appendsBeforeReady,
      errors: [...this.#errors],
      violations: this.#log.violations,
    };
  }
}
