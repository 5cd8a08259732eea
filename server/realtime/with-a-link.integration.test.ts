import type { Caller } from "#server/accounts/caller.ts";
import type { CallAccess } from "#server/calls/call-access.ts";
import { Failure } from "#server/lib/failure.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { createMetrics } from "#server/observability/metrics.ts";
import { createSocketServer } from "#server/realtime/socket-server.ts";
import { EMPTY_CALL_VIEW } from "#shared/call/view.ts";
import { createServer } from "node:http";
import { io } from "socket.io-client";
import { expect, onTestFinished, test } from "vitest";

const bearer: Caller = {
  accountId: "acc_maria",
  name: "Maria",
  email: "",
  role: "consumer",
  businessId: null,
  onlyCallId: "call_one",
};

test("[CL223] a socket with a signed link watches its call and nothing else", async () => {
  const httpServer = createServer();
  const own = async (caller: Caller, callId: string) => {
    if (caller.onlyCallId !== callId) throw new Failure("NOT_FOUND");
  };
  const access = {
    head: own,
    async watch(caller: Caller, callId: string) {
      await own(caller, callId);
      return { view: EMPTY_CALL_VIEW, events: [], seq: 0, draft: null };
    },
  };
  const live = createSocketServer({
    httpServer,
    accounts: { callerOf: async ({ authorization }) => (authorization === "Bearer link" ? bearer : null) },
    access: access as unknown as CallAccess,
    feed: { watched: () => undefined, board: () => Promise.reject(new Error("not asked for")) },
    speak: () => undefined,
    audit: { record: () => Promise.reject(new Error("not asked for")) },
    presence: {
      joined: () => expect.unreachable(),
      left: () => undefined,
      gone: () => undefined,
      listening: () => expect.unreachable(),
    },
    isOwnOrigin: () => true,
    clock: new ManualClock(),
    logger: silentLogger,
    metrics: createMetrics({ processMetrics: false }),
  });
  await new Promise<void>((resolve) => httpServer.listen(0, "127.0.0.1", resolve));
  const address = httpServer.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const socket = io(`http://127.0.0.1:${port}`, { transports: ["websocket"], auth: { token: "link" } });
  onTestFinished(async () => {
    socket.close();
    await live.close();
  });
  const ask = (event: string, ...given: unknown[]) => socket.emitWithAck(event, ...given);
  expect(await ask("call:watch", { callId: "call_one" })).toMatchObject({ ok: true });
  expect(await ask("call:unwatch", { callId: "call_one" })).toEqual({ ok: true });
  expect(await ask("call:watch", { callId: "call_two" })).toMatchObject({ ok: false, code: "NOT_FOUND" });
  for (const event of ["board:watch", "market:watch", "call:listen", "no:such"]) {
    expect(await ask(event, { callId: "call_one" })).toMatchObject({ ok: false, code: "FORBIDDEN" });
  }
});
