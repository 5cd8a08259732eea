import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { type AlertFigures, brokenRules } from "#server/insights/alerts/alert-rules.ts";
import { AlertStore } from "#server/insights/alerts/alert-store.ts";
import { AlertWatch } from "#server/insights/alerts/alert-watch.ts";
import { RecentMetrics } from "#server/insights/alerts/recent-metrics.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { createMetrics } from "#server/observability/metrics.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();
const NONE = { count: 0, bad: 0 };
const FINE: AlertFigures = { queueDepth: 0, ended: NONE, requests: NONE, firstWords: NONE, jobsFailed: 0 };
const supervisor = {
  accountId: "acc_super",
  name: "Sue",
  email: "sue@people.test",
  role: "supervisor",
  businessId: null,
} as const;

test.each([
  ["queue_deep", { queueDepth: 100 }, { queueDepth: 101 }],
  ["calls_fail", { ended: { count: 100, bad: 5 } }, { ended: { count: 100, bad: 6 } }],
  ["api_slow", { requests: { count: 100, bad: 5 } }, { requests: { count: 100, bad: 6 } }],
  ["first_word_slow", { firstWords: { count: 19, bad: 19 } }, { firstWords: { count: 20, bad: 2 } }],
  ["job_failed", { jobsFailed: 0 }, { jobsFailed: 1 }],
])("[IN10] %s: just not, and just", (rule, fine, bad) => {
  expect(brokenRules({ ...FINE, ...fine })).toEqual([]);
  expect(brokenRules({ ...FINE, ...bad })).toMatchObject([{ rule }]);
});

test("[IN10] only the last five minutes of a server's metrics count", async () => {
  const clock = new ManualClock();
  const metrics = createMetrics({ processMetrics: false });
  const recent = new RecentMetrics(metrics, clock);
  const request = { method: "GET", route: "healthz", status: "200" };
  metrics.httpRequestMs.observe(request, 900);
  metrics.httpRequestMs.observe(request, 1_001);
  metrics.answerToFirstWordMs.observe(1_500);
  metrics.answerToFirstWordMs.observe(1_501);
  metrics.jobFailures.inc({ job: "call.due" });
  const all = { requests: { count: 2, bad: 1 }, firstWords: { count: 2, bad: 1 }, jobsFailed: 1 };
  expect(await recent.read()).toEqual(all);
  clock.advance(299_999);
  expect(await recent.read()).toEqual(all);
  clock.advance(1);
  metrics.jobFailures.inc({ job: "call.due" });
  expect(await recent.read()).toEqual({ requests: NONE, firstWords: NONE, jobsFailed: 1 });
});

/** Servers of one installation; what each sees is in `seen`. */
function installation() {
  const clock = new ManualClock();
  const store = new AlertStore(database().connection, clock);
  const mails: { to: string; subject: string }[] = [];
  let mailWorks = true;
  const server = (instance: string, seen: Partial<AlertFigures>) =>
    new AlertWatch({
      store,
      instance,
      queueDepth: async () => seen.queueDepth ?? 0,
      endedShare: async () => NONE,
      recent: async () => ({ requests: NONE, firstWords: NONE, jobsFailed: seen.jobsFailed ?? 0 }),
      recipients: ["sue@people.test"],
      async sendEmail(mail) {
        if (!mailWorks) throw new Error("no mail server");
        mails.push(mail);
      },
      clock,
      logger: silentLogger,
    });
  return { clock, store, mails, server, breakMail: (broken: boolean) => (mailWorks = !broken) };
}

test("[IN11] however many servers see it, an alert is raised and told once, acknowledged by the first, and resolved when it is over", async () => {
  const { store, mails, server } = installation();
  const seen: Partial<AlertFigures> = { queueDepth: 134 };
  const servers = [server("srv_a", seen), server("srv_b", seen)];
  await Promise.all(servers.map((one) => one.look()));
  await Promise.all(servers.map((one) => one.look()));
  const [alert, ...others] = await store.list();
  expect(others).toEqual([]);
  expect(alert).toMatchObject({ rule: "queue_deep", detail: "134 calls wait for a line.", resolvedAt: null });
  expect(mails.map(({ to }) => to)).toEqual(["sue@people.test"]);
  expect(await store.acknowledge(supervisor, alert?.alertId ?? "")).toBe(true);
  expect(await store.acknowledge({ ...supervisor, name: "Late" }, alert?.alertId ?? "")).toBe(true);
  expect(await store.acknowledge(supervisor, "alert_none")).toBe(false);
  seen.queueDepth = 3;
  await servers[1]?.look();
  expect(await store.list()).toMatchObject([{ acknowledged: { by: "Sue" }, resolvedAt: expect.any(String) }]);
  seen.queueDepth = 101;
  await servers[0]?.look();
  expect(await store.list()).toHaveLength(2);
  seen.queueDepth = 0;
  await servers[0]?.look();
});

test("[IN11] what one server has is not resolved by another, but when its server is gone", async () => {
  const { clock, store, server } = installation();
  const [ill, well] = [server("srv_ill", { jobsFailed: 1 }), server("srv_well", {})];
  await ill.look();
  await well.look();
  const open = async () =>
    (await store.list()).filter((one) => one.resolvedAt === null).map((one) => one.rule);
  expect(await open()).toEqual(["job_failed"]);
  clock.advance(300_001);
  await well.look();
  expect(await open()).toEqual([]);
});

test("[IN12] an e-mail that could not be sent is tried again, longer apart, and not for ever", async () => {
  const { clock, mails, server, breakMail } = installation();
  const watch = server("srv_c", { jobsFailed: 2 });
  breakMail(true);
  await watch.look();
  clock.advance(29_000);
  breakMail(false);
  await watch.look();
  expect(mails).toHaveLength(0);
  clock.advance(1_000);
  await watch.look();
  expect(mails).toHaveLength(1);
  clock.advance(200_000);
  await watch.look();
  expect(mails).toHaveLength(1);
});

test("[IN11] it looks every 15 seconds until it is stopped", async () => {
  const { clock, server } = installation();
  const watch = server("srv_d", {});
  watch.start();
  clock.advance(15_000);
  await watch.stop();
  expect(clock.pending).toBe(0);
});
