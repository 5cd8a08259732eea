import { type CallTransport, LiveCallStore } from "#client/wire/live-call-store.ts";
import type { CallEvent, Draft } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";
import type { WatchReply } from "#shared/contract/sockets.ts";
import { describe, expect, test } from "vitest";

const CALL_ID = "call_00000001";
const AT = "2026-11-24T10:00:00.000Z";

const journal: CallEvent[] = [
  {
    seq: 1,
    at: AT,
    type: "call.requested",
    callId: CALL_ID,
    businessId: "biz_00000001",
    businessName: "Acme",
    leadId: "lead_00000001",
    consumerName: "Ann",
    consumerPhone: "•••• 0123",
    objective: "Agree a visit.",
    requestedBy: { kind: "system" },
  },
  { seq: 2, at: AT, type: "call.queued" },
  { seq: 3, at: AT, type: "attempt.dialing", attemptId: "att_00000001", attemptNumber: 1 },
  { seq: 4, at: AT, type: "attempt.ringing", attemptId: "att_00000001" },
];

type Listeners = {
  event: (event: CallEvent & { callId: string }) => void;
  draft: (draft: Draft) => void;
  revoked: (callId: string) => void;
  link: (isUp: boolean) => void;
};

/** A server in memory that answers from the journal up to `stored`. */
function stand() {
  const heard: Partial<Listeners> = {};
  const asked: number[] = [];
  const frames: (() => void)[] = [];
  const retries: (() => void)[] = [];
  const state = { stored: journal.length, refuse: false, broken: false, unwatched: 0, nowMs: 1_000 };
  const keep =
    <Kind extends keyof Listeners>(kind: Kind) =>
    (listener: Listeners[Kind]) => {
      heard[kind] = listener;
      return () => delete heard[kind];
    };
  const transport: CallTransport = {
    watch(_callId, after): Promise<WatchReply> {
      asked.push(after);
      if (state.broken) return Promise.reject(new Error("No answer."));
      if (state.refuse) return Promise.resolve({ ok: false, code: "NOT_FOUND", message: "Not yours." });
      const events = journal.slice(after, state.stored);
      const view = foldCall(journal.slice(0, state.stored));
      return Promise.resolve({ ok: true, view, events, seq: state.stored, draft: null });
    },
    unwatch: () => (state.unwatched += 1),
    onEvent: keep("event"),
    onDraft: keep("draft"),
    onRevoked: keep("revoked"),
    onLink: keep("link"),
  };
  const store = new LiveCallStore(CALL_ID, {
    transport,
    nextFrame: (task) => frames.push(task),
    later: (task) => {
      retries.push(task);
      return () => undefined;
    },
    nowMs: () => state.nowMs,
  });
  const settle = async () => {
    await new Promise((done) => setImmediate(done));
    for (const frame of frames.splice(0)) frame();
    await new Promise((done) => setImmediate(done));
    for (const frame of frames.splice(0)) frame();
  };
  const push = (seq: number) => {
    const event = journal[seq - 1];
    if (event !== undefined) heard.event?.({ ...event, callId: CALL_ID });
  };
  return { store, heard, asked, frames, retries, state, settle, push };
}

describe("the store of a live call", () => {
  test("[UI2] [UI4] asks on connect and again, from its last number, on every reconnect", async () => {
    const { store, heard, asked, state, settle } = stand();
    store.start();
    state.stored = 2;
    heard.link?.(true);
    await settle();
    expect(store.get().view.seq).toBe(2);

    heard.link?.(false);
    await settle();
    expect(store.get().link).toEqual({ state: "lost", sinceMs: 1_000 });

    state.stored = 4;
    heard.link?.(true);
    await settle();
    expect(asked).toEqual([0, 2]);
    expect(store.get().link).toEqual({ state: "live" });
    expect(store.get().view).toEqual(foldCall(journal));
  });

  test("[UI2] asks again when a number is missing, and changes once per frame", async () => {
    const { store, heard, asked, state, settle, push } = stand();
    state.stored = 1;
    store.start();
    heard.link?.(true);
    await settle();
    let changes = 0;
    store.subscribe(() => (changes += 1));
    state.stored = 4;
    push(4);
    push(3);
    push(3);
    await settle();
    expect(asked).toEqual([0, 1]);
    expect(store.get().view).toEqual(foldCall(journal));
    expect(changes).toBe(2);
  });

  test("[UI2] tries again after an answer that did not come", async () => {
    const { store, heard, retries, state, settle } = stand();
    state.broken = true;
    store.start();
    heard.link?.(true);
    await settle();
    expect(retries).toHaveLength(1);
    state.broken = false;
    retries[0]?.();
    await settle();
    expect(store.get().view.seq).toBe(4);
  });

  test("says when the call may not be seen, and asks no more", async () => {
    const { store, heard, asked, state, settle } = stand();
    state.refuse = true;
    store.start();
    heard.link?.(true);
    await settle();
    heard.link?.(true);
    await settle();
    expect(store.get().link).toEqual({ state: "refused", code: "NOT_FOUND", message: "Not yours." });
    expect(asked).toHaveLength(1);
  });

  test("a stop ends the watch; an answer to an older question changes nothing", async () => {
    const { store, heard, state, settle } = stand();
    store.start();
    heard.link?.(true);
    store.stop();
    await settle();
    expect(state.unwatched).toBe(1);
    expect(store.get().view.seq).toBe(0);
  });
});
