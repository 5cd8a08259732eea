import { figuresOf } from "#e2e/barge-in/figures.ts";
import { interruptionsOf } from "#e2e/barge-in/interruptions.ts";
import { callEnds, journalOf } from "#e2e/support/api.ts";
import { callCase, newBusiness, startWorld, type World } from "#e2e/support/world.ts";
import { person } from "#server/sandbox/callees/script.ts";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** Interruptions of one call at most: the sandbox's voice says goodbye after eleven turns. */
const LINES_PER_CALL = 12;
const CALLS_PER_BUSINESS = 9;
const AT_ONCE = 6;
/** The earliest and the latest moment into the agent's words. */
const EARLIEST_MS = 300;
const SPREAD_MS = 2600;
const LINES = [
  "Sorry, hold on, who are you calling for?",
  "Wait, wait. What does it cost?",
  "Let me stop you there. Are you a robot?",
];

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "64" },
    seed: { type: "string", default: "1" },
    figures: { type: "boolean", default: false },
    cases: { type: "boolean", default: false },
  },
});
const calls = Number(values.calls);
const seed = Number(values.seed);

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Somebody who cuts in at moments that the seed decides, and says little otherwise. */
function interrupter(callSeed: number) {
  const random = randomFrom(callSeed);
  const each = Array.from({ length: LINES_PER_CALL }, (_, index) => index);
  const afterMs = each.map(() => EARLIEST_MS + Math.round(random() * SPREAD_MS));
  const lines = each.map((index) => LINES[(index + callSeed) % LINES.length] ?? "Wait.");
  return person({
    voice: "rms",
    answers: [],
    lines: ["Go on.", "All right."],
    maxReplies: 40,
    closing: null,
    interrupts: { afterMs, lines },
  });
}

async function inTurn<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>) {
  const results: Result[] = [];
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift())
      results.push(await work(item));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

async function talk(world: World) {
  const businesses = await inTurn(
    Array.from({ length: Math.ceil(calls / CALLS_PER_BUSINESS) }, (_, index) => index),
    () => newBusiness(world),
  );
  const seeds = Array.from({ length: calls }, (_, index) => index);
  const cases = await inTurn(seeds, (index) =>
    callCase(world, interrupter(seed * 10_000 + index), businesses[Math.floor(index / CALLS_PER_BUSINESS)]),
  );
  const requested = await inTurn(cases, async (one) => ({ ...one, callId: await one.request() }));
  console.log(`${calls} calls are asked for.`);
  await Promise.all(requested.map(({ business, callId }) => callEnds(business.api, callId)));
  const sessions = await world.sandbox.voiceSessions();
  const found = await inTurn(requested, async ({ business, callId, consumer }) =>
    interruptionsOf(
      await world.sandbox.onlyCall(consumer.number),
      sessions,
      await journalOf(business.api, callId),
    ),
  );
  const refused = sessions
    .flatMap(({ errors }) => errors)
    .filter(({ message }) => /shorter than/.test(message));
  return { interruptions: found.flat(), refused: refused.length };
}

const world = await startWorld({ DEMO: "off" });
try {
  const { interruptions, refused } = await talk(world);
  const command = `npm run barge-in -- --calls ${calls} --seed ${seed} --figures`;
  const page = figuresOf({ command, seed, calls, interruptions, refused });
  console.log(page);
  if (values.cases) {
    for (const one of interruptions) {
      if (one.earWords.length !== one.storedWords.length || Math.abs(one.earMs - one.cutMs) > 20) {
        console.log(JSON.stringify(one));
      }
    }
  }
  if (values.figures) writeFileSync(fileURLToPath(new URL("FIGURES.md", import.meta.url)), page);
} finally {
  await world.stop();
}
