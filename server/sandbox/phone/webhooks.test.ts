import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import twilio from "twilio";
import { expect, test } from "vitest";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { pauseBeforeRetryMs, retryPolicyOf, shouldRetry } from "#server/sandbox/phone/retry-policy.ts";
import { signatureOf } from "#server/sandbox/phone/signature.ts";
import { Webhooks } from "#server/sandbox/phone/webhooks.ts";

test("[SB20] reproduces the signature of Twilio's own example", () => {
  const fields = new URLSearchParams({
    CallSid: "CA1234567890ABCDE",
    Caller: "+14158675310",
    Digits: "1234",
    From: "+14158675310",
    To: "+18005551212",
  });
  const url = "https://example.com/myapp.php?foo=1&bar=2";
  expect(signatureOf("12345", url, fields)).toBe("L/OH5YylLD5NRKLltdqwSvS0BnU=");
});

test("[SB20] the SDK accepts what is signed here, for any fields", () => {
  const field = fc.tuple(fc.string({ minLength: 1 }), fc.string());
  fc.assert(
    fc.property(fc.array(field), fc.webUrl({ withQueryParameters: true }), (pairs, url) => {
      const fields = new URLSearchParams(pairs);
      const params = Object.fromEntries(
        [...new Set(fields.keys())].map((name) => [name, fields.getAll(name)]),
      );
      expect(twilio.validateRequest("token", signatureOf("token", url, fields), url, params)).toBe(true);
    }),
  );
});

test("[SB20] fragment and user are not signed, nor a port over HTTPS", () => {
  const none = new URLSearchParams();
  const plain = signatureOf("t", "https://h.test/a?b=1", none);
  expect(signatureOf("t", "https://u:p@h.test:8443/a?b=1#rc=3", none)).toBe(plain);
  expect(signatureOf("t", "http://h.test:8080/a", none)).not.toBe(signatureOf("t", "http://h.test/a", none));
  const socket = "wss://h.test/media/1";
  expect(twilio.validateRequest("t", signatureOf("t", socket, none), socket, {})).toBe(true);
});

test("[SB21] by default one more try, and only after a connection failure", () => {
  const policy = retryPolicyOf("https://h.test/a");
  expect(policy).toMatchObject({ connectTimeoutMs: 5000, totalTimeoutMs: 15_000, retries: 1 });
  expect(shouldRetry(policy, 1, { failure: "connection" })).toBe(true);
  expect(shouldRetry(policy, 2, { failure: "connection" })).toBe(false);
  expect(shouldRetry(policy, 1, { failure: "timeout" })).toBe(false);
  expect(shouldRetry(policy, 1, { status: 500 })).toBe(false);
});

test("[SB21] the fragment changes the tries", () => {
  const policy = retryPolicyOf("https://h.test/a#rc=3&rp=5xx,rt&ct=1000&tt=9000&rt=99999");
  expect(policy).toMatchObject({
    connectTimeoutMs: 1000,
    readTimeoutMs: 15_000,
    totalTimeoutMs: 9000,
    retries: 3,
  });
  expect(shouldRetry(policy, 3, { status: 503 })).toBe(true);
  expect(shouldRetry(policy, 4, { status: 503 })).toBe(false);
  expect(shouldRetry(policy, 1, { failure: "timeout" })).toBe(true);
  expect(shouldRetry(policy, 1, { status: 404 })).toBe(false);
  expect(shouldRetry(policy, 1, { failure: "connection" })).toBe(false);
  expect([1, 2, 3].map(pauseBeforeRetryMs)).toEqual([100, 200, 400]);
  const all = retryPolicyOf("https://h.test/a#rp=all");
  expect(shouldRetry(all, 1, { status: 404 })).toBe(true);
  expect(shouldRetry(all, 1, { status: 200 })).toBe(false);
});

test("[SB27] a server that never answers has 15 s, and is not asked again", async () => {
  const asked = Promise.withResolvers<void>();
  let requests = 0;
  const server = createServer(() => {
    requests++;
    asked.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const clock = new ManualClock();
  const sent = new Webhooks(clock, "t").send(
    { url: `http://127.0.0.1:${port}/voice`, method: "POST" },
    new URLSearchParams({ CallSid: "CA1" }),
  );
  await asked.promise;
  clock.advance(14_999);
  expect(clock.pending).toBeGreaterThan(0);
  clock.advance(1);
  expect(await sent).toEqual({ kind: "failed", code: 11_200, tries: 1 });
  expect(requests).toBe(1);
  server.closeAllConnections();
  server.close();
});
