import { callEnds, callReaches, journalOf } from "#e2e/support/api.ts";
import { LISTENER } from "#e2e/support/scripts.ts";
import { callCase, startWorld, type World, WORLD_BUSINESS } from "#e2e/support/world.ts";
import { until } from "#e2e/support/wait.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe.concurrent("how calls end", () => {
  test("[CL20] nobody answers: three attempts, one ring each, then no_answer", async () => {
    const { consumer, business, request } = await callCase(world, "no-answer");
    const view = await callEnds(business.api, await request());
    expect(view).toMatchObject({ status: "no_answer", endReason: "no_answer", answeredAt: null });
    expect(view.attempts.map(({ ended }) => ended)).toEqual(["no_answer", "no_answer", "no_answer"]);
    const phone = await world.sandbox.calls(consumer.number);
    expect(phone.map(({ rings, status }) => [rings, status])).toEqual([
      [1, "no-answer"],
      [1, "no-answer"],
      [1, "no-answer"],
    ]);
  });

  test("[CL20] busy: three attempts, no ring, then busy", async () => {
    const { consumer, business, request } = await callCase(world, "busy");
    const view = await callEnds(business.api, await request());
    expect(view.status).toBe("busy");
    expect(view.attempts.map(({ ended }) => ended)).toEqual(["busy", "busy", "busy"]);
    const phone = await world.sandbox.calls(consumer.number);
    expect(phone.map(({ rings }) => rings)).toEqual([0, 0, 0]);
  });

  test("[CL47] a machine is not talked to", async () => {
    const { consumer, business, request } = await callCase(world, "voicemail");
    const view = await callEnds(business.api, await request());
    expect(view.status).toBe("voicemail");
    expect((await world.sandbox.onlyCall(consumer.number)).rings).toBe(1);
  });

  test("[CL96] a machine gets the fixed message, after its beep and to the end", async () => {
    const { consumer, business, request } = await callCase(world, "voicemail");
    await business.api.business.updateProfile({
      name: WORLD_BUSINESS,
      voicemail: { kind: "leave_message", callbackNumber: "(800) 555-0123" },
    });
    const view = await callEnds(business.api, await request());
    expect(view).toMatchObject({ status: "voicemail", outcome: "voicemail" });
    const phone = await world.sandbox.onlyCall(consumer.number);
    const greetingEndMs = phone.said.at(-1)?.endedAtMs ?? 0;
    const recorded = phone.heard.filter(({ startedAtMs }) => startedAtMs > greetingEndMs);
    // On a slow machine the verdict comes after the agent's first word, which is then cut off; nothing else is said whole.
    const whole = recorded.filter(({ complete }) => complete);
    expect(whole.map(({ text }) => text)).toEqual([view.attempts[0]?.message]);
    expect(recorded.at(-1)).toEqual(whole[0]);
    expect(recorded.length - whole.length).toBeLessThanOrEqual(1);
    expect(view.attempts[0]?.message).not.toMatch(/Maria|sink|pipe|leak/);
  });

  test("[CL90] an opt-out in words that the model does not know: confirmed at once, and the call ends", async () => {
    const { consumer, business, request } = await callCase(world, "opts-out-politely");
    const view = await callEnds(business.api, await request());
    expect(view).toMatchObject({ status: "completed", optedOut: true, outcome: "opted_out" });
    const { said } = await world.sandbox.onlyCall(consumer.number);
    expect(said.map(({ text }) => text).join(" ")).not.toContain("As I said");
    await expect(request()).rejects.toMatchObject({ code: "SUPPRESSED" });
  });

  test("[CL95] a screener learns who calls and nothing else; the person behind it hears the opening", async () => {
    const { business, request } = await callCase(world, "screening");
    const callId = await request();
    await until("the opening was heard", async () => (await business.api.call.get({ callId })).openingHeard);
    await business.api.call.hangUp({ callId });
    const { transcript } = await callEnds(business.api, callId);
    const person = transcript.findIndex(({ text }) => text.includes("I am here"));
    const before = transcript.slice(0, person).filter(({ speaker }) => speaker === "agent");
    expect(person).toBeGreaterThan(0);
    expect(before).not.toHaveLength(0);
    expect(before.map(({ text }) => text).join(" ")).not.toMatch(/Maria|sink|pipe|leak/);
  });

  test("the consumer hangs up in the middle: completed, with what was said until then", async () => {
    const { consumer, business, request } = await callCase(world, "hangs-up");
    const callId = await request();
    const view = await callEnds(business.api, callId);
    expect(view).toMatchObject({ status: "completed", endReason: "consumer_hung_up" });
    const phone = await world.sandbox.onlyCall(consumer.number);
    const said = view.transcript.filter(({ speaker }) => speaker === "consumer").map(({ text }) => text);
    expect(said).toEqual(phone.said.map(({ text }) => text));
    const events = await journalOf(business.api, callId);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  });

  test("[CL45] stop calling me: the number is suppressed and the next request is refused", async () => {
    const { consumer, business, request } = await callCase(world, "stop-calling");
    const view = await callEnds(business.api, await request());
    expect(view).toMatchObject({ status: "completed", optedOut: true, outcome: "opted_out" });
    await expect(request()).rejects.toMatchObject({ code: "SUPPRESSED", status: 409 });
    expect(await world.sandbox.calls(consumer.number)).toHaveLength(1);
  });

  test("the business hangs up: the phone is put down and the talk is summed up", async () => {
    const { consumer, business, request } = await callCase(world, LISTENER);
    const callId = await request();
    await until("the opening was heard", async () => (await business.api.call.get({ callId })).openingHeard);
    await business.api.call.hangUp({ callId });
    const view = await callEnds(business.api, callId);
    expect(view.status).toBe("completed");
    expect(view.transcript).not.toHaveLength(0);
    expect((await world.sandbox.onlyCall(consumer.number)).status).toBe("completed");
  });

  test("[CL17] one person is dialled serially: the second call waits for the end of the first", async () => {
    const { consumer, business, request } = await callCase(world, LISTENER);
    const first = await request();
    await callReaches(business.api, first, ["in_progress"]);
    const second = await request();
    const waiting = await callReaches(business.api, second, ["scheduled"]);
    expect(waiting.scheduledWhy).toBe("person_busy");
    expect(await world.sandbox.calls(consumer.number)).toHaveLength(1);
    await business.api.call.cancel({ callId: second });
    await business.api.call.cancel({ callId: first });
    expect(await callEnds(business.api, second)).toMatchObject({ endReason: "cancelled_before_dialing" });
    expect(await callEnds(business.api, first)).toMatchObject({ endReason: "cancelled_after_answer" });
  });
});
