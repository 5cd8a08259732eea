import { databaseOf } from "#e2e/support/database.ts";
import { isUnderWay } from "#e2e/support/sandbox.ts";
import { until } from "#e2e/support/wait.ts";
import type { World } from "#e2e/support/world.ts";
import { FINAL_STATUSES } from "#shared/call/status.ts";
import { MongoClient } from "mongodb";

/** Alarms of a call that has ended wait for some seconds at most: confirmations and the last look. */
const QUIET_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 500;

async function metric(baseUrl: string, line: RegExp): Promise<number> {
  const text = await (await fetch(`${baseUrl}/metrics`)).text();
  const [, value] = line.exec(text) ?? [];
  if (value === undefined) throw new Error(`The server does not tell ${line.source}.`);
  return Number(value);
}

/** Agenda watches over every alarm that rang for half of its lock's minute, however soon its handler is done. */
const ALARM_WATCHED_MS = 30_000;
/** The carrier's price is asked for a minute after the call. */
const PRICE_MS = 60_000;
const SLACK_MS = 10_000;

/** Timers that the server's process holds now. Its sockets are seen at their other ends; the database's pool grows with the load. */
function timersOf({ baseUrl }: Pick<World, "baseUrl">): Promise<number> {
  return metric(baseUrl, /^nodejs_active_resources\{type="Timeout"\} (\d+)/m);
}

/** Timers of a server that does nothing: the fewest in the time in which every alarm that rang before is forgotten. */
export async function idleTimers(world: World): Promise<number> {
  const untilMs = performance.now() + ALARM_WATCHED_MS + LOOK_EVERY_MS;
  let fewest = await timersOf(world);
  while (performance.now() < untilMs) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    fewest = Math.min(fewest, await timersOf(world));
  }
  return fewest;
}

/** Everything that no ended call may leave behind; empty when all is quiet. */
async function leftovers(world: World, client: MongoClient): Promise<string[]> {
  const found: string[] = [];
  const note = (count: number, what: string) => {
    if (count > 0) found.push(`${count} ${what}`);
  };
  note(await metric(world.baseUrl, /^ringside_calls_live (\d+)/m), "actors");
  const phone = await world.sandbox.calls();
  note(phone.filter(isUnderWay).length, "phones that ring or talk");
  const streams = phone.flatMap((call) => call.streams);
  note(streams.filter(({ state }) => state === "open" || state === "connecting").length, "media sockets");
  const sessions = await world.sandbox.voiceSessions();
  note(sessions.filter(({ state }) => state === "open").length, "voice sessions");
  const database = client.db();
  const calls = database.collection<{ _id: string; status: string; livePersonKey: string | null }>("calls");
  note(
    await calls.countDocuments({ livePersonKey: { $type: "string" } }),
    "people who count as being on the phone",
  );
  const over = await calls
    .find({ status: { $in: [...FINAL_STATUSES] } }, { projection: { _id: 1 } })
    .toArray();
  const ids = over.map(({ _id }) => _id);
  const alarms = database.collection("agendaJobs");
  // The carrier's price comes a minute later: a call that has ended still waits for that.
  const ofEnded = {
    name: { $ne: "call.settleCost" },
    $or: [{ "data.key": { $in: ids } }, { "data.ringing": { $in: ids } }],
  };
  note(await alarms.countDocuments(ofEnded), "alarms of calls that have ended");
  return found;
}

/** Waits until nothing of any call is left, in the server, at the peers and in the database. What is left after a minute. */
export async function becomesQuiet(world: World): Promise<string[]> {
  const client = await MongoClient.connect(await databaseOf(world.baseUrl), { directConnection: true });
  let left: string[] = [];
  try {
    await until(
      "all is quiet",
      async () => {
        left = await leftovers(world, client);
        return left.length === 0;
      },
      QUIET_WITHIN_MS,
      LOOK_EVERY_MS,
    );
    return [];
  } catch (error) {
    return left.length > 0 ? left : [error instanceof Error ? error.message : String(error)];
  } finally {
    await client.close();
  }
}

/** Waits until the server's process holds no more timers than before: not even for a price. What it holds more after that. */
export async function timersReturn(
  world: Pick<World, "baseUrl">,
  before: number,
  withinMs = PRICE_MS + ALARM_WATCHED_MS + SLACK_MS,
): Promise<string[]> {
  let now = before;
  const isBack = async () => {
    now = await timersOf(world);
    return now <= before;
  };
  const back = await until("the timers are back", isBack, withinMs, LOOK_EVERY_MS).catch(() => false);
  return back ? [] : [`${now - before} timers`];
}
