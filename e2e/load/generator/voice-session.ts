import { FRAME_MS, type LoadCall, PIECE_FRAMES } from "#e2e/load/generator/load-call.ts";
import type { Measures } from "#e2e/load/generator/measures.ts";
import { textFrame } from "#e2e/load/generator/text-frames.ts";
import type { Duplex } from "node:stream";

const APPEND = Buffer.from('{"type":"input_audio_buffer.append","audio":"');
const PIECE_MS = PIECE_FRAMES * FRAME_MS;
/** Twice as fast as it is spoken. */
const PIECE_EVERY_MS = PIECE_MS / 2;
const LOOK_EVERY_MS = 50;
const GIVEN_UP_MS = 5000;
const INTERRUPTED_SHARE = 0.35;
const WORDS =
  "I see, and when would it suit you that somebody comes by to look at it, this week or next week".split(" ");

type Turn = { part: number; answerId: string; itemId: string; pieces: number; sent: number; cut: boolean };

const between = (low: number, high: number) => low + Math.random() * (high - low);
const scratch = Buffer.alloc(64 * 1024);

/**
 * The Realtime protocol's other end without a mind: it answers each turn with numbered audio, lets a share of its answers be interrupted, and checks every truncation
 * against what the phone's ear had really played.
 */
export class VoiceSession {
  readonly #socket: Duplex;
  readonly #measures: Measures;
  readonly #find: (number: number) => LoadCall | undefined;
  #call: LoadCall | null = null;
  #floorOpen = true;
  #turn: Turn | null = null;
  #generatedMs = new Map<string, { part: number; ms: number }>();
  #interruptedAtMs: number | null = null;
  #early: { part: number; endMs: number }[] = [];
  #consumerTurns = 0;
  #events = 0;
  #over = false;

