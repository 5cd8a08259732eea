import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { startHttpFixture } from "#server/http/http-fixture.suite.ts";
import { createIdempotency, type StoredReply } from "#server/http/idempotency.ts";
import { type Clock, systemClock } from "#server/lib/clock.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();

const lead = {
  description: "A leaking roof over the kitchen",
  postalCode: "11201",
  timeZone: "America/New_York",
};
const withKey = (key: string, who = "consumer") => ({
  authorization: `Bearer ${who}`,
  "idempotency-key": key,
});
const start = () => startHttpFixture({ db: database().db });

test("[HT20] a repeat gets the first reply and has no second effect; without a key each request counts", async () => {
  const { post, effects } = await start();
  const first = await (await post("/api/leads", lead, withKey("key-1"))).text();
  const again = await post("/api/leads", lead, withKey("key-1"));
  expect(again.status).toBe(200);
  expect(await again.text()).toBe(first);
  expect(effects.submitted).toHaveLength(1);
  await post("/api/leads", lead);
  await post("/api/leads", lead);
  await post("/api/leads", lead, withKey("key-2"));
  expect(effects.submitted).toHaveLength(4);
});

test("[HT20] twenty repeats at once, over two servers, are one effect and one reply", async () => {
  const servers = [await start(), await start()];
  const posts = Array.from({ length: 20 }, (_, index) => {
    const { post } = servers[index % 2] ?? servers[0] ?? raise();
    return post("/api/leads", lead, withKey("race-1"));
  });
  const replies = await Promise.all(posts.map(async (reply) => (await reply).text()));
  expect(new Set(replies).size).toBe(1);
  expect(replies[0]).toContain("lead_");
  expect(servers.flatMap(({ effects }) => effects.submitted)).toHaveLength(1);
});

test("[HT21] a key that comes back with another body is refused; another account may use the same key", async () => {
  const { post, effects } = await start();
  await post("/api/leads", lead, withKey("key-3"));
  const other = await post("/api/leads", { ...lead, postalCode: "10001" }, withKey("key-3"));
  expect(other.status).toBe(400);
  expect(await other.json()).toMatchObject({
    code: "INVALID_INPUT",
    data: { issues: [{ path: ["Idempotency-Key"] }] },
  });
  expect((await post("/api/leads", lead, withKey("key-3", "business"))).status).toBe(403);
  expect(effects.submitted).toHaveLength(1);
});

test.each(["", "with space", "x".repeat(201)])(
  "[HT21] a key has 1 to 200 visible characters: %j",
  async (key) => {
    const { post, effects } = await start();
    expect((await post("/api/leads", lead, withKey(key))).status).toBe(400);
    expect(effects.submitted).toEqual([]);
  },
);

test("[HT22] a refused request is not remembered: it may succeed under the same key later", async () => {
  const { post, effects } = await start();
  const bad = { ...lead, description: "short" };
  expect((await post("/api/leads", bad, withKey("key-4"))).status).toBe(400);
  expect((await post("/api/leads", lead, withKey("key-4"))).status).toBe(200);
  expect(effects.submitted).toHaveLength(1);
});

test("[HT22] an unknown failure is remembered: its effect may be there", async () => {
  const { post, effects } = await start();
  const failing = { ...lead, description: "fail after the effect" };
  for (let tries = 0; tries < 3; tries++) {
    const reply = await post("/api/leads", failing, withKey("key-5"));
    expect(reply.status).toBe(500);
    expect(await reply.json()).toMatchObject({ code: "INTERNAL" });
  }
  expect(effects.submitted).toHaveLength(1);
});

test("[HT23] when a server died with the request, a repeat does the work after the lease", async () => {
  let nowMs = systemClock.nowMs();
  const sleeps: number[] = [];
  const clock: Clock = {
    ...systemClock,
    nowMs: () => nowMs,
    sleep: async (delayMs) => {
      sleeps.push(delayMs);
      nowMs += 1000;
    },
  };
  const request = { accountId: "acc_1", operation: "lead.submit", key: "dead", input: { a: 1 } };
  const idempotency = createIdempotency({ db: database().db, clock });
  void idempotency.once(request, () => new Promise<StoredReply>(() => {}));
  await database().db.collection("idempotencyKeys").findOne({}); // The first claim was sent before this read.
  const outcome = await idempotency.once(request, async () => ({ kind: "output", output: "done" }));
  expect(outcome).toEqual({ kind: "output", output: "done" });
  expect(sleeps.length).toBeGreaterThanOrEqual(30);
  const repeat = await idempotency.once(request, () => Promise.reject(new Error("done twice")));
  expect(repeat).toEqual({ kind: "output", output: "done" });
});

test("[HT20] reading procedures and strangers store no keys", async () => {
  const { url, post } = await start();
  const keys = database().db.collection("idempotencyKeys");
  const before = await keys.countDocuments();
  await fetch(`${url}/api/account/me`, { headers: withKey("key-6") });
  await post("/api/leads", lead, { "idempotency-key": "key-6" });
  expect(await keys.countDocuments()).toBe(before);
});

function raise(): never {
  throw new Error("no server");
}
