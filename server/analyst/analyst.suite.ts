import type { Analyst, CallToAnalyse } from "#server/analyst/analyst.ts";
import { analysisSchema } from "#shared/call/events.ts";
import { describe, expect, test } from "vitest";

/** An analyst behind the port: the sandbox's, or the real one. `withKey` makes one with another key. */
export type AnalystUnderTest = { analyst(): Analyst; withKey(apiKey: string): Analyst };

const CALL: CallToAnalyse = {
  objective: "Agree on a day for a visit to look at the leaking roof.",
  businessName: "Ridge Roofing",
  transcript: [
    {
      segmentId: "seg_1",
      speaker: "agent",
      text: "Hello, this is the AI assistant of Ridge Roofing. Do you have a minute to talk about your roof?",
      startMs: 0,
      endMs: 5000,
    },
    { segmentId: "seg_2", speaker: "consumer", text: "Yes, sure.", startMs: 5500, endMs: 6500 },
    {
      segmentId: "seg_3",
      speaker: "agent",
      text: "Which day would suit you for a visit?",
      startMs: 7000,
      endMs: 9000,
    },
    {
      segmentId: "seg_4",
      speaker: "consumer",
      text: "Tuesday afternoon is fine.",
      startMs: 9500,
      endMs: 11_000,
    },
    {
      segmentId: "seg_5",
      speaker: "agent",
      text: "Great, Tuesday afternoon it is. Thank you and goodbye.",
      startMs: 11_500,
      endMs: 14_000,
    },
  ],
  facts: [],
  answers: [{ topic: "Day of the visit", answer: "Tuesday afternoon" }],
};

const OPT_OUT: CallToAnalyse = {
  ...CALL,
  answers: [],
  transcript: [
    ...CALL.transcript.slice(0, 1),
    {
      segmentId: "seg_2",
      speaker: "consumer",
      text: "Stop calling me. Take me off your list.",
      startMs: 5500,
      endMs: 8000,
    },
  ],
};

/** What every analyst must do, whoever answers behind the port. */
export function analystSuite(name: string, { analyst, withKey }: AnalystUnderTest): void {
  describe(`the analyst port: ${name}`, () => {
    test("a call that met its objective, with evidence that exists and a price", async () => {
      const result = await analyst().analyseCall(CALL);
      if (result.kind !== "done") throw new Error(`The analysis is ${result.kind}: ${result.reason}`);
      expect(analysisSchema.safeParse(result.value).success).toBe(true);
      expect(result.value.outcome).toBe("objective_met");
      const ids = CALL.transcript.map(({ segmentId }) => segmentId);
      expect(ids).toEqual(expect.arrayContaining(result.value.evidence));
      expect(JSON.stringify(result.value.answers)).toMatch(/Tuesday/);
      expect(analyst().costCents(result.usage)).toBeGreaterThan(0);
    });

    test("an opt-out outranks everything", async () => {
      const result = await analyst().analyseCall(OPT_OUT);
      expect(result).toMatchObject({ kind: "done", value: { outcome: "opted_out", evidence: ["seg_2"] } });
    });

    test("a request for help is sorted", async () => {
      const result = await analyst().classifyLead({
        description: "Water is coming through my roof right now, shingles blew off in the storm.",
        postalCode: "10001",
      });
      expect(result).toMatchObject({ kind: "done", value: { category: "roofing", urgency: "now" } });
    });

    test("health: the key is accepted; a wrong one is told apart", async () => {
      expect(await analyst().check()).toMatchObject({ ok: true });
      const wrong = withKey("sk-ant-wrong");
      expect(await wrong.check()).toMatchObject({ ok: false });
      expect(await wrong.analyseCall(CALL)).toMatchObject({ kind: "fatal" });
    });
  });
}
