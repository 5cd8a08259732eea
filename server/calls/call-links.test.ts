import { createCallLinks } from "#server/calls/call-links.ts";
import { withCallLinks } from "#server/calls/linked-caller.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { callIdOfLink } from "#shared/call-link.ts";
import { callIdSchema } from "#shared/ids.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const HOUR_MS = 3_600_000;
const callId = fc.stringMatching(/^[0-9A-Za-z_-]{1,80}$/);
const given = (secret = "a session secret of some length") => {
  const clock = new ManualClock();
  return { clock, links: createCallLinks({ sessionSecret: secret, clock }) };
};

test("[CL223] a link works for its call until its end, and fits into an address", () => {
  fc.assert(
    fc.property(callId, fc.integer({ min: 1, max: 1000 }), (id, hours) => {
      const { clock, links } = given();
      const token = links.tokenFor(id, clock.nowMs() + hours * HOUR_MS);
      expect(callIdSchema.safeParse(id).success).toBe(true);
      expect(callIdOfLink(token)).toBe(id);
      expect(links.read(token)).toBe(id);
      expect(token).toMatch(/^[0-9A-Za-z_~-]+$/);
      clock.advance(hours * HOUR_MS - 1000);
      expect(links.read(token)).toBe(id);
      clock.advance(1000);
      expect(links.read(token)).toBeNull();
    }),
  );
});

test("[CL223] whatever is changed in a link, it opens nothing: one spelling, one call, one end, one secret", () => {
  const { clock, links } = given();
  const other = given("another session secret, just as long");
  const genuine = links.tokenFor("call_one", clock.nowMs() + HOUR_MS);
  const letter = fc.constantFrom(..."abcABC019-_~=. \u0000é");
  const changed = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.tuple(fc.nat(genuine.length), fc.nat(3), fc.array(letter, { maxLength: 3 })).map(([at, cut, put]) => {
      return genuine.slice(0, at) + put.join("") + genuine.slice(at + cut);
    }),
    callId.map((id) => genuine.replace("call_one", id)),
    fc.nat(1e9).map((later) => genuine.replace(/~[^~]+~/, `~${later.toString(36)}~`)),
    callId.map((id) => other.links.tokenFor(id, clock.nowMs() + HOUR_MS)),
  );
  fc.assert(
    fc.property(changed, (token) => {
      expect(links.read(token)).toBe(token === genuine ? "call_one" : null);
    }),
    { numRuns: 5000 },
  );
});

test("[CL223] the bearer is the call's consumer and bound to it; a forged link is nobody, whatever cookie came along", async () => {
  const { clock, links } = given();
  const asked: unknown[] = [];
  const callerOf = withCallLinks({
    links,
    queries: {
      consumerOf: async (id) => (id === "call_one" ? { accountId: "acc_maria", name: "Maria" } : null),
    },
    callerOf: async (credentials) => {
      asked.push(credentials);
      return null;
    },
  });
  const at = clock.nowMs() + HOUR_MS;
  const bearer = (token: string) => callerOf({ authorization: `Bearer ${token}`, cookie: "session=other" });
  expect(await bearer(links.tokenFor("call_one", at))).toEqual({
    accountId: "acc_maria",
    name: "Maria",
    email: "",
    role: "consumer",
    businessId: null,
    onlyCallId: "call_one",
  });
  expect(await bearer(links.tokenFor("call_unknown", at))).toBeNull();
  expect(await bearer("link_call_one~zzzzzzz~AAAAAAAAAAAAAAAAAAAAAAAA")).toBeNull();
  expect(asked).toEqual([]);
  await bearer("a-session-token");
  expect(asked).toHaveLength(1);
});
