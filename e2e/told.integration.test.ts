import { apiWith, callEnds, journalOf } from "#e2e/support/api.ts";
import { until } from "#e2e/support/wait.ts";
import { callCase, startWorld, type World } from "#e2e/support/world.ts";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

/** The mails to an address, oldest first; the operator's folder is the only transport. */
function mailsTo(email: string): string[] {
  const folder = join(world.ringside.dataDir, "mails");
  const all = readdirSync(folder).toSorted();
  return all.map((name) => readFileSync(join(folder, name), "utf8")).filter((mail) => mail.includes(email));
}

const textWith = (number: string, words: string) =>
  until(`a text with "${words}"`, async () => {
    const newest = await world.sandbox.textTo(number);
    return newest.includes(words) && newest;
  });

test("[CL223][NO1] both sides are told; the link in the text opens this call, and nothing else, without a password", async () => {
  const { consumer, business, leadId } = await callCase(world, "no-answer");
  const objective = "Find out what is broken and when somebody may come by.";
  const book = (hours: number) => {
    const scheduledTime = new Date(Date.now() + hours * 3_600_000).toISOString();
    return business.api.business.requestAICall({ leadId, objective, scheduledTime });
  };
  const { call_id: other } = await book(6);
  await textWith(consumer.number, other);
  const { call_id: callId } = await book(9);
  const text = await textWith(consumer.number, callId);
  const [, token = ""] = /\/c\/(\S+)$/.exec(text) ?? [];
  expect((await fetch(`${world.baseUrl}/c/${token}`)).status).not.toBe(404);
  const withLink = apiWith(world.baseUrl, token);
  expect(await withLink.call.get({ callId })).toMatchObject({ callId, status: "scheduled" });
  await expect(withLink.call.get({ callId: other })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(withLink.account.me()).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(withLink.call.list({})).rejects.toMatchObject({ code: "FORBIDDEN" });
  const forged = apiWith(world.baseUrl, token.replace(callId, other));
  await expect(forged.call.get({ callId: other })).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  expect(await withLink.call.cancel({ callId })).toMatchObject({ cancelled: true });
  await callEnds(business.api, callId);
  expect(await journalOf(business.api, callId)).toContainEqual(
    expect.objectContaining({
      type: "call.cancelRequested",
      by: expect.objectContaining({ role: "consumer" }),
    }),
  );
  await textWith(consumer.number, "it was cancelled");
  const mails = await until("the mail about the outcome", async () => {
    const all = mailsTo(business.email);
    return all.some((mail) => mail.includes(`/calls/${callId}`)) && all;
  });
  expect(mails.filter((mail) => mail.includes(`/calls/${callId}`))).toHaveLength(1);
  expect(mails.join()).not.toMatch(/Maria|sink|pipe/);
  const { stdout, stderr } = world.ringside.output();
  expect(stdout + stderr).not.toContain(token);
});
