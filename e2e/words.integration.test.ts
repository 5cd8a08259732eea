import { callEnds, journalOf, recordingReady } from "#e2e/support/api.ts";
import { leaksIn, numberPattern, storedText, tracesOf } from "#e2e/support/canary.ts";
import { recordedWords } from "#e2e/support/recording.ts";
import { BRIEF } from "#e2e/support/scripts.ts";
import type { PhoneCall, VoiceSession } from "#e2e/support/sandbox.ts";
import { callCase, startWorld, type World } from "#e2e/support/world.ts";
import type { CallEvent, CallEventOf } from "#shared/call/events.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let world: World;
beforeAll(async () => {
  world = await startWorld({ LOG_LEVEL: "debug" });
});
afterAll(() => world.stop());

type SegmentEvent = CallEventOf<"transcript.segment">;
const segmentsOf = (events: CallEvent[]) =>
  events
    .filter((event): event is SegmentEvent => event.type === "transcript.segment")
    .toSorted((a, b) => a.startMs - b.startMs);

/** A whole call to `callee`, seen from all sides. */
async function wholeCall(callee: "pleasant" | "interrupts") {
  const { consumer, business, request } = await callCase(world, callee, undefined, { recording: true });
  const callId = await request();
  await callEnds(business.api, callId);
  const view = await recordingReady(business.api, callId);
  const recorded = await recordedWords(world.ringside.dataDir, callId);
  const events = await journalOf(business.api, callId);
  const segments = segmentsOf(events);
  const agent = segments.filter(({ speaker }) => speaker === "agent");
  const consumerLines = segments.filter(({ speaker }) => speaker === "consumer");
  const phone = await world.sandbox.onlyCall(consumer.number);
  const session = await world.sandbox.voiceSessionOf(agent[0]?.segmentId ?? "");
  return { view, events, agent, consumerLines, phone, session, recorded };
}

function expectSoundAudio(phone: PhoneCall, session: VoiceSession) {
  for (const { frames, ...faults } of [phone.agentAudio, session.audioIn]) {
    expect(frames).toBeGreaterThan(100);
    expect(faults).toEqual({ lost: 0, repeated: 0, reordered: 0, changed: 0 });
  }
}

/** Before the person said who they are, nothing of their name or need was said to the phone. */
function expectIdentityFirst(events: CallEvent[]) {
  const confirmed = events.findIndex(
    (event) => event.type === "tool.called" && event.name === "confirm_person",
  );
  expect(confirmed).toBeGreaterThan(0);
  const before = segmentsOf(events.slice(0, confirmed)).filter(({ speaker }) => speaker === "agent");
  expect(before.length).toBeGreaterThan(1);
  expect(words(before.map(({ text }) => text))).not.toMatch(/maria|lopez|pipe|sink|leak/i);
}

type Recorded = Pick<
  Awaited<ReturnType<typeof wholeCall>>,
  "recorded" | "events" | "consumerLines" | "phone"
>;

/** [CL120] What was said after the notice is in the file: the callee's words in the first channel, the agent's as the ear had them in the second. */
function expectRecorded({ recorded, events, consumerLines, phone }: Recorded) {
  const started = events.find((event) => event.type === "recording.started");
  const said = consumerLines.filter(({ startMs }) => startMs > (started?.atMs ?? Infinity));
  const [opening, ...heard] = phone.heard;
  expect(opening?.text).toContain("This call is recorded.");
  expect(said.length).toBeGreaterThan(1);
  expect(recorded.consumer.words).toBe(words(said.map(({ text }) => text)));
  expect(recorded.agent.words).toBe(words(heard.map(({ text }) => text)));
  for (const { check } of [recorded.consumer, recorded.agent]) {
    expect(check).toMatchObject({ repeated: 0, reordered: 0, changed: 0 });
  }
}

const words = (texts: string[]) => texts.join(" ").replace(/\s+/g, " ").trim();

