import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** One answer of the service. `hangUp` breaks the connection instead. */
export type Script = { status: number; body: unknown; headers?: Record<string, string> } | { hangUp: true };

export type Received = {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: Record<string, unknown>;
};

/** A Messages service on loopback that answers what it is told to; the last script stays. */
export class ScriptedMessages {
  readonly received: Received[] = [];
  scripts: Script[] = [];
  readonly #http: Server;

  private constructor(http: Server) {
    this.#http = http;
    http.on("request", (request, response) => {
      let text = "";
      request.on("data", (chunk) => (text += chunk));
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        this.received.push({ method, url, headers, body: text === "" ? {} : JSON.parse(text) });
        const script = this.scripts.length > 1 ? this.scripts.shift() : this.scripts[0];
        if (!script || "hangUp" in script) {
          request.socket.destroy();
          return;
        }
        response.writeHead(script.status, { "content-type": "application/json", ...script.headers });
        response.end(JSON.stringify(script.body));
      });
    });
  }

  static async start(): Promise<ScriptedMessages> {
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    return new ScriptedMessages(http);
  }

  get baseUrl(): string {
    const { port } = this.#http.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

/** An answer whose text block holds `value`, after a thought. */
export function answerOf(value: unknown, stopReason = "end_turn"): Script {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return {
    status: 200,
    body: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude-haiku-5-5",
      content: [
        { type: "thinking", thinking: "Hm.", signature: "s" },
        { type: "text", text, citations: null },
      ],
      stop_reason: stopReason,
      stop_sequence: null,
      usage: {
        input_tokens: 400,
        cache_creation_input_tokens: 20,
        cache_read_input_tokens: 80,
        output_tokens: 60,
      },
    },
  };
}

/** An error the SDK does not try again. */
export function errorOf(status: number, type: string, headers: Record<string, string> = {}): Script {
  const body = { type: "error", error: { type, message: "words of the service" }, request_id: "req_1" };
  return { status, body, headers: { "x-should-retry": "false", ...headers } };
}
