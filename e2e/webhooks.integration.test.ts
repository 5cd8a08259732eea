import { callReaches, journalOf } from "#e2e/support/api.ts";
import { LISTENER } from "#e2e/support/scripts.ts";
import { until } from "#e2e/support/wait.ts";
import { callCase, startWorld, type World } from "#e2e/support/world.ts";
import twilio from "twilio";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const KINDS = ["voice", "status", "amd", "stream-ended", "stream-status", "dial-ended"];

/** The HTTP status that a media handshake is refused with; 101 when it is let in. */
function handshake(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers });
    socket.once("open", () => {
      socket.close();
      resolve(101);
    });
    socket.once("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.once("error", reject);
  });
}

test("[TW11] what the carrier did not sign is refused, and moves nothing", async () => {
  const { business, request } = await callCase(world, LISTENER);
  const callId = await request();
  const { attempts, seq } = await callReaches(business.api, callId, ["in_progress"]);
  const attemptId = attempts[0]?.attemptId ?? "";
  const body = new URLSearchParams({ CallSid: `CA${"0".repeat(32)}`, CallStatus: "completed" });
  for (const kind of KINDS) {
    const url = `${world.baseUrl}/twilio/${kind}/${attemptId}`;
    const plain = await fetch(url, { method: "POST", body });
    expect(plain.status, kind).toBe(403);
    const forged = twilio.getExpectedTwilioSignature("somebody else's token", url, Object.fromEntries(body));
    const signed = await fetch(url, { method: "POST", body, headers: { "x-twilio-signature": forged } });
    expect(signed.status, kind).toBe(403);
  }
  const journal = await journalOf(business.api, callId);
  expect(journal.slice(seq).map(({ type }) => type)).not.toContain("attempt.ended");
  expect(await business.api.call.cancel({ callId })).toMatchObject({ cancelled: true });
});

test("[TW22] [CL42] a media token works once: a second socket gets 403, signed or not", async () => {
  const { consumer, business, request } = await callCase(world, LISTENER);
  const callId = await request();
  // In progress begins with the answer; until the carrier's own socket came, this one would be the first.
  await until("the stream is open", async () =>
    (await journalOf(business.api, callId)).some(({ type }) => type === "stream.opened"),
  );
  const { streams } = await world.sandbox.onlyCall(consumer.number);
  const url = streams[0]?.url ?? "";
  expect(url).toMatch(/^ws:.*\/twilio\/media\//);
  const signature = twilio.getExpectedTwilioSignature(world.sandbox.authToken, url, {});
  expect(await handshake(url, { "x-twilio-signature": signature })).toBe(403);
  expect(await handshake(url, {})).toBe(403);
  const wrong = url.replace(/[^/]+$/, "x".repeat(32));
  const wrongSignature = twilio.getExpectedTwilioSignature(world.sandbox.authToken, wrong, {});
  expect(await handshake(wrong, { "x-twilio-signature": wrongSignature })).toBe(403);
  expect((await business.api.call.get({ callId })).status).toBe("in_progress");
  await business.api.call.cancel({ callId });
});
