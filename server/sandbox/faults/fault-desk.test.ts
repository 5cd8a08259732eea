import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { FaultQueue as AnalystQueue } from "#server/sandbox/analyst/analyst-faults.ts";
import { analystFaults } from "#server/sandbox/faults/analyst-faults.ts";
import { FaultDesk } from "#server/sandbox/faults/fault-desk.ts";
import { phoneFaults } from "#server/sandbox/faults/phone-faults.ts";
import { voiceFaults } from "#server/sandbox/faults/voice-faults.ts";
import { FaultPanel } from "#server/sandbox/phone/faults.ts";
import { FaultQueue as VoiceQueue } from "#server/sandbox/voice-model/faults.ts";
import { FAULT_CATALOGUE, faultOrderOf } from "#shared/sandbox/fault-catalogue.ts";

const panel = new FaultPanel();
const voice = new VoiceQueue();
const analyst = new AnalystQueue();
const app = express();
app.use(express.json());
new FaultDesk({
  phone: phoneFaults(panel),
  voice: voiceFaults({ faults: voice, sessions: () => [] }),
  analyst: analystFaults(analyst),
}).mount(app);
const server = createServer(app);
let origin = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
afterEach(() => ask("DELETE"));

async function ask(method: string, body?: unknown) {
  const reply = await fetch(`${origin}/faults`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: reply.status, json: await reply.json() };
}

test("[SB81] one list of orders arms the faults of all peers, in the same words in which they are shown", async () => {
  const orders = [
    { target: "create", fault: "drop-reply", to: "+14155550101" },
    { peer: "voice", fault: "stall", afterMs: 10, forMs: 500, times: 2, person: "p1" },
    { peer: "analyst", fault: "rate-limit", about: "leak" },
  ];
  expect(await ask("POST", orders)).toMatchObject({ status: 200 });
  const faults = [
    { peer: "phone", target: "create", fault: "drop-reply", times: 1, delayMs: 1000, to: "+14155550101" },
    { peer: "voice", fault: "stall", afterMs: 10, forMs: 500, person: "p1", times: 2 },
    { peer: "analyst", fault: "rate-limit", retryAfterSeconds: 1, about: "leak", times: 1 },
  ];
  expect((await ask("GET")).json).toEqual({ faults });
  expect(panel.takeRest("create", "+14155550101")?.fault).toBe("drop-reply");
  expect(voice.takeForSession("p1")).toMatchObject([{ kind: "stall" }]);
  expect(analyst.take({ text: "a leak" })).toMatchObject({ kind: "rateLimit" });
  expect((await ask("GET")).json).toMatchObject({ faults: [{ peer: "voice", times: 1 }] });
  expect((await ask("DELETE")).json).toEqual({ faults: [] });
  expect((await ask("POST", faults)).json).toEqual({ faults });
});

test.each([
  [{ peer: "carrier", fault: "drop" }],
  [{ fault: "drop" }],
  [{ peer: "voice", fault: "explode" }],
  [{ peer: "voice", fault: "stall" }],
  [{ peer: "voice", fault: 7 }],
  [{ peer: "voice", fault: "drop", sessionId: "sess_nobody" }],
  [{ peer: "analyst", fault: "error", status: 404 }],
  [{ target: "callback", fault: "drop-before" }],
])(
  "[SB82] a bad order is refused with a sentence, and the good ones beside it change nothing: %j",
  async (bad) => {
    const reply = await ask("POST", [{ target: "create", fault: "too-many" }, bad]);
    // An order for a session that is gone is only known to be bad when it is armed.
    if (!("sessionId" in bad)) expect((await ask("GET")).json).toEqual({ faults: [] });
    expect(reply.status).toBe(400);
    expect(reply.json.message).toMatch(/\w+/);
  },
);

test.each(
  FAULT_CATALOGUE.flatMap((kind) =>
    (kind.targets.length > 0 ? kind.targets : [null]).map((target) => ({ kind, target })),
  ),
)("[SB83] what the page offers can be armed: $kind.peer $target $kind.fault", async ({ kind, target }) => {
  const { json } = await ask("POST", faultOrderOf(kind, target, {}));
  expect(json).toMatchObject({ faults: [{ peer: kind.peer, fault: kind.fault, times: 1 }] });
});
