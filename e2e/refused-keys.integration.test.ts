import { callEnds, callReaches } from "#e2e/support/api.ts";
import { type CountingProxy, startCountingProxy } from "#e2e/support/counting-proxy.ts";
import { startRingside } from "#e2e/support/ringside.ts";
import { TestSandbox } from "#e2e/support/sandbox.ts";
import { LISTENER } from "#e2e/support/scripts.ts";
import { until } from "#e2e/support/wait.ts";
import { callCase, type World } from "#e2e/support/world.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await TestSandbox.start();
});
afterAll(() => sandbox.stop());

const readySchema = z.object({
  ready: z.boolean(),
  parts: z.array(z.object({ name: z.string(), ok: z.boolean(), reason: z.string() })),
});

async function readiness(baseUrl: string) {
  const response = await fetch(`${baseUrl}/readyz`);
  const { ready, parts } = readySchema.parse(await response.json());
  return { status: response.status, ready, part: (name: string) => parts.find((one) => one.name === name) };
}

/** A call that was booked for a moment later came into the queue: alarms and queue are awake, and still nobody is dialled. */
async function queueIsAwake({ business, leadId }: Awaited<ReturnType<typeof callCase>>) {
  const { call_id: callId } = await business.api.business.requestAICall({
    leadId,
    objective: "Find out when somebody may come by.",
    scheduledTime: new Date(Date.now() + 3_000).toISOString(),
  });
  await callReaches(business.api, callId, ["queued"]);
}

/** Dials, told apart from the text messages to people whose calls are planned. */
const dialsOf = ({ seen }: CountingProxy) => seen.filter((line) => /^POST .*\/Calls\.json/.test(line));

async function worldWith(
  proxy: CountingProxy | null,
  env: Record<string, string>,
  dataDir?: string,
): Promise<World> {
  const ringside = await startRingside({
    env: {
      ...sandbox.env,
      ...(proxy !== null && { TWILIO_BASE_URL: proxy.baseUrl }),
      CALLS_PER_SECOND: "10",
      ...env,
    },
    ...(dataDir !== undefined && { dataDir }),
  });
  return { ringside, sandbox, baseUrl: ringside.baseUrl, stop: () => ringside.stop() };
}

describe.concurrent("a key that is refused", () => {
  test("[CL16] Twilio: one sentence, the call stays queued, no storm; it is dialled when the key works again", async () => {
    const proxy = await startCountingProxy(sandbox.baseUrl);
    const first = await worldWith(proxy, {});
    const readied = await callCase(first, LISTENER);
    const booked = await callCase(first, LISTENER);
    const { dataDir, port } = first.ringside;
    await first.ringside.interrupt();

    proxy.refuses = true;
    proxy.seen.length = 0;
    const again = await worldWith(proxy, { PORT: String(port) }, dataDir);
    try {
      const { stdout } = again.ringside.output();
      expect(stdout.match(/^\s*Attention: .*\.$/gm)).toHaveLength(1);
      const { status, ready, part } = await readiness(again.baseUrl);
      // Live calls and records need the server all the more: it stays ready, and says what is wrong.
      expect({ status, ready }).toEqual({ status: 200, ready: true });
      expect(part("telephony")).toMatchObject({ ok: false });
      expect(part("dialling")).toMatchObject({ ok: false });
      const callId = await readied.request();
      await queueIsAwake(booked);
      const view = await readied.business.api.call.get({ callId });
      expect(view).toMatchObject({ status: "queued", attempts: [] });
      expect(dialsOf(proxy)).toEqual([]);
      expect(proxy.seen.length).toBeLessThan(10);

      proxy.refuses = false;
      await callReaches(readied.business.api, callId, ["in_progress"]);
      expect(await sandbox.calls(readied.consumer.number)).toHaveLength(1);
    } finally {
      await again.stop();
      await first.stop();
      await proxy.stop();
    }
  });

  test("[CL16] Twilio refuses in the middle of the work: the attempt does not count, the call keeps its place", async () => {
    const proxy = await startCountingProxy(sandbox.baseUrl);
    const world = await worldWith(proxy, {});
    try {
      const readied = await callCase(world, LISTENER);
      const booked = await callCase(world, LISTENER);
      proxy.refuses = true;
      proxy.seen.length = 0;
      const callId = await readied.request();
      await until(
        "dialling is on hold",
        async () => (await readiness(world.baseUrl)).part("dialling")?.ok === false,
      );
      await queueIsAwake(booked);
      expect((await callReaches(readied.business.api, callId, ["queued"])).status).toBe("queued");
      expect(dialsOf(proxy)).toHaveLength(1);
      expect(proxy.seen.length).toBeLessThan(10);
      expect(world.ringside.output().stdout).toContain("dialling is on hold");
      expect(await sandbox.calls(readied.consumer.number)).toEqual([]);
    } finally {
      await world.stop();
      await proxy.stop();
    }
  });

  test("OpenAI: one sentence, the call stays queued, nobody's phone rings", async () => {
    const world = await worldWith(null, { OPENAI_API_KEY: "sk-not-the-right-one" });
    try {
      const { stdout } = world.ringside.output();
      expect(stdout.match(/^\s*Attention: .*\.$/gm)).toHaveLength(1);
      expect(stdout).not.toContain("sk-not-the-right-one");
      const { status, part } = await readiness(world.baseUrl);
      expect(status).toBe(200);
      expect(part("voice")).toMatchObject({ ok: false });
      const readied = await callCase(world, LISTENER);
      const booked = await callCase(world, LISTENER);
      const callId = await readied.request();
      await queueIsAwake(booked);
      expect(await readied.business.api.call.get({ callId })).toMatchObject({
        status: "queued",
        attempts: [],
      });
      expect(await sandbox.calls(readied.consumer.number)).toEqual([]);
      expect(await readied.business.api.call.cancel({ callId })).toMatchObject({ cancelled: true });
    } finally {
      await world.stop();
    }
  });

  test("Anthropic: calls go on, the operator is told", async () => {
    const world = await worldWith(null, { ANTHROPIC_API_KEY: "sk-ant-not-the-right-one" });
    try {
      expect(world.ringside.output().stdout).toContain("Attention:");
      const { status, part } = await readiness(world.baseUrl);
      expect(status).toBe(200);
      expect(part("analyst")).toMatchObject({ ok: false });
      const readied = await callCase(world, "hangs-up");
      const callId = await readied.request();
      const view = await callEnds(readied.business.api, callId);
      expect(view).toMatchObject({ status: "completed", analysis: null });
      expect(view.transcript).not.toHaveLength(0);
    } finally {
      await world.stop();
    }
  });
});
