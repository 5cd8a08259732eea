import type { Caller } from "#server/accounts/caller.ts";
import type { Db } from "#server/database/connection.ts";
import { createHttpServer, type HttpServerParts } from "#server/http/http-server.ts";
import { createAccountProcedures } from "#server/http/procedures/account.ts";
import { forBusinesses, forConsumers } from "#server/http/procedures/base.ts";
import { createRouter, type RouterParts } from "#server/http/procedures/router.ts";
import { systemClock } from "#server/lib/clock.ts";
import { createHealth } from "#server/observability/health.ts";
import { createLogger } from "#server/observability/logger.ts";
import { createMetrics } from "#server/observability/metrics.ts";
import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export const PUBLIC_URL = "http://127.0.0.1:3000";

const consumer: Caller = {
  accountId: "acc_consumer",
  name: "Cora Canary",
  email: "cora@canary.test",
  role: "consumer",
  businessId: null,
};
const business: Caller = {
  accountId: "acc_business",
  name: "Bo Canary",
  email: "bo@canary.test",
  role: "business",
  businessId: "biz_12345678",
};
const people: Record<string, Caller> = { consumer, business };

/** Signed in by `Authorization: Bearer consumer` or the cookie `session=consumer`. */
async function callerOf(headers: { authorization?: string | undefined; cookie?: string | undefined }) {
  const name =
    headers.authorization?.slice("Bearer ".length) ?? /session=(\w+)/.exec(headers.cookie ?? "")?.[1];
  return people[name ?? ""] ?? null;
}

type Effects = { submitted: unknown[] };

/** A few real procedures with handlers that note what reached them; the others answer 500 (not implemented). */
function fixtureRouter(effects: Effects) {
  const account = createAccountProcedures({
    accounts: {
      me: async (caller) => ({ ...caller, phone: null }),
      sendPhoneCode: async () => ({ sent: true, expiresInSeconds: 600 }),
      verifyPhone: async () => {
        throw new Error("a bug that quotes cora@canary.test");
      },
    },
    stopAllCalls: async () => ({ callsCancelled: 0 }),
  });
  const submit = forConsumers.lead.submit.handler(async ({ input }) => {
    effects.submitted.push(input);
    const leadId = `lead_${String(effects.submitted.length).padStart(8, "0")}`;
    if (input.description === "fail after the effect") throw new Error("failed");
    return { leadId, matches: [] };
  });
  const leads = forBusinesses.business.leads.handler(async () => ({
    leads: [],
    next: null,
    counts: { new: 0, interested: 0, done: 0 },
  }));
  const parts = { account, lead: { submit }, business: { leads } };
  return createRouter(parts as unknown as RouterParts);
}

export type HttpFixture = {
  url: string;
  server: Server;
  effects: Effects;
  /** Everything that was logged. */
  logged(): string;
  health: HttpServerParts["health"];
  /** Sends JSON with a bearer token, or what `init` says instead. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
};

/** A listening server with stub accounts; closed when the test ends. */
export async function startHttpFixture(overrides: Partial<HttpServerParts> = {}): Promise<HttpFixture> {
  const lines: string[] = [];
  const effects: Effects = { submitted: [] };
  const distDir = await mkdtemp(join(tmpdir(), "ringside-dist-"));
  const health = createHealth(systemClock);
  const { server } = createHttpServer({
    accounts: { callerOf, authHandler: async () => new Response("{}", { status: 200 }) },
    procedures: fixtureRouter(effects),
    exports: { calls: noExport, transcript: noExport },
    twilioRouter: null,
    health,
    metrics: createMetrics({ processMetrics: false }),
    logger: createLogger({ level: "debug" }, { write: (line: string) => lines.push(line) }),
    clock: systemClock,
    db: noDatabase(),
    config: fixtureConfig(distDir),
    ...overrides,
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(distDir, { recursive: true });
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    server,
    effects,
    health,
    logged: () => lines.join(""),
    post: (path, body, headers = { authorization: "Bearer consumer" }) =>
      fetch(`${url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
  };
}

export const fixtureConfig = (distDir: string): HttpServerParts["config"] => ({
  publicUrl: PUBLIC_URL,
  metricsToken: "metrics-token",
  databaseAddress: "mongodb://127.0.0.1:27017/ringside",
  distDir,
  demo: true,
  version: "0.0.1",
});

const noExport = () => Promise.reject(new Error("Tests of exports bring their own."));

/** Only idempotency keys need a database; tests of them bring one. */
function noDatabase(): Db {
  return { collection: () => ({}) } as unknown as Db;
}
