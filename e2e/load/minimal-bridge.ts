import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type RawData, WebSocket, WebSocketServer } from "ws";

/**
 * What our server is compared with: the least that joins a phone to a voice model. `ws` on both sides, payloads cut out of the messages without parsing,
 * marks, clear, truncate. No journal, no watchers, no limits, no checks.
 */
const [openAi = ""] = process.argv.slice(2);
const MEDIA = Buffer.from('"event":"media"');
const DELTA = Buffer.from('{"type":"response.output_audio.delta"');
const APPEND = Buffer.from('{"type":"input_audio_buffer.append","audio":"');
const APPEND_END = Buffer.from('"}');
const MESSAGE_END = Buffer.from('"}}');
const QUOTE = 0x22;
const BYTES_PER_MS = 8;

const SESSION = {
  type: "session.update",
  session: {
    type: "realtime",
    output_modalities: ["audio"],
    instructions: "You are on the phone.",
    audio: {
      input: {
        format: { type: "audio/pcmu" },
        turn_detection: { type: "server_vad", create_response: true, interrupt_response: true },
      },
      output: { format: { type: "audio/pcmu" }, voice: "marin" },
    },
  },
};

/** The text between `"<key>":"` and the next quotation mark. */
function slice(message: Buffer, key: string): Buffer {
  const from = message.indexOf(`"${key}":"`) + key.length + 4;
  return message.subarray(from, message.indexOf(QUOTE, from));
}

class Bridge {
  readonly #phone: WebSocket;
  readonly #model: WebSocket;
  #head = Buffer.alloc(0);
  #streamSid = "";
  #ready = false;
  #early: Buffer[] = [];
  #item = { id: "", sentMs: 0, heardMs: 0, heardAtMs: 0 };
  #cut = "";

  constructor(phone: WebSocket) {
    this.#phone = phone;
    this.#model = new WebSocket(`${openAi.replace(/^http/, "ws")}/realtime?model=gpt-realtime-2.1`, {
      headers: { authorization: "Bearer load" },
      perMessageDeflate: false,
    });
    phone.on("message", (data) => this.#fromPhone(data));
    phone.on("close", () => this.#model.close());
    phone.on("error", () => phone.terminate());
    this.#model.on("open", () => this.#model.send(JSON.stringify(SESSION)));
    this.#model.on("message", (data) => this.#fromModel(data));
    this.#model.on("close", () => phone.close());
    this.#model.on("error", () => phone.terminate());
  }

  #fromPhone(data: RawData): void {
    if (!Buffer.isBuffer(data)) return;
    if (data.indexOf(MEDIA) === 1) {
      const append = Buffer.concat([APPEND, slice(data, "payload"), APPEND_END]);
      if (this.#ready) this.#model.send(append, { binary: false });
      else this.#early.push(append);
      return;
    }
    const message = JSON.parse(data.toString());
    if (message.event === "start") {
      this.#streamSid = message.start.streamSid;
      this.#head = Buffer.from(`{"event":"media","streamSid":"${this.#streamSid}","media":{"payload":"`);
    }
    if (message.event === "mark") this.#heard(message.mark.name);
  }

  #heard(mark: string): void {
    const [id, ms] = mark.split(":");
    if (id !== this.#item.id) return;
    this.#item.heardMs = Number(ms);
    this.#item.heardAtMs = performance.now();
  }

  #fromModel(data: RawData): void {
    if (!Buffer.isBuffer(data)) return;
    if (data.length > DELTA.length && data.compare(DELTA, 0, DELTA.length, 0, DELTA.length) === 0)
      return this.#play(data);
    const event = JSON.parse(data.toString());
    if (event.type === "session.updated") {
      this.#ready = true;
      for (const append of this.#early.splice(0)) this.#model.send(append, { binary: false });
      this.#model.send('{"type":"response.create"}');
    }
    if (event.type === "input_audio_buffer.speech_started") this.#interrupt();
  }

  #play(event: Buffer): void {
    const id = slice(event, "item_id").toString();
    if (id === this.#cut) return;
    if (id !== this.#item.id) this.#item = { id, sentMs: 0, heardMs: 0, heardAtMs: performance.now() };
    const payload = slice(event, "delta");
    this.#item.sentMs += (payload.length * 3) / 4 / BYTES_PER_MS;
    this.#phone.send(Buffer.concat([this.#head, payload, MESSAGE_END]), { binary: false });
    const mark = { event: "mark", streamSid: this.#streamSid, mark: { name: `${id}:${this.#item.sentMs}` } };
    this.#phone.send(JSON.stringify(mark));
  }

  #interrupt(): void {
    const { id, sentMs, heardMs, heardAtMs } = this.#item;
    if (id === "" || heardMs >= sentMs) return;
    this.#phone.send(`{"event":"clear","streamSid":"${this.#streamSid}"}`);
    const endMs = Math.floor(Math.min(sentMs, heardMs + performance.now() - heardAtMs));
    this.#model.send(
      JSON.stringify({
        type: "conversation.item.truncate",
        item_id: id,
        content_index: 0,
        audio_end_ms: endMs,
      }),
    );
    this.#cut = id;
    this.#item = { id: "", sentMs: 0, heardMs: 0, heardAtMs: 0 };
  }
}

const server = createServer();
new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (phone) => new Bridge(phone));
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  console.log(`ready ws://127.0.0.1:${port}`);
});
