import type { CallHead } from "#server/calls/call-document.ts";
import { OptOut } from "#server/calls/opt-out.ts";
import { callHead } from "#server/calls/testing/scripted-sides.ts";
import type { NewCallEvent } from "#shared/call/events.ts";
import { expect, test } from "vitest";

/** What is done, in its order; the server is killed before `killedBefore`. */
function optOutOf(given: Partial<CallHead>, killedBefore = "nothing") {
  const call = { ...callHead(0), ...given };
  const order: string[] = [];
  const act = (what: string) => {
    if (what === killedBefore) throw new Error("killed");
    order.push(what);
  };
  const optOut = new OptOut({
    store: {
      head: async () => call,
      async record(_callId, _epoch, _recordId, events: NewCallEvent[]) {
        for (const { type } of events) act(type);
        return { kind: "unchanged", call };
      },
    },
    suppressions: { suppress: async () => act("suppress"), isSuppressed: async () => false },
    queries: { openOfPerson: async () => [{ ...call, _id: "call_other001" }] },
    async advance(callId, input) {
      act(`${typeof input === "function" ? "?" : input.kind} ${callId}`);
      return { kind: "unchanged", call };
    },
  });
  return { optOut, order };
}

test("[CL200] a key 9 whose owner was killed before the number was suppressed was nowhere to be found", async () => {
  const { optOut, order } = optOutOf({}, "suppress");
  await expect(optOut.record("call_00000001", "key")).rejects.toThrow("killed");
  expect(order).toEqual(["optOut.recorded"]);
});

test("[CL200] whoever finds it carries it out, and writes it down no second time", async () => {
  const { optOut, order } = optOutOf({ optedOut: true });
  await optOut.record("call_00000001", "spoken");
  expect(order).toEqual(["suppress", "cancelAsked call_other001"]);
});

test("[CL45] the number is suppressed before what waits is cancelled", async () => {
  const { optOut, order } = optOutOf({});
  await optOut.record("call_00000001", "spoken");
  expect(order).toEqual(["optOut.recorded", "suppress", "cancelAsked call_other001"]);
});
