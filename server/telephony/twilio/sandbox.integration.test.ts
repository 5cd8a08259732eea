import { expect, onTestFinished, test, vi } from "vitest";
import { recordingListener } from "#server/telephony/inbox.fixture.ts";
import { newAttemptId, Switchboard, telephonySuite } from "#server/telephony/telephony.suite.ts";
import { FROM } from "#server/telephony/twilio/rest-server.fixture.ts";
import { PHONES, serveAdapter, startSandboxRig } from "#server/telephony/twilio/sandbox-rig.suite.ts";
import { createTwilioTelephony } from "#server/telephony/twilio/twilio-telephony.ts";

telephonySuite("Twilio adapter, sandbox network", (events) => startSandboxRig(events));

/**
 * The same suite against the real carrier, when somebody sets all of these: a tunnel to TWILIO_TEST_PORT, a number that answers and listens,
 * one that rings, and TWILIO_TEST_RING=yes. It places some five short calls. What can be checked without a phone ringing is in
 * sandbox/phone/conformance.
 */
const { env } = process;
const real = {
  accountSid: env["TWILIO_TEST_ACCOUNT_SID"],
  authToken: env["TWILIO_TEST_AUTH_TOKEN"],
  publicUrl: env["TWILIO_TEST_PUBLIC_URL"],
  from: env["TWILIO_TEST_FROM"],
  answers: env["TWILIO_TEST_ANSWERS"],
  rings: env["TWILIO_TEST_RINGS"],
  optIn: env["TWILIO_TEST_RING"] === "yes" ? "yes" : undefined,
};

if (Object.values(real).every((value) => value !== undefined)) {
  telephonySuite("Twilio adapter, real network", async (events) => {
    const adapter = await serveAdapter(events, {
      accountSid: real.accountSid ?? "",
      authToken: real.authToken ?? "",
      publicUrl: real.publicUrl ?? "",
      port: Number(env["TWILIO_TEST_PORT"] ?? 3999),
    });
    return {
      telephony: createTwilioTelephony({ ...adapter.shared, baseUrl: null, fromNumbers: [real.from ?? ""] }),
      phones: { answers: real.answers ?? "", rings: real.rings ?? "", invalid: PHONES.invalid },
      stop: adapter.stop,
    };
  });
} else {
  test.skip("Twilio adapter, real network: it rings phones, so it needs TWILIO_TEST_RING=yes and the numbers", () =>
    undefined);
}

async function given(options?: Parameters<typeof startSandboxRig>[1]) {
  const board = new Switchboard();
  const rig = await startSandboxRig(board, options);
  onTestFinished(rig.stop);
  const attemptId = newAttemptId();
  const dial = (to: string, awaitGreetingEnd = false) =>
    rig.telephony.dial({
      attemptId,
      to,
      from: FROM,
      ringTimeoutSeconds: 25,
      timeLimitSeconds: 60,
      awaitGreetingEnd,
    });
  const placed = async (to: string, awaitGreetingEnd = false) => {
    const outcome = await dial(to, awaitGreetingEnd);
    if (outcome.kind !== "placed") throw new Error(`the dial was ${outcome.kind}`);
    return outcome.carrierCallId;
  };
  return { board, rig, attemptId, dial, placed };
}

test("[TW24] no frame of a call is lost, repeated or reordered, from the very first", async () => {
  const { board, rig, placed } = await given();
  await placed(PHONES.counts);
  const stream = await board.streams.next();
  const { heard, listener } = recordingListener();
  stream.listen(listener);
  const numbers: number[] = [];
  while (numbers.length < 30) {
    const [kind, payload] = await heard.next();
    if (kind === "audio") numbers.push(Buffer.from(String(payload), "base64")[0] ?? -1);
  }
  const [first = 0] = numbers;
  expect(numbers).toEqual(numbers.map((_, index) => first + index));
  expect(rig.rejected).toEqual([]);
});

test.each([
  [PHONES.busy, "busy"],
  [PHONES.rings, "no_answer"],
] as const)("[TW14] %s ends as %s", async (to, status) => {
  const { board, rig, placed } = await given();
  await rig.control("PUT", "/settings", { ringTimeoutMs: 50 });
  const carrierCallId = await placed(to);
  expect(await board.reported(status)).toMatchObject({ carrierCallId, durationSeconds: 0 });
  expect(board.answers.all).toEqual([]);
});

