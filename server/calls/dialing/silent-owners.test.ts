import type { OwnedCall } from "#server/calls/call-queries.ts";
import { SilentOwners } from "#server/calls/dialing/silent-owners.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { CarrierStatus, EndOutcome } from "#server/telephony/telephony.ts";
import { expect, test } from "vitest";

const attempt = { attemptId: "att_1", number: 1, from: "+14155550100", placeId: "hit_1" };
const talking: OwnedCall["state"] = {
  phase: "talking",
  attempt,
  carrierCallId: "CA1",
  answeredAt: 0,
  epoch: 1,
  connectedAts: [0],
  streams: 1,
};

/** One call whose owner never beats, on a database and at a carrier that do what the test says. */
function bench() {
  const clock = new ManualClock();
  const call: OwnedCall = { _id: "call_1", revision: 1, epoch: 1, beat: 7, state: talking };
  const asked: string[] = [];
  const world = {
    reads: true,
    looks: 0,
    hears: false,
    status: "in_progress" as CarrierStatus | null,
    moved: false,
    instruct: { kind: "accepted", status: "in_progress" } as EndOutcome,
  };
  const working: Promise<unknown>[] = [];
  const owners = new SilentOwners({
    queries: {
      async owned() {
        world.looks += 1;
        if (!world.reads) throw new Error("no database");
        return [{ ...call }];
      },
    },
    store: {
      async knock() {
        asked.push("knock");
        call.beat += 1;
        return true;
      },
    },
    actors: { hears: () => world.hears },
    telephonyEvents: {
      async ownerSilent() {
        asked.push("decide");
        const instruction = { kind: "connect", token: "t1" } as const;
        return world.moved ? null : { attemptId: "att_1", carrierCallId: "CA1", instruction };
      },
    },
    telephony: {
      async instruct(carrierCallId, attemptId, { kind }) {
        asked.push(`${kind} ${carrierCallId} ${attemptId}`);
        return world.instruct;
      },
    },
    clock,
    logger: silentLogger,
    async learn() {
      asked.push("learn");
      return world.status;
    },
    work: (promise) => working.push(promise),
  });
  return {
    call,
    asked,
    world,
    async seconds(count: number) {
      for (let second = 0; second < count; second++) {
        await owners.look();
        await Promise.all(working.splice(0));
        clock.advance(1000);
      }
    },
  };
}

test("[CL192] a silent owner is knocked at, the carrier is asked, the call decided, and the carrier called here", async () => {
  const { asked, seconds } = bench();
  await seconds(6);
  expect(asked).toEqual(["knock"]);
  await seconds(1);
  expect(asked).toEqual(["knock", "learn", "decide", "connect CA1 att_1"]);
});

test("[CL192] a phone that is not held any more, or a carrier that can't be asked: nothing is decided", async () => {
  for (const status of ["completed", null] as const) {
    const { asked, world, seconds } = bench();
    world.status = status;
    await seconds(7);
    expect(asked).toEqual(["knock", "learn"]);
  }
});

test("[CL192] a call that moved meanwhile is left to whoever moved it", async () => {
  const { asked, world, seconds } = bench();
  world.moved = true;
  await seconds(7);
  expect(asked).toEqual(["knock", "learn", "decide"]);
});

test("[CL192] hung up between question and instruction: the carrier is asked what became of it", async () => {
  const { asked, world, seconds } = bench();
  world.instruct = { kind: "over" };
  await seconds(7);
  expect(asked.slice(-2)).toEqual(["connect CA1 att_1", "learn"]);
});

test("[CL192] a carrier that could not be told is told again", async () => {
  const { call, asked, world, seconds } = bench();
  world.instruct = { kind: "unreachable", reason: "" };
  await seconds(7);
  call.state = { ...talking, phase: "answered", token: null };
  world.instruct = { kind: "accepted", status: "in_progress" };
  await seconds(7);
  expect(asked.filter((one) => one.startsWith("connect"))).toHaveLength(2);
});

test("[CL192] whoever hears its phone itself is not judged by its heartbeats, and a call that was never talked in has no owner", async () => {
  const own = bench();
  own.world.hears = true;
  await own.seconds(20);
  expect(own.asked).toEqual([]);
  // Nothing to watch is looked for less often.
  expect(own.world.looks).toBe(5);
  const fresh = bench();
  fresh.call.state = { ...talking, phase: "answered", token: null, streams: 0 };
  await fresh.seconds(20);
  expect(fresh.asked).toEqual([]);
});

test("[CL192] after an outage of the database everybody gets the whole time again", async () => {
  const { asked, world, seconds } = bench();
  await seconds(4);
  world.reads = false;
  await seconds(1);
  world.reads = true;
  await seconds(4);
  expect(asked).toEqual([]);
});
