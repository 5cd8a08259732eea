import { appendFileSync } from "node:fs";
import { MongoClient, type Collection } from "mongodb";

/** What writers keep: single documents that come and go, and groups whose members always change together. */
export type Kept = { _id: string; owner: string; even?: boolean; group?: string; version?: number };

export const GROUP_SIZE = 5;
const VICTIM_EVERY = 3;
const GROUP_EVERY = 4;

/**
 * Writes until it is killed. Before each write a line `try …` goes to `log`, after its answer a line `done …`; the
 * log outlives a kill, because a file's bytes belong to the system once they are written.
 */
export async function writeForever(uri: string, name: string, log: string): Promise<never> {
  const client = await new MongoClient(uri).connect();
  const kept = client.db().collection<Kept>("kept");
  const noted = async (what: string, work: () => Promise<unknown>) => {
    appendFileSync(log, `try ${what}\n`);
    await work();
    appendFileSync(log, `done ${what}\n`);
  };
  await makeGroup(kept, name, noted);
  for (let at = 1; ; at += 1) {
    const id = `${name}-${at}`;
    await noted(`insert ${id}`, () => kept.insertOne({ _id: id, owner: name, even: at % 2 === 0 }));
    if (at % VICTIM_EVERY === 0) {
      const victim = `${name}-${at - 1}`;
      await noted(`delete ${victim}`, () => kept.deleteOne({ _id: victim }));
    }
    if (at % GROUP_EVERY === 0)
      await noted(`group ${name} ${at}`, () => kept.updateMany({ group: name }, { $set: { version: at } }));
  }
}

type Noted = (what: string, work: () => Promise<unknown>) => Promise<void>;

async function makeGroup(kept: Collection<Kept>, name: string, noted: Noted): Promise<void> {
  const members = Array.from({ length: GROUP_SIZE }, (_, at) => ({
    _id: `${name}-group-${at}`,
    owner: name,
    group: name,
    version: 0,
  }));
  for (const member of members) await noted(`insert ${member._id}`, () => kept.insertOne(member));
}