  constructor(socket: Duplex, measures: Measures, find: (number: number) => LoadCall | undefined) {
    this.#socket = socket;
    this.#measures = measures;
    this.#find = find;
    this.#send(
      "session.created",
      `"session":{"type":"realtime","id":"sess_${process.pid}","object":"realtime.session"}`,
    );
  }

  close(): void {
    this.#over = true;
  }

  receive(text: Buffer): void {
    if (text.length > APPEND.length && text.compare(APPEND, 0, APPEND.length, 0, APPEND.length) === 0) {
      return this.#append(text.toString("latin1", APPEND.length, text.indexOf(0x22, APPEND.length)));
    }
    const event = JSON.parse(text.toString("utf8"));
    switch (event.type) {
      case "input_audio_buffer.append":
        return this.#append(event.audio);
      case "session.update":
        this.#floorOpen = event.session.audio?.input?.turn_detection?.create_response ?? this.#floorOpen;
        return this.#send("session.updated", `"session":{"type":"realtime"}`);
      case "response.create":
        return this.#answer(event.response?.metadata ?? null);
      case "response.cancel":
        return this.#cutShort();
      case "conversation.item.truncate":
        return this.#cut(event.item_id, event.audio_end_ms);
      case "conversation.item.delete":
        return this.#cut(event.item_id, 0);
    }
  }

  #append(base64: string): void {
    const nowMs = performance.now();
    const audio = scratch.subarray(0, scratch.write(base64, "base64"));
    this.#call ??= this.#find(audio.length < 2 ? -1 : audio.readUInt16BE(0)) ?? null;
    if (this.#call !== null) this.#call.onCleared ??= (at) => this.#cleared(at);
    this.#call?.heardConsumer(audio, nowMs);
  }

  // ——— answers ———

  #answer(metadata: unknown): void {
    const call = this.#call;
    if (this.#turn !== null) return this.#refuse("conversation_already_has_active_response");
    // Who has not spoken yet is not known: the answer waits for the first sound.
    if (call === null) return this.#later(LOOK_EVERY_MS, () => this.#answer(metadata));
    call.parts += 1;
    const name = `${call.number}_${call.parts}`;
    const pieces = Math.round(between(8, 24));
    const turn = {
      part: call.parts,
      answerId: `resp_${name}`,
      itemId: `item_${name}`,
      pieces,
      sent: 0,
      cut: false,
    };
    this.#turn = turn;
    const head = `"response":{"object":"realtime.response","id":"${turn.answerId}","status":"in_progress","status_details":null,"output":[],"conversation_id":"conv_1","metadata":${JSON.stringify(metadata)}}`;
    this.#send("response.created", head);
    const item = `"item":{"id":"${turn.itemId}","type":"message","status":"in_progress","role":"assistant","content":[]}`;
    this.#send("response.output_item.added", `"response_id":"${turn.answerId}","output_index":0,${item}`);
    this.#send("response.content_part.added", `${this.#at(turn)},"part":{"type":"audio","transcript":""}`);
    if (this.#floorOpen && Math.random() < INTERRUPTED_SHARE) {
      this.#later(between(0.2, 0.8) * pieces * PIECE_MS, () => this.#interrupt(turn));
    }
    this.#speak(turn, call);
  }

  #speak(turn: Turn, call: LoadCall): void {
    if (this.#turn !== turn) return;
    const word = WORDS[turn.sent % WORDS.length];
    this.#send("response.output_audio_transcript.delta", `${this.#at(turn)},"delta":"${word} "`);
    const piece = call.nextPiece(turn.part, turn.sent, performance.now());
    this.#send("response.output_audio.delta", `${this.#at(turn)},"delta":"${piece}"`);
    turn.sent += 1;
    this.#generatedMs.set(turn.itemId, { part: turn.part, ms: turn.sent * PIECE_MS });
    if (turn.sent < turn.pieces) return this.#later(PIECE_EVERY_MS, () => this.#speak(turn, call));
    this.#end(turn, "completed", "null");
    this.#whenPlayed(turn, call);
  }

  #end(turn: Turn, status: string, details: string): void {
    this.#turn = null;
    const words = Array.from({ length: turn.sent }, (_, index) => WORDS[index % WORDS.length]).join(" ");
    this.#send("response.output_audio.done", this.#at(turn));
    this.#send("response.output_audio_transcript.done", `${this.#at(turn)},"transcript":"${words}"`);
    const item = `{"id":"${turn.itemId}","type":"message","status":"${status === "completed" ? status : "incomplete"}","role":"assistant","content":[{"type":"output_audio","transcript":"${words}"}]}`;
    this.#send(
      "response.output_item.done",
      `"response_id":"${turn.answerId}","output_index":0,"item":${item}`,
    );
    const usage = `{"total_tokens":700,"input_tokens":600,"output_tokens":100,"input_token_details":{"text_tokens":500,"audio_tokens":100,"cached_tokens":400,"cached_tokens_details":{"text_tokens":400,"audio_tokens":0}},"output_token_details":{"text_tokens":20,"audio_tokens":80}}`;
    const done = `{"object":"realtime.response","id":"${turn.answerId}","status":"${status}","status_details":${details},"output":[${item}],"conversation_id":"conv_1","usage":${usage},"metadata":null}`;
    this.#send("response.done", `"response":${done}`);
  }

  #cutShort(): void {
    if (this.#turn === null) return;
    this.#end(this.#turn, "cancelled", `{"type":"cancelled","reason":"turn_detected"}`);
  }

  /** Looks until the phone has played all of it; then it is the consumer's turn. */
  #whenPlayed(turn: Turn, call: LoadCall): void {
    if (turn.cut) return;
    const nowMs = performance.now();
    const lateMs = nowMs - call.ear.endsAtMs;
    // A stalled server may let the ear run dry in the middle; what has not come 5 s later is lost.
    const isPlayed =
      lateMs > GIVEN_UP_MS ||
      (lateMs > 300 && call.ear.heardMs(turn.part, nowMs) >= turn.pieces * PIECE_MS - 1);
    if (!isPlayed || !this.#floorOpen) return this.#later(LOOK_EVERY_MS, () => this.#whenPlayed(turn, call));
    call.closePart(turn.pieces * PIECE_FRAMES);
    this.#consumerSpeaks(call);
  }

  // ——— the consumer ———

  #interrupt(turn: Turn): void {
    const call = this.#call;
    if (call === null || call.parts !== turn.part) return;
    const nowMs = performance.now();
    // Only what sounds can be interrupted, and not in its very last moment.
    if (call.ear.endsAtMs < nowMs + 200 || call.ear.heardMs(turn.part, nowMs) === 0) return;
    this.#measures.interruptions += 1;
    this.#interruptedAtMs = nowMs;
    turn.cut = true;
    this.#consumerSpeaks(call);
    this.#cutShort();
  }

  #consumerSpeaks(call: LoadCall): void {
    this.#consumerTurns += 1;
    const itemId = `item_u${call.number}_${this.#consumerTurns}`;
    this.#send("input_audio_buffer.speech_started", `"audio_start_ms":0,"item_id":"${itemId}"`);
    this.#later(between(900, 2200), () => {
      if (this.#interruptedAtMs !== null) {
        this.#measures.deaf += 1;
        this.#interruptedAtMs = null;
      }
      this.#send("input_audio_buffer.speech_stopped", `"audio_end_ms":0,"item_id":"${itemId}"`);
      this.#send("input_audio_buffer.committed", `"previous_item_id":null,"item_id":"${itemId}"`);
      this.#later(200, () => this.#transcribe(itemId));
      this.#later(350, () => this.#answer(null));
    });
  }

  #transcribe(itemId: string): void {
    const of = `"item_id":"${itemId}","content_index":0`;
    const type = "conversation.item.input_audio_transcription";
    this.#send(`${type}.delta`, `${of},"delta":"It is the kitchen sink,"`);
    const words = "It is the kitchen sink, it drips all day.";
    this.#send(`${type}.completed`, `${of},"transcript":"${words}","usage":{"type":"duration","seconds":2}`);
  }

  // ——— truncation ———

  #cleared(nowMs: number): void {
    if (this.#interruptedAtMs === null) return;
    this.#measures.clear.add(nowMs - this.#interruptedAtMs);
    this.#interruptedAtMs = null;
    this.#call?.closePart(0);
    for (const { part, endMs } of this.#early.splice(0)) this.#compare(part, endMs);
  }

  #cut(itemId: string, endMs: number): void {
    const generated = this.#generatedMs.get(itemId);
    if (generated === undefined || endMs > generated.ms) {
      this.#measures.refused += 1;
      return this.#refuse("invalid_value");
    }
    this.#send(
      "conversation.item.truncated",
      `"item_id":"${itemId}","content_index":0,"audio_end_ms":${endMs}`,
    );
    // Two sockets: the phone's clear may be on its way.
    if (this.#interruptedAtMs !== null) this.#early.push({ part: generated.part, endMs });
    else this.#compare(generated.part, endMs);
  }

  #compare(part: number, endMs: number): void {
    const heardMs = this.#call?.heardAtClear.get(part);
    if (heardMs !== undefined) this.#measures.truncation.add(endMs - heardMs);
  }

  // ——— the wire ———

  #refuse(code: string): void {
    this.#send(
      "error",
      `"error":{"type":"invalid_request_error","code":"${code}","message":"refused","param":null,"event_id":null}`,
    );
  }

  #at({ answerId, itemId }: Turn): string {
    return `"response_id":"${answerId}","item_id":"${itemId}","output_index":0,"content_index":0`;
  }

  #send(type: string, rest: string): void {
    if (this.#over) return;
    this.#events += 1;
    this.#socket.write(textFrame(`{"type":"${type}","event_id":"event_${this.#events}",${rest}}`, false));
  }

  #later(ms: number, task: () => void): void {
    setTimeout(() => {
      if (!this.#over) task();
    }, ms);
  }
}
