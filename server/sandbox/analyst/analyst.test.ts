import Anthropic from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import express from "express";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { FaultQueue } from "#server/sandbox/analyst/analyst-faults.ts";
import { analystFaults } from "#server/sandbox/faults/analyst-faults.ts";
import { FaultDesk } from "#server/sandbox/faults/fault-desk.ts";
import { kebab } from "#server/sandbox/faults/fault-names.ts";
import { createAnalystRouter } from "#server/sandbox/analyst/analyst.ts";

const KEY = "sk-ant-sandbox";
const MODEL = "claude-haiku-5-5";
let server: Server;
let baseURL = "";

beforeAll(async () => {
  const faults = new FaultQueue();
  const control = express.Router().use(express.json());
  new FaultDesk({ analyst: analystFaults(faults) }).mount(control);
  const app = express().use("/sandbox", control);
  server = createServer(app.use(createAnalystRouter({ apiKey: KEY, faults })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => fetch(`${baseURL}/sandbox/faults`, { method: "DELETE" }));

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const client = (options: { apiKey?: string; maxRetries?: number } = {}) =>
  new Anthropic({ apiKey: KEY, baseURL, maxRetries: 0, ...options });

const ask = (text: string) => ({
  model: MODEL,
  max_tokens: 1000,
  messages: [{ role: "user" as const, content: text }],
});

async function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const usual = {
    authorization: `Bearer ${KEY}`,
    "anthropic-version": "2026-10-21",
    "content-type": "application/json",
  };
  return fetch(`${baseURL}/v1/messages`, {
    method: "POST",
    headers: { ...usual, ...headers },
    body: JSON.stringify(body),
  });
}

async function fault(
  { kind, ...more }: { kind: string } & Record<string, unknown>,
  rest: { times?: number; about?: string } = {},
): Promise<void> {
  const response = await fetch(`${baseURL}/sandbox/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ peer: "analyst", fault: kebab(kind), ...more, ...rest }),
  });
  expect(response.status).toBe(200);
}

test("[AN1] a message has the shape, the usage and the request id of the real service", async () => {
  const { data, request_id } = await client().messages.create(ask("Request: My sink leaks.")).withResponse();
  expect(request_id).toMatch(/^req_/);
  expect(data).toMatchObject({
    type: "message",
    role: "assistant",
    model: MODEL,
    stop_reason: "end_turn",
    stop_sequence: null,
  });
  expect(data.id).toMatch(/^msg_/);
  expect(data.content).toEqual([{ type: "text", text: "My sink leaks.", citations: null }]);
  expect(data.usage).toMatchObject({
    input_tokens: 7,
    output_tokens: 4,
    cache_read_input_tokens: 0,
    service_tier: "standard",
  });
});

test("[AN2] only the bearer key comes in", async () => {
  await expect(client({ apiKey: "wrong" }).messages.create(ask("hi"))).rejects.toMatchObject({
    status: 401,
    type: "authentication_error",
  });
  const response = await post(ask("hi"), { authorization: "", "x-api-key": KEY });
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({
    type: "error",
    error: { type: "authentication_error" },
    request_id: expect.stringMatching(/^req_/),
  });
});

test.each([
  [
    "no max_tokens",
    { model: MODEL, messages: [{ role: "user", content: "hi" }] },
    400,
    "max_tokens: Field required",
  ],
  ["no model", { max_tokens: 1, messages: [{ role: "user", content: "hi" }] }, 400, "model: Field required"],
  ["no messages", { model: MODEL, max_tokens: 1 }, 400, "messages: Field required"],
  ["a temperature", { ...ask("hi"), temperature: 0 }, 400, "temperature: is not supported by this model"],
  ["an unknown field", { ...ask("hi"), colour: "red" }, 400, "colour: Extra inputs are not permitted"],
  [
    "a prefilled answer",
    { ...ask("hi"), messages: [{ role: "assistant", content: "{" }] },
    400,
    /prefilling/,
  ],
  ["an unknown model", { ...ask("hi"), model: "claude-99" }, 404, "model: claude-99"],
])("[AN3] %s is refused", async (_name, body, status, message) => {
  const response = await post(body);
  expect(response.status).toBe(status);
  const { error } = z.object({ error: z.object({ message: z.string() }) }).parse(await response.json());
  expect(error.message).toMatch(message);
});

test("[AN3] a body that is no JSON, and a missing version header, are invalid requests", async () => {
  const headers = { authorization: `Bearer ${KEY}`, "anthropic-version": "2026-10-21" };
  const broken = await fetch(`${baseURL}/v1/messages`, { method: "POST", headers, body: "{" });
  expect([broken.status, await broken.json()]).toMatchObject([
    400,
    { error: { type: "invalid_request_error" } },
  ]);
  const unversioned = await post(ask("hi"), { "anthropic-version": "" });
  expect(unversioned.status).toBe(400);
});

test("[AN4] a stream carries the same message in the service's order", async () => {
  const stream = client().messages.stream(
    ask("Request: My roof lost eleven shingles in the storm on Sunday night and now it drips."),
  );
  const types: string[] = [];
  for await (const event of stream) types.push(event.type);
  const message = await stream.finalMessage();
  expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
  expect(types.length).toBeGreaterThan(6);
  expect(message.content[0]).toMatchObject({ type: "text", text: expect.stringContaining("shingles") });
  expect(message.usage.output_tokens).toBeGreaterThan(10);
});

test("[AN5] an identical marked prefix is read from the cache the second time", async () => {
  const system = [
    {
      type: "text" as const,
      text: "You classify requests. ".repeat(50),
      cache_control: { type: "ephemeral" as const },
    },
  ];
  const first = await client().messages.create({ ...ask("Request: one"), system });
  const second = await client().messages.create({ ...ask("Request: two"), system });
  expect(first.usage.cache_creation_input_tokens).toBeGreaterThan(300);
  expect(second.usage.cache_read_input_tokens).toBe(first.usage.cache_creation_input_tokens);
  expect(second.usage.cache_creation_input_tokens).toBe(0);
});

test("[AN6] max_tokens cuts the answer off", async () => {
  const message = await client().messages.create({
    ...ask("Request: My kitchen sink is leaking badly."),
    max_tokens: 3,
  });
  expect(message).toMatchObject({ stop_reason: "max_tokens", usage: { output_tokens: 3 } });
});

test.each([
  ["a wrong key", { kind: "error", status: 401 }, 401, "authentication_error"],
  ["a server error", { kind: "error", status: 500 }, 500, "api_error"],
  ["overload", { kind: "error", status: 529 }, 529, "overloaded_error"],
  ["a rate limit", { kind: "rateLimit", retryAfterSeconds: 7 }, 429, "rate_limit_error"],
])("[AN7] scripted: %s", async (_name, kind, status, type) => {
  await fault(kind);
  const error = await client()
    .messages.create(ask("hi"))
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ status, type });
  const retryAfter = error instanceof Anthropic.APIError ? error.headers?.get("retry-after") : undefined;
  expect(retryAfter).toBe(status === 429 ? "7" : null);
  expect((await client().messages.create(ask("Request: again"))).stop_reason).toBe("end_turn");
});

test("[AN7] scripted: the SDK's own retry gets through a single overload", async () => {
  await fault({ kind: "rateLimit", retryAfterSeconds: 0 });
  expect((await client({ maxRetries: 1 }).messages.create(ask("Request: again"))).stop_reason).toBe(
    "end_turn",
  );
});

test("[AN7] scripted: refusal and a cut off answer come as ordinary messages", async () => {
  await fault({ kind: "refusal" });
  await fault({ kind: "maxTokens" });
  expect(await client().messages.create(ask("Request: one"))).toMatchObject({
    stop_reason: "refusal",
    content: [],
  });
  expect(await client().messages.create(ask("Request: one two three four"))).toMatchObject({
    stop_reason: "max_tokens",
  });
});

test("[AN7] scripted: hang, reset and an error in the middle of a stream", async () => {
  await fault({ kind: "reset" });
  await expect(client().messages.create(ask("hi"))).rejects.toThrow(/[Cc]onnection/);
  await fault({ kind: "midStreamError" });
  const stream = client().messages.stream(
    ask("Request: My sink leaks and leaks and leaks and leaks and leaks."),
  );
  await expect(stream.finalMessage()).rejects.toThrow(/Overloaded/);
  await fault({ kind: "hang" });
  const abort = new AbortController();
  const hanging = client().messages.create(ask("hi"), { signal: abort.signal });
  const taken = async () => {
    const { faults } = z
      .object({ faults: z.array(z.unknown()) })
      .parse(await (await fetch(`${baseURL}/sandbox/faults`)).json());
    return faults.length === 0;
  };
  const caught = hanging.catch((error: unknown) => error);
  await expect.poll(taken, { timeout: 20_000 }).toBe(true);
  abort.abort();
  expect(await caught).toBeInstanceOf(Anthropic.APIUserAbortError);
});

test("[AN7] scripted: a fault about one text leaves other requests alone", async () => {
  await fault({ kind: "error", status: 529 }, { about: "leaks badly" });
  expect((await client().messages.create(ask("hi"))).type).toBe("message");
  await expect(client().messages.create(ask("It leaks badly."))).rejects.toThrow(/529/);
  expect((await client().messages.create(ask("It leaks badly."))).type).toBe("message");
});

test("[AN8] structured output satisfies the schema, known words or not", async () => {
  const schema = z.object({
    kind: z.enum(["green", "other"]),
    when: z.string().nullable(),
    nested: z.object({ count: z.number().int(), flags: z.array(z.boolean()) }),
    list: z.array(z.object({ a: z.string() })).min(1),
    either: z.union([z.object({ x: z.literal("x") }), z.number()]),
    summary: z.number(),
  });
  const message = await client().messages.parse({
    ...ask("Tell me."),
    output_config: { format: zodOutputFormat(schema) },
  });
  expect(message.parsed_output).toEqual({
    kind: "other",
    when: null,
    nested: { count: 0, flags: [] },
    list: [{ a: "Not stated." }],
    either: { x: "x" },
    summary: 0,
  });
});

test("[AN9] tokens can be counted and the model looked up", async () => {
  const { input_tokens } = await client().messages.countTokens({
    model: MODEL,
    messages: [{ role: "user", content: "x".repeat(35) }],
  });
  expect(input_tokens).toBe(11);
  expect((await client().models.retrieve(MODEL)).id).toBe(MODEL);
  await expect(client().models.retrieve("claude-99")).rejects.toMatchObject({ status: 404 });
});
