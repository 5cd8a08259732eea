import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import twilio from "twilio";
import { systemClock } from "#server/lib/clock.ts";
import { CalleeDirectory } from "#server/sandbox/callees/callee-directory.ts";
import { createPhoneNetwork } from "#server/sandbox/phone/phone-network.ts";
import type { Settings } from "#server/sandbox/phone/settings.ts";
import { startCustomer } from "#server/sandbox/phone/testing/customer.ts";
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
};

export type Rig = Awaited<ReturnType<typeof startRig>>;

/** The phone network on loopback, the real SDK as its client, and a customer's server for its webhooks. */
export async function startRig(settings: Partial<Settings> = {}) {
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
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const customer = await startCustomer(TOKEN);
  const httpClient = new SandboxRequestClient(base);

  async function control(method: string, path: string, body?: unknown) {
    const response = await fetch(`${base}/sandbox${path}`, {
      method,
      headers: { "Content-Type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: response.status, json: await response.json() };
  }

  return {
    base,
    customer,
    client: twilio(ACCOUNT, TOKEN, { httpClient }),
    clientAs: (user: string, secret: string) =>
      twilio(user, secret, { httpClient, accountSid: ACCOUNT, autoRetry: false }),
    control,
    /** The control API's view of a call. */
    view: async (sid: string) => (await control("GET", `/calls/${sid}`)).json,
    script: (number: string, script: unknown) => control("PUT", `/numbers/${number}`, { script }),
    async stop() {
      network.stop();
      await customer.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
