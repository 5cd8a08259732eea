import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { RealtimeClient } from "#server/sandbox/voice-model/conformance/realtime-client.ts";
import { firstUpdate, golden, playRecorded } from "#server/sandbox/voice-model/testing/golden-scripts.ts";
import { PatientClock } from "#server/sandbox/voice-model/testing/patient-clock.ts";
import { startTestServer } from "#server/sandbox/voice-model/testing/test-server.ts";

/** Keys and kinds, without values. Lists are the set of their entries' shapes; what people named themselves has no fixed keys. */
function shapeOf(value: unknown, key = ""): unknown {
  if (value === null) return "null";
  if (Array.isArray(value)) return [...new Set(value.map((entry) => JSON.stringify(shapeOf(entry))))].sort();
  if (typeof value !== "object") return typeof value;
  if (key === "metadata" || key === "parameters") return "object";
  const entries = Object.entries(value).map(([name, entry]) => [name, shapeOf(entry, name)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

let sent: unknown[] = [];
beforeAll(async () => {
  sent = await playRecorded();
});

test("[VM50] the golden session.update gives the golden configuration", async () => {
  const server = await startTestServer(new PatientClock());
  const client = await RealtimeClient.open(server.target);
  client.sendRaw(firstUpdate());
  const { session: mine } = await client.next("session.updated");
  client.close();
  server.stop();
  const [theirs] = golden("server").filter(({ event }) => event.type === "session.updated");
  const own = { id: expect.any(String), expires_at: expect.any(Number) };
  expect(mine).toEqual({ ...z.object({ session: z.looseObject({}) }).parse(theirs?.event).session, ...own });
});

test("[VM50] every golden server event has a twin of the same shape", () => {
  const shapes = new Set(sent.map((event) => JSON.stringify(shapeOf(event))));
  const strangers = golden("server")
    .filter(({ event }) => !shapes.has(JSON.stringify(shapeOf(event))))
    .map(({ file, event }) => `${file}: ${event.type} ${JSON.stringify(shapeOf(event))}`);
  expect([...new Set(strangers)]).toEqual([]);
});

test("[VM50] every event has its own id", () => {
  const ids = sent.map((event) => z.object({ event_id: z.string() }).parse(event).event_id);
  expect(ids.every((id) => /^event_[A-Za-z0-9]{21}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
});
