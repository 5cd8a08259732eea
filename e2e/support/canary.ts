import { databaseOf } from "#e2e/support/database.ts";
import type { World } from "#e2e/support/world.ts";
import { DATABASE_FILE } from "#server/database/embedded/storage/schema.ts";
import { MongoClient } from "mongodb";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What must be nowhere but in its own records: by what it is. */
export type Canaries = { readonly [what: string]: RegExp };

/** Everything a run left where nothing about people may be: by source. */
type Traces = Record<string, string>;

/** What is kept of people belongs into these. */
const RECORDS = ["leads", "calls", "callEvents", "users", "verifications", "serverMessages"];

/** A number in whatever way it is written. */
export const numberPattern = (e164: string): RegExp =>
  new RegExp(e164.slice(-10).replace(/^(...)(...)/, String.raw`$1\D{0,3}$2\D{0,3}`));

/** Every document of these collections, as text; of all others when `except`. */
export async function storedText(world: World, names: readonly string[], except = false): Promise<string> {
  const client = await MongoClient.connect(await databaseOf(world.baseUrl), { directConnection: true });
  try {
    const known = (await client.db().listCollections().toArray()).map(({ name }) => name);
    const chosen = known.filter((name) => names.includes(name) !== except);
    const documents = chosen.map((name) => client.db().collection(name).find().toArray());
    return JSON.stringify(await Promise.all(documents));
  } finally {
    await client.close();
  }
}

/** Output, metrics, documents that are no records of people, addresses, and files of the data folder. */
export async function tracesOf(world: World): Promise<Traces> {
  const { dataDir } = world.ringside;
  const files = readdirSync(dataDir, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith(DATABASE_FILE))
    .map(({ name }) => readFileSync(join(dataDir, name), "utf8"));
  const calls = await world.sandbox.calls();
  return {
    ...world.ringside.output(),
    metrics: await (await fetch(`${world.baseUrl}/metrics`)).text(),
    documents: await storedText(world, RECORDS, true),
    addresses: JSON.stringify(calls.map(({ streams, log }) => [streams, log])).replaceAll(
      /[^"]*\bhttp/g,
      "http",
    ),
    files: files.join("\n"),
  };
}

/** Where what was found. */
export const leaksIn = (traces: Traces, canaries: Canaries): string[] =>
  Object.entries(traces).flatMap(([source, text]) =>
    Object.entries(canaries)
      .filter(([, pattern]) => pattern.test(text))
      .map(([what]) => `${what} in ${source}`),
  );
