import type { Environment } from "#e2e/support/ringside.ts";
import { until } from "#e2e/support/wait.ts";
import { kebab } from "#server/sandbox/faults/fault-names.ts";
import { startSandbox } from "#server/sandbox/sandbox.ts";
import type { CalleeScript } from "#server/sandbox/callees/script.ts";
import { randomBytes } from "node:crypto";
import { z } from "zod";

const audioCheckSchema = z.object({
  frames: z.number(),
  lost: z.number(),
  repeated: z.number(),
  reordered: z.number(),
  changed: z.number(),
});

const phoneCallSchema = z.object({
  sid: z.string(),
  to: z.string(),
  status: z.string(),
  rings: z.number(),
  audioMs: z.number(),
  said: z.array(
    z.object({ text: z.string(), startedAtMs: z.number(), endedAtMs: z.number(), complete: z.boolean() }),
  ),
  heard: z.array(
    z.object({
      utteranceId: z.number(),
      text: z.string(),
      startedAtMs: z.number(),
      endedAtMs: z.number(),
      complete: z.boolean(),
      gapMs: z.number(),
    }),
  ),
  /** The frames that reached the person's ear. */
  agentAudio: audioCheckSchema,
  answeredBy: z.string().nullable(),
  streams: z.array(z.looseObject({ url: z.string().optional(), state: z.string() })),
  log: z.array(z.looseObject({ type: z.string() })),
});

/** One phone call as the phone network saw it. */
export type PhoneCall = z.infer<typeof phoneCallSchema>;

const voiceSessionSchema = z.object({
  id: z.string(),
  state: z.enum(["open", "closed"]),
  openedAtMs: z.number(),
  closeCode: z.number().nullable(),
  heard: z.array(z.object({ itemId: z.string(), text: z.string(), complete: z.boolean() })),
  spoken: z.array(z.object({ itemId: z.string(), text: z.string(), heardMs: z.number().optional() })),
  /** The frames that reached the voice model. */
  audioIn: audioCheckSchema,
  errors: z.array(z.object({ code: z.string().nullable(), message: z.string() })),
});

/** One session as the voice model saw it. */
export type VoiceSession = z.infer<typeof voiceSessionSchema>;

const framesSchema = z.object({
  frames: z.array(z.object({ atMs: z.number(), type: z.string(), event: z.looseObject({}).optional() })),
});
const recognisedSchema = z.object({ item_id: z.string(), transcript: z.string() });
const startedSchema = z.object({ item_id: z.string(), audio_start_ms: z.number() });
const stoppedSchema = z.object({ item_id: z.string(), audio_end_ms: z.number() });
/** The service counts the 300 ms before a voice and the 500 ms of silence after it. */
const AROUND_SPEECH_MS = 800;

/** How long the voice of each turn sounded, by item. */
function soundOf(frames: z.infer<typeof framesSchema>["frames"]): Map<string, number> {
  const starts = new Map<string, number>();
  const sounds = new Map<string, number>();
  for (const { type, event } of frames) {
    if (type === "input_audio_buffer.speech_started") {
      const { item_id, audio_start_ms } = startedSchema.parse(event);
      starts.set(item_id, audio_start_ms);
    }
    if (type === "input_audio_buffer.speech_stopped") {
      const { item_id, audio_end_ms } = stoppedSchema.parse(event);
      sounds.set(item_id, audio_end_ms - (starts.get(item_id) ?? 0) - AROUND_SPEECH_MS);
    }
  }
  return sounds;
}

/** A turn of a consumer as a voice session told it. */
export type SessionWords = {
  itemId: string;
  text: string;
  /** On the wall clock. */
  atMs: number;
  /** How long the voice sounded; null when its end was not noticed. */
  soundMs: number | null;
  /** The client went away without a word. */
  lost: boolean;
  /** Everything that was heard and said in the session. */
  sessionItems: ReadonlySet<string>;
};

const messagesSchema = z.object({ messages: z.array(z.object({ to: z.string(), body: z.string() })) });

type Callee = CalleeScript | Person | Phone;
type Person =
  | "pleasant"
  | "interrupts"
  | "endless"
  | "hangs-up"
  | "stop-calling"
  | "silent"
  | "opts-out-politely"
  | "screening";
type Phone = "no-answer" | "busy" | "unreachable" | "declines" | "voicemail";

/** The control interface writes the names of faults with dashes. */
const orderOf = ({ kind, ...about }: Record<string, unknown>) => ({ fault: kebab(String(kind)), ...about });

const IS_UNDER_WAY = new Set(["queued", "initiated", "ringing", "in-progress"]);
export const isUnderWay = (call: PhoneCall): boolean => IS_UNDER_WAY.has(call.status);

/** The simulated outside world, started by the test itself, so that the product meets it like the real one: by credentials and addresses. */
export class TestSandbox {
  readonly baseUrl: string;
  /** What the product needs to reach it. */
  readonly env: Environment;
  readonly authToken: string;
  readonly stop: () => Promise<void>;

  private constructor(baseUrl: string, env: Environment, authToken: string, stop: () => Promise<void>) {
    this.baseUrl = baseUrl;
    this.env = env;
    this.authToken = authToken;
    this.stop = stop;
  }

