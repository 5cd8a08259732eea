import { Measures } from "#e2e/load/generator/measures.ts";
import { PhoneNetwork } from "#e2e/load/generator/phone-network.ts";
import { startRestPeer } from "#e2e/load/generator/rest-peer.ts";
import { startVoicePeer } from "#e2e/load/generator/voice-peer.ts";
import { readFileSync } from "node:fs";
import type { Answers, Question } from "#e2e/load/generator/generator.ts";

/** The generator's process: phones on one side, the voice model on the other, one clock for both. Its parent asks, it answers. */
const [accountSid = "", authToken = "", certificates = ""] = process.argv.slice(2);
const pem = (name: string) => readFileSync(`${certificates}/${name}.pem`, "utf8");
const account = { accountSid, authToken };
const measures = new Measures();
const network = new PhoneNetwork(account, measures);
const rest = await startRestPeer(account, network);
const voice = await startVoicePeer({ key: pem("key"), cert: pem("cert") }, measures, (number) =>
  network.calls.get(number),
);

const addresses = { twilio: rest.baseUrl, openAi: voice.baseUrl };

const ANSWERS: {
  [Kind in keyof Answers]: (question: Extract<Question, { kind: Kind }>) => Promise<Answers[Kind]>;
} = {
  async addresses() {
    return addresses;
  },
  async connect({ url, calls }) {
    await network.connect(url, calls);
    return null;
  },
  async begin() {
    measures.begin();
    return null;
  },
  async figures() {
    return { ...measures.figures(), streams: network.streams, sessions: voice.sessions() };
  },
  /** Ends the calls of a stage; whole calls can now be judged. */
  async hangUp() {
    await network.hangUpAll();
    const calls = [...network.calls.values()];
    const consumer = calls.map((call) => call.report());
    const agent = calls.map(({ agentCounts, agentLost, stale }) => ({
      ...agentCounts,
      lost: agentLost,
      stale,
    }));
    const { webhooksFailed, streamsLost } = network;
    network.reset();
    return {
      consumer: sum(consumer),
      agent: sum(agent),
      webhooksFailed,
      streamsLost,
      sessionsLeft: voice.sessions(),
    };
  },
};

function sum<Counts extends Record<string, number>>(all: Counts[]): Counts {
  const [first] = all;
  if (first === undefined) throw new Error("There was no call.");
  const keys = Object.keys(first);
  return Object.fromEntries(
    keys.map((key) => [key, all.reduce((total, one) => total + (one[key] ?? 0), 0)]),
  ) as Counts;
}

process.on("message", ({ id, question }: { id: number; question: Question }) => {
  const answer = ANSWERS[question.kind] as (asked: Question) => Promise<unknown>;
  answer(question)
    .then((value) => process.send?.({ id, value }))
    .catch((error: unknown) => process.send?.({ id, failed: String(error) }));
});
// A parent that is gone asks nothing any more.
process.once("disconnect", () => process.exit(0));
