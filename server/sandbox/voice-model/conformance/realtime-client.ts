import net from "node:net";
import OpenAI from "openai";
import type { RealtimeClientEvent, RealtimeServerEvent } from "openai/resources/realtime/realtime";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import { z } from "zod";
import { MULAW_BYTES_PER_MS, MULAW_FRAME_BYTES, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import { speak } from "#server/sandbox/speech/voices.ts";

/** The service under test: the sandbox on loopback (plain `ws:`), or the real one. */
export type RealtimeTarget = {
  readonly baseURL: string;
  readonly apiKey: string;
  readonly model: string;
};

type EventType = RealtimeServerEvent["type"];
type EventOf<T extends EventType> = Extract<RealtimeServerEvent, { type: T }>;
type Waiter = {
  fits: (event: RealtimeServerEvent) => boolean;
  resolve: (event: RealtimeServerEvent) => void;
};

/** Whole silent frames. */
export function silence(ms: number): Uint8Array {
  return new Uint8Array(ms * MULAW_BYTES_PER_MS).fill(MULAW_SILENCE);
}

const created = z.object({ session: z.object({ id: z.string() }) });

let utterances = 0;

/** A caller's voice saying `text`, followed by enough silence to end the turn. */
export async function callerSays(text: string, pauseMs = 800): Promise<Uint8Array> {
  utterances += 1;
  return Buffer.concat([await speak(text, "rms", utterances), silence(pauseMs)]);
}

/** The official SDK's socket with a memory: waits for events instead of sleeping. */
export class RealtimeClient {
  readonly events: RealtimeServerEvent[] = [];
  readonly #socket: OpenAIRealtimeWS;
  readonly #waiters = new Set<Waiter>();
  readonly #seen = new Map<EventType, number>();

  constructor(target: RealtimeTarget) {
    const url = new URL(target.baseURL);
    const plain = url.protocol === "http:";
    const client = new OpenAI({ apiKey: target.apiKey, baseURL: target.baseURL });
    const dial = () => net.connect({ host: url.hostname, port: Number(url.port) });
    this.#socket = new OpenAIRealtimeWS(
      {
        model: target.model,
        options: { handshakeTimeout: 10_000, ...(plain ? { createConnection: dial } : {}) },
      },
      client,
    );
    // Refusals arrive as ordinary events below; without this listener the SDK would throw them.
    this.#socket.on("error", () => undefined);
    this.#socket.on("event", (event) => {
      this.events.push(event);
      for (const waiter of this.#waiters) if (waiter.fits(event)) waiter.resolve(event);
    });
  }

  static async open(target: RealtimeTarget): Promise<RealtimeClient> {
    const client = new RealtimeClient(target);
    await client.next("session.created");
    return client;
  }

  /** The id in `session.created`, which the SDK's types leave out. */
  get sessionId(): string {
    return created.parse(this.events[0]).session.id;
  }

  /** The next event of this type that no earlier call took. */
  async next<T extends EventType>(
    type: T,
    where: (event: EventOf<T>) => boolean = () => true,
  ): Promise<EventOf<T>> {
    const isIt = (event: RealtimeServerEvent): event is EventOf<T> => event.type === type;
    const from = this.#seen.get(type) ?? 0;
    const index = this.events.findIndex((event, at) => at >= from && isIt(event) && where(event));
    const known = this.events[index];
    if (known && isIt(known)) {
      this.#seen.set(type, index + 1);
      return known;
    }
    const event = await new Promise<EventOf<T>>((resolve) => {
      const waiter: Waiter = {
        fits: (candidate) => isIt(candidate) && where(candidate),
        resolve: (found) => {
          this.#waiters.delete(waiter);
          if (isIt(found)) resolve(found);
        },
      };
      this.#waiters.add(waiter);
    });
    this.#seen.set(type, this.events.indexOf(event) + 1);
    return event;
  }

  send(event: RealtimeClientEvent): void {
    this.#socket.send(event);
  }

  /** Sends what the types forbid. */
  sendRaw(event: unknown): void {
    this.#socket.socket.send(typeof event === "string" ? event : JSON.stringify(event));
  }

  /** Sends an event that must be refused; the refusal's body. */
  async refused(event: unknown) {
    this.sendRaw(event);
    return (await this.next("error")).error;
  }

  /** A phone agent's session (µ-law both ways), with `changes` merged over it. */
  async configure(changes: Record<string, unknown> = {}, audioIn: Record<string, unknown> = {}) {
    const turn_detection = {
      type: "server_vad",
      threshold: 0.5,
      prefix_padding_ms: 300,
      silence_duration_ms: 500,
    };
    const input = {
      format: { type: "audio/pcmu" },
      transcription: { model: "gpt-transcribe" },
      turn_detection,
      ...audioIn,
    };
    const audio = { input, output: { format: { type: "audio/pcmu" }, voice: "marin" } };
    this.sendRaw({ type: "session.update", session: { type: "realtime", audio, ...changes } });
    return (await this.next("session.updated")).session;
  }

  /** Writes µ-law audio as a phone does, 20 ms at a time, but as fast as it goes. */
  write(mulaw: Uint8Array): void {
    for (let at = 0; at < mulaw.length; at += MULAW_FRAME_BYTES) {
      const audio = Buffer.from(mulaw.subarray(at, at + MULAW_FRAME_BYTES)).toString("base64");
      this.send({ type: "input_audio_buffer.append", audio });
    }
  }

  /** Makes the model say exactly `text` and waits until it is generated. */
  async sayExactly(text: string) {
    const instructions = `Say exactly these words and nothing else: "${text}"`;
    this.send({ type: "response.create", response: { instructions } });
    return (await this.next("response.done")).response;
  }

  /** Types of the events from the `from`th on, with repeats of the same type in a row left out. */
  types(from = 0): string[] {
    const types = this.events.slice(from).map(({ type }) => type);
    return types.filter((type, index) => type !== types[index - 1]);
  }

  /** The audio of one item as it was sent. */
  audioOf(itemId: string): Uint8Array {
    const deltas = this.events.flatMap((event) =>
      event.type === "response.output_audio.delta" && event.item_id === itemId
        ? [Buffer.from(event.delta, "base64")]
        : [],
    );
    return Buffer.concat(deltas);
  }

  get socket() {
    return this.#socket.socket;
  }

  close(): void {
    this.#socket.close();
  }
}