describe.concurrent("one call, from the callee's mouth to the journal", () => {
  test("[end to end words] [CL120] [CL121] what both sides said is what the journal and the recording have, and no frame was harmed", async () => {
    const { view, events, agent, consumerLines, phone, session, recorded } = await wholeCall("pleasant");
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(view).toMatchObject({ status: "completed", openingHeard: true, seq: events.length });
    expect(view.analysis?.summary).toBeTruthy();
    expect(view.cost?.totalCents).toBeGreaterThan(0);
    expect(events.slice(-2)).toMatchObject([
      { type: "call.ended", status: "completed" },
      { type: "recording.ready" },
    ]);
    // The callee's words: said at the phone, heard by the model, written in the journal.
    expect(phone.said.length).toBeGreaterThan(3);
    expect(consumerLines.map(({ text }) => text)).toEqual(session.heard.map(({ text }) => text));
    expect(words(consumerLines.map(({ text }) => text))).toBe(words(phone.said.map(({ text }) => text)));
    // The agent's words: spoken by the model, heard at the phone, written in the journal.
    // An answer that the callee's hello cut off before its first word was said by nobody.
    const spoken = session.spoken
      .filter(({ heardMs, text }) => heardMs !== 0 && text !== "")
      .map(({ text }) => text);
    expect(agent.map(({ text }) => text)).toEqual(spoken);
    expect(agent.map(({ text }) => text)).toEqual(phone.heard.map(({ text }) => text));
    expectSoundAudio(phone, session);
    expectRecorded({ recorded, events, consumerLines, phone });
    expect(phone.rings).toBe(1);
    expectIdentityFirst(events);
    // What they agreed on is on the record of both sides.
    expect(view.tools.map(({ name }) => name)).toEqual(expect.arrayContaining(["offer_slots", "book_slot"]));
    expect(view.appointment).toMatchObject({ timeZone: "America/Los_Angeles" });
    expect(words(agent.map(({ text }) => text))).toContain("It is booked:");
  });

  test("[CL120] who is interrupted falls silent; journal and recording keep only what was heard", async () => {
    const { events, agent, consumerLines, phone, session, recorded } = await wholeCall("interrupts");
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const cut = agent.filter(({ interrupted }) => interrupted === true);
    expect(cut.length).toBeGreaterThan(0);
    for (const { text, heardText } of cut) {
      expect(heardText).toBeDefined();
      expect(text.startsWith(heardText ?? "-")).toBe(true);
      expect((heardText ?? "").length).toBeLessThan(text.length);
    }
    for (const whole of agent.filter(({ interrupted }) => interrupted === undefined)) {
      expect(whole.heardText).toBeUndefined();
    }
    // Every cut at the journal is a cut at the model, and the phone heard no more than a moment beyond it.
    const cutAtModel = session.spoken.filter(({ heardMs }) => heardMs !== undefined);
    expect(cutAtModel.map(({ itemId }) => itemId)).toEqual(
      expect.arrayContaining(cut.map((one) => one.segmentId)),
    );
    for (const { text } of cut) {
      const heard = phone.heard.find(
        (utterance) => !utterance.complete && text.startsWith(utterance.text.trim()),
      );
      expect(heard, `an unfinished utterance at the phone for: ${text}`).toBeDefined();
    }
    expect(words(consumerLines.map(({ text }) => text))).toBe(words(phone.said.map(({ text }) => text)));
    expectSoundAudio(phone, session);
    expectRecorded({ recorded, events, consumerLines, phone });
  });

  test("[PD8] nothing about a person is where it does not belong", async () => {
    const consumerName = "Zebulina Quarkwright";
    const script = { ...BRIEF, lines: ["Yes, it is the purple gramophone."] };
    const { consumer, business, request } = await callCase(world, script, undefined, {
      recording: true,
      consumerName,
      description: "My xylophone cellar is flooded.",
      objective: "Find out about the marzipan boiler.",
    });
    const { number, email } = consumer;
    const canaries = {
      number: numberPattern(number),
      name: /zebulina|quarkwright/i,
      mail: new RegExp(email, "i"),
      words: /gramophone|xylophone|marzipan/i,
    };
    const callId = await request();
    await callEnds(business.api, callId);
    await recordingReady(business.api, callId);
    const traces = await tracesOf(world);
    expect(leaksIn(traces, canaries)).toEqual([]);
    // What is sealed is in no document at all, also not in the records of people.
    expect(await storedText(world, [], true)).not.toMatch(canaries.number);
    // The search is no search unless it finds what is there.
    const planted = `${number} ${consumerName} ${email} gramophone`;
    for (const source of Object.keys(traces)) {
      const found = leaksIn({ ...traces, [source]: `${traces[source]} ${planted}` }, canaries);
      expect(found).toEqual(Object.keys(canaries).map((what) => `${what} in ${source}`));
    }
    expect(traces["stdout"]).toContain('"route"');
    expect(traces["documents"]).toContain(callId);
    expect(traces["addresses"]).toContain("/twilio/media/");
  });
});