  static async start({ callsPerSecond = 20 } = {}): Promise<TestSandbox> {
    const secret = () => randomBytes(16).toString("hex");
    const [accountSid, authToken, from] = [`AC${secret()}`, secret(), "+16505550100"];
    const [openaiApiKey, anthropicApiKey] = [`sk-test-${secret()}`, `sk-ant-test-${secret()}`];
    const options = { accountSid, authToken, openaiApiKey, anthropicApiKey };
    const { baseUrl, stop } = await startSandbox({ ...options, fromNumbers: [from], callsPerSecond });
    const env = {
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_FROM_NUMBERS: from,
      TWILIO_BASE_URL: baseUrl,
      OPENAI_API_KEY: openaiApiKey,
      OPENAI_BASE_URL: `${baseUrl}/v1`,
      ANTHROPIC_API_KEY: anthropicApiKey,
      ANTHROPIC_BASE_URL: baseUrl,
    };
    return new TestSandbox(baseUrl, env, authToken, stop);
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.baseUrl}/sandbox${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`The sandbox answered ${response.status} to ${method} ${path}.`);
    return response.json();
  }

  /** Decides who answers this number. */
  async callee(number: string, script: Callee): Promise<void> {
    await this.#ask("PUT", `/numbers/${encodeURIComponent(number)}`, { script });
  }

  async settings(patch: { dialMs?: number; ringMs?: number | null; callsPerSecond?: number }): Promise<void> {
    await this.#ask("PUT", "/settings", patch);
  }

  /** Oldest first. */
  async calls(to?: string): Promise<PhoneCall[]> {
    const query = to === undefined ? "?limit=2000" : `?to=${encodeURIComponent(to)}`;
    const { calls } = z
      .object({ calls: z.array(phoneCallSchema) })
      .parse(await this.#ask("GET", `/calls${query}`));
    return calls.toReversed();
  }

  /** The only call to this number. */
  async onlyCall(to: string): Promise<PhoneCall> {
    const [call, ...others] = await this.calls(to);
    if (call === undefined || others.length > 0) throw new Error(`${others.length + 1} or no calls.`);
    return call;
  }

  /** Faults of the phone network (server/sandbox/phone/faults.ts). */
  async phoneFaults(faults: Record<string, unknown>[]): Promise<void> {
    await this.#ask("POST", "/faults", faults);
  }

  /** A fault of the voice model for the next sessions of one person (server/sandbox/voice-model/faults.ts). */
  async voiceFault(fault: Record<string, unknown>, person: string, times: number): Promise<void> {
    await this.#ask("POST", "/faults", { peer: "voice", ...orderOf(fault), person, times });
  }

  /** A fault of the analyst for requests that hold this text (server/sandbox/analyst/analyst-faults.ts). */
  async analystFault(fault: Record<string, unknown>, about: string, times: number): Promise<void> {
    await this.#ask("POST", "/faults", { peer: "analyst", ...orderOf(fault), about, times });
  }

  /** Damages the newest media stream of a call. */
  async stream(sid: string, order: Record<string, unknown>): Promise<void> {
    await this.#ask("POST", `/calls/${sid}/stream`, order);
  }

  async press(sid: string, digits: string): Promise<void> {
    await this.#ask("POST", `/calls/${sid}/press`, { digits });
  }

  async hangUp(sid: string): Promise<void> {
    await this.#ask("POST", `/calls/${sid}/hangup`);
  }

  /** The newest text message to this number. */
  async textTo(number: string): Promise<string> {
    return until("a text message", async () => {
      const asked = await this.#ask("GET", `/messages?to=${encodeURIComponent(number)}`);
      return messagesSchema.parse(asked).messages[0]?.body;
    });
  }

  async voiceSessions(): Promise<VoiceSession[]> {
    const asked = await this.#ask("GET", "/voice-sessions");
    return z.object({ sessions: z.array(voiceSessionSchema) }).parse(asked).sessions;
  }

  /** What every session recognised. */
  async recognisedWords(): Promise<SessionWords[]> {
    const told: SessionWords[] = [];
    for (const { id, heard, spoken, openedAtMs, closeCode } of await this.voiceSessions()) {
      const { frames } = framesSchema.parse(await this.#ask("GET", `/voice-sessions/${id}/frames`));
      const sounds = soundOf(frames);
      const sessionItems = new Set([...heard, ...spoken].map(({ itemId }) => itemId));
      for (const { atMs, type, event } of frames) {
        if (!type.endsWith("input_audio_transcription.completed")) continue;
        const { item_id: itemId, transcript } = recognisedSchema.parse(event);
        const text = transcript.trim();
        const lost = closeCode === 1006;
        if (text !== "")
          told.push({
            itemId,
            text,
            atMs: openedAtMs + atMs,
            soundMs: sounds.get(itemId) ?? null,
            lost,
            sessionItems,
          });
      }
    }
    return told;
  }

  /** What a client put into a session's memory beside what was said. */
  async toldNotes(sessionId: string): Promise<string[]> {
    const { frames } = framesSchema.parse(await this.#ask("GET", `/voice-sessions/${sessionId}/frames`));
    return frames
      .filter(({ type }) => type === "conversation.item.create")
      .map(({ event }) => JSON.stringify(event));
  }

  /** The session that spoke the item with this id. */
  async voiceSessionOf(itemId: string): Promise<VoiceSession> {
    const sessions = await this.voiceSessions();
    const found = sessions.find(({ spoken }) => spoken.some((item) => item.itemId === itemId));
    if (found === undefined) throw new Error("No voice session spoke this item.");
    return found;
  }
}