test.each([false, true])(
  "[TW14] a machine is reported while the stream runs (at its beep: %s)",
  async (atBeep) => {
    const { board, placed } = await given();
    const carrierCallId = await placed(PHONES.machine, atBeep);
    await board.streams.next();
    const report = { carrierCallId, answeredBy: "machine", greetingEnded: atBeep };
    expect(await board.machines.next()).toEqual(report);
  },
);

test("[TW24][TW29] keys arrive, and a torn socket is lost and asked about", async () => {
  const { board, rig, attemptId, placed } = await given();
  board.afterStream = "connect";
  const carrierCallId = await placed(PHONES.answers);
  const stream = await board.streams.next();
  const { heard, listener } = recordingListener();
  stream.listen(listener);
  await heard.next();
  await rig.control("POST", `/calls/${carrierCallId}/press`, { digits: "5#" });
  await vi.waitFor(
    () =>
      expect(heard.all.filter(([kind]) => kind === "key")).toEqual([
        ["key", "5"],
        ["key", "#"],
      ]),
    { timeout: 20_000 },
  );
  await rig.control("POST", `/calls/${carrierCallId}/stream`, { do: "tear" });
  expect(await board.ended.next()).toBe(`${attemptId} ${carrierCallId}`);
  const second = await board.streams.next();
  expect(second.carrierCallId).toBe(carrierCallId);
  expect(second.streamId).not.toBe(stream.streamId);
  expect(heard.all.at(-1)).toEqual(["closed", "lost"]);
});

test("[TW22] without its token the stream is refused and the call goes on to its action", async () => {
  const { board, placed } = await given();
  board.answer = { kind: "connect", token: "unknown" };
  await placed(PHONES.answers);
  await board.ended.next();
  expect(board.streams.all).toEqual([]);
  expect(board.reports.all).toContainEqual({ event: "error", code: "31920" });
  await board.reported("completed");
});

test("[TW15] one sentence and a hang-up", async () => {
  const { board, placed } = await given();
  board.answer = { kind: "sayAndHangUp", text: "Goodbye." };
  await placed(PHONES.answers);
  await board.reported("completed");
  expect(board.streams.all).toEqual([]);
});

test("[TW15] a transfer joins a second phone or says why not", async () => {
  const { board, rig, placed } = await given();
  await rig.control("PUT", "/settings", { ringTimeoutMs: 50 });
  board.answer = { kind: "transfer", to: PHONES.busy, from: FROM, ringTimeoutSeconds: 10 };
  await placed(PHONES.answers);
  expect(await board.transfers.next()).toBe("busy");
  await board.reported("completed");
});

test.each([
  ["drop-reply", "unknown"],
  ["cut-reply", "unknown"],
  ["bad-json", "unknown"],
  ["error-after", "unknown"],
] as const)("[TW4][TW6] %s: the outcome is %s and the attempt finds its call", async (fault, kind) => {
  const { board, rig, attemptId, dial } = await given();
  await rig.control("POST", "/faults", { target: "create", fault });
  expect(await dial(PHONES.answers)).toMatchObject({ kind });
  const [, carrierCallId = ""] = (await board.answers.next()).split(" ");
  expect(await rig.telephony.find({ attemptId, to: PHONES.answers, from: FROM })).toMatchObject({
    kind: "found",
    call: { carrierCallId },
  });
  await board.streams.next();
  await rig.telephony.end(carrierCallId);
  await board.reported("completed");
  expect(await rig.control("GET", `/calls?to=${encodeURIComponent(PHONES.answers)}`)).toMatchObject({
    calls: [{ rings: 1 }],
  });
});

test.each([
  ["drop-before", "unknown"],
  ["error-before", "unknown"],
  ["too-many", "throttled"],
] as const)("[TW4][TW6] %s: the outcome is %s and no phone rings", async (fault, kind) => {
  const { rig, attemptId, dial } = await given();
  await rig.control("POST", "/faults", { target: "create", fault });
  expect(await dial(PHONES.answers)).toMatchObject({ kind });
  expect(await rig.telephony.find({ attemptId, to: PHONES.answers, from: FROM })).toEqual({ kind: "absent" });
  expect(await rig.control("GET", "/calls")).toEqual({ calls: [] });
});

test("[TW11] a network with another auth token is not believed", async () => {
  const { board, rig, dial } = await given({ networkToken: "another" });
  expect(await dial(PHONES.answers)).toMatchObject({ kind: "unauthorized" });
  expect(await rig.telephony.check()).toMatchObject({ ok: false });
  expect(board.answers.all).toEqual([]);
});
