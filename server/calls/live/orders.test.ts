import { Orders } from "#server/calls/live/orders.ts";
import type { CallEvent, NewCallEvent } from "#shared/call/events.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const by = { kind: "system" } as const;
const at = "2026-11-24T15:00:00Z";

type Deed = "whisper" | "exact" | "other" | "look" | "failingLook";

function eventOf(deed: Exclude<Deed, "look" | "failingLook">, seq: number): CallEvent {
  const what: Record<typeof deed, NewCallEvent> = {
    whisper: { type: "steer.whispered", by, text: `text ${seq}`, steerId: `s${seq}` },
    exact: { type: "steer.said", by, text: `text ${seq}`, steerId: `s${seq}` },
    other: { type: "opening.heard", atMs: seq },
  };
  return { ...what[deed], seq, at };
}

test("[CL341] every order is given once, in the order of the journal, whatever looks overlap, fail or come twice", async () => {
  const deeds = fc.array(fc.constantFrom<Deed>("whisper", "exact", "other", "look", "look", "failingLook"));
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), deeds, fc.nat({ max: 3 }), async (scheduler, all, known) => {
      const journal: CallEvent[] = Array.from({ length: known }, (_, index) => eventOf("whisper", index + 1));
      const given: string[] = [];
      let fails = 0;
      const orders = new Orders({
        callId: "call_1",
        store: {
          async events(_callId, after) {
            const isLost = fails > 0;
            if (isLost) fails -= 1;
            await scheduler.schedule(Promise.resolve());
            if (isLost) throw new Error("no database");
            return { events: journal.filter(({ seq }) => seq > after), seq: journal.length };
          },
        },
        give: ({ steerId }) => given.push(steerId),
        holderChanged: () => undefined,
        background: (work) => void work.catch(() => undefined),
      });
      orders.look();
      orders.begin(known);
      for (const deed of all) {
        if (deed === "failingLook") fails += 1;
        if (deed === "look" || deed === "failingLook") orders.look();
        else journal.push(eventOf(deed, journal.length + 1));
        if (deed === "look") await scheduler.waitIdle();
      }
      fails = 0;
      await scheduler.waitIdle();
      orders.look();
      await scheduler.waitIdle();
      const wanted = journal.filter(({ seq, type }) => seq > known && type !== "opening.heard");
      expect(given).toEqual(wanted.map((event) => "steerId" in event && event.steerId));
    }),
  );
});

test("[CL341] before the call is ours nothing is read, and after it was let go nothing is given", async () => {
  let asked = 0;
  const given: string[] = [];
  const orders = new Orders({
    callId: "call_1",
    store: {
      async events() {
        asked += 1;
        return { events: [eventOf("whisper", 1)], seq: 1 };
      },
    },
    give: ({ steerId }) => given.push(steerId),
    holderChanged: () => undefined,
    background: () => undefined,
  });
  orders.look();
  expect(asked).toBe(0);
  orders.begin(0);
  expect(asked).toBe(1);
  orders.stop();
  await Promise.resolve();
  await Promise.resolve();
  expect(given).toEqual([]);
  orders.look(7);
  expect(asked).toBe(1);
});
