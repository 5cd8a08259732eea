import { type Quantiles, quantilesOf } from "#e2e/bench/quantiles.ts";
import { scheduleCalls } from "#e2e/bench/scheduled-calls.ts";
import { startRingside } from "#e2e/support/ringside.ts";
import { TestSandbox } from "#e2e/support/sandbox.ts";
import { until } from "#e2e/support/wait.ts";
import type { CallDocument } from "#server/calls/call-document.ts";
import { connectDatabase, type Database } from "#server/database/connection.ts";
import { startEmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";
import { silentLogger } from "#server/lib/logger.ts";
import type { CallEvent } from "#shared/call/events.ts";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

export type ScheduleFigures = {
  calls: number;
  /** In which they were due. */
  minutes: number;
  /** From the booked instant until the call is in the line, ms. */
  alarm: Quantiles;
  /** From the booked instant until an attempt is claimed and written, right before its dial, ms. */
  claim: Quantiles;
  early: number;
  /** Claimed more than once. */
  twice: number;
  never: number;
  /** Phone calls that the network got; of persons whose phone it called more than once. */
  phoneCalls: number;
  phonesTwice: number;
};

/** From the end of the preparations until the first call is due. */
const LEAD_MS = 5_000;
/** What is not claimed this long after the last instant is counted as never. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 2_000;

/** Books calls, lets a whole server make them, and compares the instants. Every phone is busy, so that the calls end at once: talking is measured by `npm run load`. */
export async function measureSchedule(calls: number, minutes: number): Promise<ScheduleFigures> {
  const folder = mkdtempSync(join(tmpdir(), "ringside-bench-"));
  const sandbox = await TestSandbox.start({ callsPerSecond: 1_000 });
  await sandbox.settings({ dialMs: 50 });
  const embedded = await startEmbeddedDatabase({ dataDir: join(folder, "database") });
  const secret = () => randomBytes(32);
  const [fieldKey, indexKey] = [secret(), secret()];
  const keys = {
    SESSION_SECRET: secret().toString("base64"),
    FIELD_KEYS: `k1:${fieldKey.toString("base64")}`,
    INDEX_KEY: indexKey.toString("base64"),
  };
  const ringside = await startRingside({
    env: { ...sandbox.env, ...keys, ...SETTINGS, MONGODB_URI: embedded.uri },
  });
  const database = await connectDatabase(embedded.uri, silentLogger);
  try {
    const fieldKeys = [{ keyId: "k1", key: fieldKey }];
    // Far enough away for the preparations, which are measured by nobody.
    const fromMs = Date.now() + LEAD_MS + calls * PREPARE_MS_EACH;
    const overMs = minutes * 60_000;
    await scheduleCalls(database, { fieldKeys, indexKey }, { calls, fromMs, overMs });
    if (Date.now() > fromMs) throw new Error("The calls were not stored before the first was due.");
    const lastAt = new Date(fromMs + overMs);
    const stored = database.db.collection("calls");
    const left = async () =>
      (await stored.countDocuments({ status: "scheduled", dueAt: { $lte: lastAt } })) +
      (await stored.countDocuments({ status: "queued" }));
    const withinMs = lastAt.getTime() - Date.now() + PATIENCE_MS;
    // What is late is in the figures.
    await until("all calls are claimed", async () => (await left()) === 0, withinMs, LOOK_MS).catch(
      () => undefined,
    );
    const phones = await phonesOf(sandbox);
    return { calls, minutes, ...(await instantsOf(database, calls)), ...phones };
  } finally {
    await database.close();
    await ringside.stop();
    await embedded.stop();
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What storing one call and its alarm takes, generously. */
const PREPARE_MS_EACH = 10;

const SETTINGS = {
  DEMO: "off",
  CALLS_PER_SECOND: "100",
  MAX_LIVE_CALLS: "10000",
  QUIET_HOURS: "off",
  // No second attempt in the run.
  RETRY_BACKOFF_SECONDS: "86400",
};

type Instants = Pick<ScheduleFigures, "alarm" | "claim" | "early" | "twice" | "never">;

async function instantsOf({ connection }: Database, calls: number): Promise<Instants> {
  const [alarm, claim]: [number[], number[]] = [[], []];
  let [early, twice] = [0, 0];
  const documents = connection
    .collection<CallDocument>("calls")
    .find({})
    .project<Pick<CallDocument, "journal">>({ journal: 1 });
  for await (const { journal } of documents) {
    const dueMs = Math.min(
      ...journal.flatMap((event) => (event.type === "call.scheduled" ? Date.parse(event.scheduledFor) : [])),
    );
    const atMs = (type: CallEvent["type"]) =>
      journal.filter((event) => event.type === type).map((event) => Date.parse(event.at) - dueMs);
    const [queuedMs] = atMs("call.queued");
    const claims = atMs("attempt.dialing");
    if (queuedMs !== undefined) alarm.push(queuedMs);
    if (claims[0] !== undefined) claim.push(claims[0]);
    if (claims.some((ms) => ms < 0)) early += 1;
    if (claims.length > 1) twice += 1;
  }
  return { alarm: quantilesOf(alarm), claim: quantilesOf(claim), early, twice, never: calls - claim.length };
}

const phoneCallsSchema = z.object({ calls: z.array(z.object({ to: z.string() })) });

/** As many as the network remembers, which is more than are ever booked here. */
async function phonesOf({
  baseUrl,
}: TestSandbox): Promise<Pick<ScheduleFigures, "phoneCalls" | "phonesTwice">> {
  const response = await fetch(`${baseUrl}/sandbox/calls?brief=1&limit=10000`);
  const { calls } = phoneCallsSchema.parse(await response.json());
  const byNumber = Map.groupBy(calls, ({ to }) => to);
  return {
    phoneCalls: calls.length,
    phonesTwice: [...byNumber.values()].filter((own) => own.length > 1).length,
  };
}
