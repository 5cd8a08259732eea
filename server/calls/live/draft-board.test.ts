import { DraftBoard } from "#server/calls/live/draft-board.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { expect, test } from "vitest";

test("[CL196] words that are on the screen already are not sent again, however often more of them is proven to be heard", () => {
  const clock = new ManualClock();
  const shown: string[] = [];
  const feed = {
    event() {},
    draft: ({ text }: { text: string }) => void shown.push(text),
    boardChanged() {},
  };
  const store = { checkpointDraft: async () => undefined };
  const board = new DraftBoard({ callId: "c", store, feed, clock, logger: silentLogger });
  const say = (segmentId: string, text: string) => {
    board.show({ callId: "c", segmentId, speaker: "agent", text });
    clock.advance(200);
  };
  for (const text of ["I", "I", "I can", "I can", "I can"]) say("a", text);
  board.finish("a");
  say("b", "I can");
  expect(shown).toEqual(["I", "I can", "I can"]);
});
