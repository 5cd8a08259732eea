import express, { type Router } from "express";
import { z } from "zod";
import type { CallLog } from "#server/sandbox/phone/call-log.ts";
import { callBrief, callView } from "#server/sandbox/phone/call-view.ts";
import type { FaultDesk } from "#server/sandbox/faults/fault-desk.ts";
import type { MediaStream } from "#server/sandbox/phone/media-stream.ts";
import type { CallEntry, Registry } from "#server/sandbox/phone/registry.ts";
import type { RestMessages } from "#server/sandbox/phone/rest-messages.ts";
import { type SettingsBook, settingsPatchSchema } from "#server/sandbox/phone/settings.ts";

export type ControlParts = {
  readonly registry: Registry;
  readonly messages: RestMessages;
  readonly settings: SettingsBook;
  readonly faults: FaultDesk;
};

const DEFAULT_LIMIT = 200;
const saySchema = z.strictObject({ text: z.string().min(1).max(1000) });
const pressSchema = z.strictObject({ digits: z.string().regex(/^[\d*#]+$/) });
const streamSchema = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("tear") }),
  z.strictObject({ do: z.literal("freeze") }),
  z.strictObject({ do: z.literal("thaw") }),
  z.strictObject({ do: z.literal("cut") }),
  z.strictObject({ do: z.literal("duplicate") }),
  z.strictObject({ do: z.literal("jitter"), ms: z.number().int().min(0).max(10_000) }),
  z.strictObject({ do: z.literal("gap"), ms: z.number().int().positive().max(60_000) }),
  z.strictObject({ do: z.literal("burst"), ms: z.number().int().positive().max(10_000) }),
]);

type StreamOrder = z.infer<typeof streamSchema>;

function disturb(stream: MediaStream, order: StreamOrder, log: CallLog): void {
  log.add("stream.disturbed", { streamSid: stream.sid, ...order });
  switch (order.do) {
    case "tear":
      return stream.tear();
    case "freeze":
      return stream.freeze(true);
    case "thaw":
      return stream.mend();
    case "cut":
      return stream.cut();
    case "duplicate":
      return void stream.duplicate().then((end) => log.add("stream.duplicate-ended", end));
    case "gap":
    case "burst":
    case "jitter":
      return stream[order.do](order.ms);
  }
}

/** The control interface of the phone network: what tests and demos read and steer. Who may, decides local-only.ts. */
export class Control {
  readonly router: Router = express.Router();
  readonly #parts: ControlParts;

  constructor(parts: ControlParts) {
    this.#parts = parts;
    this.router.use(express.json());
    this.#mountCalls();
    this.#mountNetwork();
  }

  #mountCalls(): void {
    this.router.get("/calls", (request, response) => {
      const { to, limit, brief } = request.query;
      const entries = this.#parts.registry.newestFirst();
      const hits = entries.filter(({ leg }) => typeof to !== "string" || leg.options.to === to);
      response.json({
        calls: hits.slice(0, Number(limit ?? DEFAULT_LIMIT)).map(brief === undefined ? callView : callBrief),
      });
    });
    this.#onCall("get", "", (entry) => callView(entry));
    this.#onCall("post", "/hangup", ({ leg }) => leg.hangUp("callee"));
    this.#onCall("post", "/say", ({ leg }, body) => leg.line?.say(saySchema.parse(body).text));
    this.#onCall("post", "/press", ({ leg }, body) => {
      for (const digit of pressSchema.parse(body).digits) leg.line?.press(digit);
    });
    this.#onCall("post", "/stream", ({ leg, call }, body) => {
      const order = streamSchema.parse(body);
      const stream = call?.streams.at(-1);
      if (stream) disturb(stream, order, leg.log);
    });
  }

  #mountNetwork(): void {
    const { messages, settings, faults } = this.#parts;
    this.router.get("/messages", (request, response) => {
      const { to, limit } = request.query;
      const newest = messages.inbox(typeof to === "string" ? to : null);
      response.json({ messages: limit === undefined ? newest : newest.slice(0, Number(limit) || 0) });
    });
    this.router.get("/settings", (_request, response) => void response.json(settings.current));
    this.router.put("/settings", (request, response) => {
      const patch = settingsPatchSchema.safeParse(request.body);
      if (patch.success) response.json(settings.change(patch.data));
      else response.status(400).json({ message: z.prettifyError(patch.error) });
    });
    faults.mount(this.router);
  }

  /** A route on one call; replies with what `act` returns, or with the call. */
  #onCall(method: "get" | "post", path: string, act: (entry: CallEntry, body: unknown) => unknown): void {
    this.router[method](`/calls/:sid${path}`, (request, response) => {
      const entry = this.#parts.registry.get(String(request.params.sid));
      if (!entry) return void response.status(404).json({ message: "There is no such call." });
      try {
        response.json(act(entry, request.body) ?? callView(entry));
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        response.status(400).json({ message: z.prettifyError(error) });
      }
    });
  }
}
