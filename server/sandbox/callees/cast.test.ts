import { decodeMulaw } from "#shared/mulaw.ts";
import { CAST } from "#server/sandbox/callees/cast.ts";
import { Conversation, speak } from "#server/sandbox/callees/talk.fixture.ts";
import type { Verdict } from "#server/sandbox/phone/callee.ts";
import { expect, test } from "vitest";

const OPENING =
  "Hello, this is Sam, an AI assistant calling for Acme about your request for help with your roof. If you do not want calls like this, just say stop calling me, or press nine. Is now a good time to talk?";
const WHO = "Am I speaking with the person who asked for this call?";

function answers(name: string): { call: Conversation; verdict: Verdict } {
  const plan = CAST.get(name)?.(speak);
  if (plan?.kind !== "answers") throw new Error(`${name} does not answer`);
  return { call: new Conversation(plan.pickUp()), verdict: plan.verdict };
}

/** What this person says to each thing the agent says; the hello comes first. */
async function replies(name: string, ...turns: string[]): Promise<string[]> {
  const { call } = answers(name);
  await call.run(2500);
  const said = [call.heard];
  for (const turn of turns) said.push(call.ended ? "(gone)" : await call.exchange(turn));
  return said;
}

test.each([
  [
    "hard-of-hearing",
    [OPENING, OPENING, OPENING],
    [/speak up/, /Could you say that again/, /again/, /good time/],
  ],
  ["hostile", [OPENING, WHO, "I am sorry."], [/What do you want/, /no patience/, /none of your/, /disgrace/]],
  [
    "child",
    [OPENING, WHO, "Is your mother there?"],
    [/Who is there/, /horse/, /I am six/, /Mommy is at work/],
  ],
  ["asks-robot", [OPENING, "Yes, I am an AI."], [/Hello/, /Are you a robot/, /real person/]],
  [
    "wrong-person",
    [OPENING, WHO, "I am sorry. Goodbye."],
    [/Hello/, /wrong number/, /wrong number/, /Goodbye/],
  ],
  [
    "wants-person",
    [OPENING, "I'll ask Acme to call you back personally."],
    [/Hello/, /real person/, /I wait/],
  ],
  ["later", [OPENING, "What time suits you?"], [/hello/, /call me back tomorrow at ten/, /Tomorrow at ten/]],
  [
    "opts-out-politely",
    [OPENING, "I am sorry to hear that.", "You will not be called again. Goodbye."],
    [/Hello/, /lose my number/, /remove my number/, /Goodbye/],
  ],
] as const)("[SB66] %s says what they are chosen for", async (name, turns, expected) => {
  const said = await replies(name, ...turns);
  expect(said).toHaveLength(expected.length);
  expected.forEach((pattern, index) => expect(said[index]).toMatch(pattern));
});

test("[SB66] who opts out politely never says the usual words", async () => {
  expect((await replies("opts-out-politely", OPENING, "Sorry?")).join(" ")).not.toMatch(/stop|call me/i);
});

test("[SB66] hostile people hang up while the agent talks", async () => {
  const { call } = answers("hostile");
  await call.run(2500);
  for (const turn of [OPENING, WHO, "I am sorry."]) await call.exchange(turn);
  expect(call.ended).toBe(false);
  call.agentSays(OPENING);
  await call.run(2000);
  expect(call.ended).toBe(true);
});

test("[SB66] who opts out by key presses it once, in the middle of the opening, and says nothing", async () => {
  const { call } = answers("opts-out-by-key");
  await call.run(2500);
  call.heard = "";
  call.agentSays(OPENING);
  await call.run(2000);
  expect(call.keys).toBe("");
  await call.run(4000);
  await call.exchange("You will not be called again. Goodbye.");
  expect([call.keys, call.heard]).toEqual(["9", ""]);
});

test("[SB67] a child hands the phone over, and then a parent is there who says hello and takes turns", async () => {
  const { call } = answers("child-fetches-parent");
  await call.run(2500);
  expect(await call.exchange(OPENING)).toBe("Wait, I get my dad.");
  call.heard = "";
  await call.run(5000);
  expect(call.heard).toMatch(/my son/);
  expect(await call.exchange(WHO)).toBe("Speaking.");
  const starts = call.person.said().map(({ startedAtMs }) => startedAtMs);
  expect(starts).toEqual(starts.toSorted((one, other) => one - other));
  call.person.say("Out of the script.");
  await call.run(2000);
  expect(call.heard).toContain("Out of the script.");
});

test("[SB67] a screener asks who calls, and the person comes after that", async () => {
  const { call, verdict } = answers("screening");
  await call.run(4000);
  expect(call.heard).toMatch(/state your name and why you are calling/);
  expect(await call.exchange("This is an AI assistant calling for Acme.")).toMatch(/stay on the line/);
  call.heard = "";
  await call.run(6000);
  expect(call.heard).toMatch(/I am here/);
  expect(verdict).toBe("unknown");
});

test("[SB67] a screener that refuses says so and hangs up", async () => {
  const { call, verdict } = answers("screening-refuses");
  expect(verdict).toBe("unknown");
  await call.run(4000);
  expect(await call.exchange("This is an AI assistant calling for Acme.")).toMatch(/not available/);
  await call.run(3000);
  expect(call.ended).toBe(true);
});

test.each([
  ["menu", "unknown", /press one.*press two/],
  ["mailbox-full", "unknown", /mailbox is full/],
  ["endless", "human", /my sister.*river.*dog/],
] as const)("[SB68] %s talks on whatever the agent says", async (name, verdict, words) => {
  const quiet = answers(name);
  const talkedTo = answers(name);
  talkedTo.call.agentSays("word ".repeat(120).trim());
  await quiet.call.run(9500);
  await talkedTo.call.run(9500);
  expect(quiet.call.heard).toMatch(words);
  expect(talkedTo.call.heard).toBe(quiet.call.heard);
  expect(quiet.verdict).toBe(verdict);
});

test("[SB68] a menu is read three times, a full mailbox once, without a beep; then they hang up", async () => {
  for (const [name, times] of [
    ["menu", 3],
    ["mailbox-full", 1],
  ] as const) {
    const { call } = answers(name);
    await call.run(60_000);
    expect(call.ended).toBe(true);
    expect(call.heard.match(/Miller|full/g)).toHaveLength(times);
  }
});

test("[SB69] a fax whistles without words and gives up after half a minute", async () => {
  const plan = CAST.get("fax")?.(speak);
  if (plan?.kind !== "answers") throw new Error("a fax answers");
  expect(plan.verdict).toBe("fax");
  const fax = plan.pickUp();
  const first = fax.step({ words: [], loudness: 0, audio: new Uint8Array(160) });
  expect(Math.max(...decodeMulaw(first ?? new Uint8Array(160)))).toBeGreaterThan(7000);
  const call = new Conversation(fax);
  await call.run(29_000);
  expect([call.heard, call.ended]).toEqual(["", false]);
  await call.run(2000);
  expect(call.ended).toBe(true);
});
