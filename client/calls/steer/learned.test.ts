import { answersIn } from "#client/calls/steer/learned.tsx";
import type { ToolView } from "#shared/call/view.ts";
import { expect, test } from "vitest";

const noted = (topic: unknown, answer: unknown, ok: boolean | null = true): ToolView => ({
  toolCallId: `${String(topic)} ${String(answer)}`,
  name: "record_answer",
  arguments: { topic, answer },
  atMs: 0,
  result: ok === null ? null : { ok, text: "", durationMs: 1 },
});

test("[UI54] the answers that were noted, the newest for each topic; what failed or still runs is none", () => {
  const tools = [
    noted("roof age", "10 years"),
    noted("leak", "yes", false),
    noted("visit", "Wednesday", null),
    noted("roof age", "15 years"),
    noted("odd", 7),
    { ...noted("other", "tool"), name: "offer_slots" },
  ];
  expect([...answersIn(tools)]).toEqual([["roof age", "15 years"]]);
});
