import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import twilio from "twilio";
import type { CallListInstanceCreateOptions } from "twilio/lib/rest/api/v2010/account/call.js";
import { vi } from "vitest";
import { systemClock } from "#server/lib/clock.ts";
import { CalleeDirectory } from "#server/sandbox/callees/callee-directory.ts";
import { createPhoneNetwork } from "#server/sandbox/phone/phone-network.ts";
import type { Settings } from "#server/sandbox/phone/settings.ts";
import { type Customer, startCustomer, type Webhook } from "#server/sandbox/phone/testing/customer.ts";
import { speak } from "#server/sandbox/speech/voices.ts";

export const ACCOUNT = `AC${"a1".repeat(16)}`;
export const TOKEN = "the-auth-token";
export const API_KEY = `SK${"b2".repeat(16)}`;
export const API_SECRET = "the-api-secret";
export const FROM = "+15005550006";

const { RequestClient } = twilio;

/** Sends the SDK's requests to the sandbox, keeping the original host in the path. */
class SandboxRequestClient extends RequestClient {
  readonly #base: string;

  constructor(base: string) {
    super({ timeout: 5000 });
    this.#base = base;
  }

  override request<T>(options: Parameters<typeof RequestClient.prototype.request<T>>[0]) {
    const url = new URL(options.uri);
    return super.request<T>({ ...options, uri: `${this.#base}/${url.hostname}${url.pathname}${url.search}` });
  }
}

/** Ringing takes no time here; audio stays real time. */
const FAST: Partial<Settings> = {
  callsPerSecond: 500,
  dialMs: 2,
  ringMs: 2,
  amdMs: 20,
  priceAfterMs: 20,
  messageMs: 2,
  recordingMs: 2,
};

/** Waits until `check` passes; generous, because the machine may be busy. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000, interval: 20 });
}

type Kind = "voice" | "status" | "ended" | "stream" | "media" | "recording";
type CreateOptions = Partial<CallListInstanceCreateOptions>;

/** The phone network on loopback, the real SDK as its client, and a customer's server for its webhooks. */
export class Rig {
  readonly base: string;
  readonly customer: Customer;
  readonly client: ReturnType<typeof twilio>;
  readonly #httpClient: SandboxRequestClient;
  readonly #stopNetwork: () => Promise<void>;
  #numbers = 0;

  constructor(base: string, customer: Customer, stopNetwork: () => Promise<void>) {
    this.base = base;
    this.customer = customer;
    this.#httpClient = new SandboxRequestClient(base);
    this.client = this.clientAs(ACCOUNT, TOKEN);
    this.#stopNetwork = stopNetwork;
  }

  clientAs(user: string, secret: string): ReturnType<typeof twilio> {
    return twilio(user, secret, { httpClient: this.#httpClient, accountSid: ACCOUNT });
  }

  async control(method: string, path: string, body?: unknown) {
    const response = await fetch(`${this.base}/sandbox${path}`, {
      method,
      headers: { "Content-Type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: response.status, json: await response.json() };
  }

  /** A number nobody used before, answered by `script`. */
  async newNumber(script: unknown = "silent"): Promise<string> {
    const number = `+1415556${String(++this.#numbers).padStart(4, "0")}`;
    await this.control("PUT", `/numbers/${number}`, { script });
    return number;
  }

  /**
   * Dials a fresh number whose document is `verbs`. Webhooks and sockets arrive under `/<kind>/<number>`; an
   * attribute value `@kind` in the verbs stands for that address.
   */
  async dial(verbs: string, more: CreateOptions = {}, script: unknown = "silent") {
    const { customer } = this;
    const to = await this.newNumber(script);
    const path = (kind: Kind) => `/${kind}/${to}`;
    const url = (kind: Kind) => customer.origin + path(kind);
    const filled = verbs.replace(/="@(\w+)/g, (_, kind: Kind) => `="${url(kind)}`);
    customer.serve(path("voice"), filled);
    const { sid } = await this.client.calls.create({
      to,
      from: FROM,
      url: url("voice"),
      statusCallback: url("status"),
      statusCallbackEvent: ["initiated", "ringing", "answered", "completed"],
      ...more,
    });
    const isEnd = (webhook: Webhook) =>
      webhook.path === path("status") && "SipResponseCode" in webhook.fields;
    return {
      sid,
      to,
      path,
      statuses: () => customer.statuses(path("status")),
      webhook: (kind: Kind) => customer.webhooks.first((webhook) => webhook.path === path(kind)),
      /** The terminal status callback. */
      over: () => customer.webhooks.first(isEnd),
      socket: () => customer.sockets.first((socket) => socket.path.startsWith(path("media"))),
      view: async () => (await this.control("GET", `/calls/${sid}`)).json,
      control: (act: string, body?: unknown) => this.control("POST", `/calls/${sid}/${act}`, body),
    };
  }

  async stop(): Promise<void> {
    await this.customer.stop();
    await this.#stopNetwork();
  }
}

export async function startRig(settings: Partial<Settings> = {}): Promise<Rig> {
  const callees = new CalleeDirectory(speak);
  const network = createPhoneNetwork({
    clock: systemClock,
    accountSid: ACCOUNT,
    authToken: TOKEN,
    apiKeys: { [API_KEY]: API_SECRET },
    fromNumbers: ["+14155550100"],
    directory: callees,
    settings: { ...FAST, ...settings },
  });
  const app = express();
  app.use("/sandbox/numbers", callees.router);
  app.use("/sandbox", network.control);
  app.use(network.router);
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return new Rig(`http://127.0.0.1:${port}`, await startCustomer(TOKEN), async () => {
    network.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
}
