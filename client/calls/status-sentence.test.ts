import { type StatusFacts, statusSentence } from "#client/calls/status-sentence.ts";
import { CALL_STATUSES } from "#shared/call/status.ts";
import { describe, expect, test } from "vitest";

const NOW_MS = Date.parse("2026-11-24T10:00:08.000Z");
const FACTS: StatusFacts = {
  status: "queued",
  scheduledFor: null,
  scheduledWhy: null,
  stepAt: null,
  answeredAt: null,
  endedAt: null,
  connected: true,
};
const sentence = (facts: Partial<StatusFacts>) => statusSentence({ ...FACTS, ...facts }, NOW_MS);

describe("the state of a call as a sentence", () => {
  test("[UI1] every state has words, a tone and an icon", () => {
    for (const status of CALL_STATUSES) {
      const { text, said, tone, icon } = sentence({ status });
      expect([text, said, tone, icon].every((part) => part.length > 0)).toBe(true);
    }
  });

  test("[UI1] a timer runs in what is shown and stays out of what is read aloud", () => {
    const ringing = sentence({ status: "ringing", stepAt: "2026-11-24T10:00:00.000Z" });
    expect(ringing.text).toBe("Ringing, 8 s");
    expect(ringing.said).toBe("Ringing");
    const live = sentence({ status: "in_progress", answeredAt: "2026-11-24T09:57:27.000Z" });
    expect(live.text).toBe("Live 02:41");
    expect(live.said).toBe("Live");
  });

  test("[UI1] a call whose sound is being connected again says so", () => {
    expect(sentence({ status: "in_progress", connected: false }).text).toBe("Live, connecting the sound");
  });

  test("[UI1] a wait says for what it waits", () => {
    const scheduledFor = "2026-11-24T10:20:00.000Z";
    expect(sentence({ status: "scheduled", scheduledFor, scheduledWhy: "retry" }).text).toContain(
      "tries again",
    );
    expect(sentence({ status: "scheduled", scheduledFor, scheduledWhy: "quiet_hours" }).text).toContain(
      "calling hours",
    );
    expect(sentence({ status: "scheduled", scheduledFor, scheduledWhy: "spend_cap" }).text).toContain(
      "Today's",
    );
    expect(sentence({ status: "scheduled", scheduledFor, scheduledWhy: "new_reason" }).text).toContain(
      "Calls at",
    );
  });

  test("[UI1] a finished talk says how long it was", () => {
    const answeredAt = "2026-11-24T09:00:00.000Z";
    const endedAt = "2026-11-24T09:04:10.000Z";
    expect(sentence({ status: "completed", answeredAt, endedAt }).text).toBe("Completed after 04:10");
  });
});
