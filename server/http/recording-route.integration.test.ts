import type { Caller } from "#server/accounts/caller.ts";
import { Audit, type AuditDocument } from "#server/audit/audit.ts";
import { RecordingPlayback } from "#server/calls/recording/playback.ts";
import type { RecordingDocument } from "#server/calls/recording/recordings.ts";
import { WAV_HEADER_BYTES } from "#server/calls/recording/wav.ts";
import { callHead } from "#server/calls/testing/scripted-sides.ts";
import { memoryFiles } from "#server/calls/testing/scripted-recordings.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { startHttpFixture } from "#server/http/http-fixture.suite.ts";
import { createRecordingRoute, rangeOf } from "#server/http/recording-route.ts";
import { Failure } from "#server/lib/failure.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { createSignedTokens } from "#server/lib/signed-token.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();
const bea: Caller = {
  accountId: "acc_bea",
  name: "Bea",
  email: "bea@people.test",
  role: "business",
  businessId: "biz_1",
};
let calls = 0;

/** One recorded call, and servers that each have a disk of their own. */
async function recordedCall() {
  const clock = new ManualClock();
  const { connection } = database();
  const call = { ...callHead(clock.nowMs()), _id: `call_${++calls}` };
  const documents = connection.collection<RecordingDocument>("recordings");
  const tokens = createSignedTokens({ secret: "a secret that servers share", purpose: "test", clock });
  const document = {
    _id: call._id,
    businessId: call.businessId,
    consumerId: call.consumerId,
    startedAt: new Date(clock.nowMs()),
  };
  const put = (state: RecordingDocument["state"], parts: RecordingDocument["parts"]) =>
    documents.replaceOne({ _id: call._id }, { ...document, state, parts }, { upsert: true });
  const access = {
    head: async (_by: Caller, callId: string) => {
      if (callId !== call._id) throw new Failure("NOT_FOUND");
      return call;
    },
  };
  const server = async () => {
    const { disk, files } = memoryFiles();
    const audit = new Audit({ connection, clock });
    const parts = { connection, files, access, audit, tokens, clock, logger: silentLogger };
    const playback = new RecordingPlayback({ ...parts, publicUrl: "http://public.test" });
    const route = createRecordingRoute({ open: (token) => playback.open(token), logger: silentLogger });
    const { url } = await startHttpFixture({ extraRouters: [route] });
    const has = async (epoch: number, bytes: Buffer) => {
      const name = `${call._id}-${epoch}.wav`;
      const file = await files.create(name);
      await file.append(bytes);
      await files.finish(name);
      return name;
    };
    return { playback, url, disk, has };
  };
  const acts = () =>
    connection
      .collection<AuditDocument>("audits")
      .countDocuments({ callId: call._id, act: "played_recording" });
  return { call, clock, put, server, documents, acts };
}

const sound = (seed: number, ms: number) =>
  Buffer.from(Uint8Array.from({ length: ms * 16 }, (_, index) => (index + seed) % 256));

test("[CL365] [AU3] a link plays the recording for ten minutes, is noted, and names nobody", async () => {
  const { call, clock, put, server, acts } = await recordedCall();
  const { playback, url, has } = await server();
  const audio = sound(1, 1000);
  const name = await has(1, audio);
  await put("ready", [{ name, epoch: 1, startMs: 9000, durationMs: 1000 }]);
  const link = await playback.link(bea, call._id);
  expect(link).toMatchObject({ durationMs: 1000, startMs: 9000 });
  expect(link.url).toMatch(/^http:\/\/public\.test\/recordings\/call_\d+~\w+~[\w-]+$/);
  expect(await acts()).toBe(1);
  const at = `${url}${new URL(link.url).pathname}`;
  const whole = await fetch(at);
  expect([whole.status, whole.headers.get("content-type"), whole.headers.get("accept-ranges")]).toEqual([
    200,
    "audio/wav",
    "bytes",
  ]);
  expect(whole.headers.get("cache-control")).toContain("no-store");
  const body = Buffer.from(await whole.arrayBuffer());
  expect(body.subarray(WAV_HEADER_BYTES)).toEqual(audio);

  const part = await fetch(at, { headers: { range: "bytes=100-199" } });
  expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 100-199/${body.length}`]);
  expect(Buffer.from(await part.arrayBuffer())).toEqual(body.subarray(100, 200));
  const tail = await fetch(at, { headers: { range: "bytes=-10" } });
  expect(Buffer.from(await tail.arrayBuffer())).toEqual(body.subarray(-10));
  const beyond = await fetch(at, { headers: { range: `bytes=${body.length}-` } });
  expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, `bytes */${body.length}`]);
  const head = await fetch(at, { method: "HEAD" });
  expect([head.status, head.headers.get("content-length")]).toEqual([200, String(body.length)]);

  expect((await fetch(at.replace(/.$/, (last) => (last === "A" ? "B" : "A")))).status).toBe(404);
  clock.advance(10 * 60_000);
  expect((await fetch(at)).status).toBe(404);
});

test("[CL365] what is deleted meanwhile is gone, whatever the link; what is not ready is not possible", async () => {
  const { call, put, server } = await recordedCall();
  const { playback, url, has } = await server();
  const name = await has(1, sound(1, 100));
  const parts = [{ name, epoch: 1, startMs: 0, durationMs: 100 }];
  await put("recording", parts);
  await expect(playback.link(bea, call._id)).rejects.toMatchObject({ code: "NOT_POSSIBLE" });
  await put("ready", parts);
  const path = new URL((await playback.link(bea, call._id)).url).pathname;
  for (const state of ["stopped", "expired"] as const) {
    await put(state, []);
    expect((await fetch(`${url}${path}`)).status).toBe(404);
    await expect(playback.link(bea, call._id)).rejects.toMatchObject({ code: "NOT_POSSIBLE" });
    await expect(playback.waveform(bea, call._id)).rejects.toMatchObject({ code: "NOT_POSSIBLE" });
  }
  await expect(playback.link(bea, "call_foreign")).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("[CL367] a part on another server's disk is fetched from there; once that server is gone it is said so", async () => {
  const { call, put, server } = await recordedCall();
  const [here, there] = [await server(), await server()];
  const [first, second] = [sound(1, 200), sound(7, 300)];
  const [near, far] = [await here.has(1, first), await there.has(2, second)];
  const parts = [
    { name: near, epoch: 1, startMs: 0, durationMs: 200, origin: here.url },
    { name: far, epoch: 2, startMs: 200, durationMs: 300, origin: there.url },
  ];
  await put("ready", parts);
  const path = new URL((await here.playback.link(bea, call._id)).url).pathname;
  for (const { url } of [here, there]) {
    const body = Buffer.from(await (await fetch(`${url}${path}`)).arrayBuffer());
    expect(body.subarray(WAV_HEADER_BYTES)).toEqual(Buffer.concat([first, second]));
  }
  const across = { range: `bytes=${WAV_HEADER_BYTES + 3100}-${WAV_HEADER_BYTES + 3299}` };
  const body = Buffer.from(await (await fetch(`${here.url}${path}`, { headers: across })).arrayBuffer());
  expect(body).toEqual(Buffer.concat([first, second]).subarray(3100, 3300));

  there.disk.files.clear();
  const fromThere = { range: `bytes=${WAV_HEADER_BYTES + 3200}-` };
  const away = await fetch(`${here.url}${path}`, { headers: fromThere });
  expect([away.status, await away.json()]).toEqual([
    503,
    expect.objectContaining({ code: "RECORDING_AWAY" }),
  ]);
  await put("ready", [{ name: far, epoch: 2, startMs: 200, durationMs: 300 }]);
  expect((await fetch(`${here.url}${path}`, { headers: { range: "bytes=58-" } })).status).toBe(503);
});

test("[CL368] the waveform is made once and kept with the recording", async () => {
  const { call, put, server, documents, acts } = await recordedCall();
  const { playback, has, disk } = await server();
  const name = await has(1, sound(1, 1000));
  await put("ready", [{ name, epoch: 1, startMs: 500, durationMs: 1000 }]);
  const first = await playback.waveform(bea, call._id);
  expect(first).toMatchObject({ startMs: 500, durationMs: 1000, perSecond: 10 });
  expect(Buffer.from(first.agent, "base64")).toHaveLength(10);
  disk.files.clear();
  expect(await playback.waveform(bea, call._id)).toEqual(first);
  expect((await documents.findOne({ _id: call._id }))?.peaks?.consumer).toBe(first.consumer);
  expect(await acts()).toBe(0);
});

test.each([
  ["bytes=0-", { first: 0, end: 100 }],
  ["bytes=10-19", { first: 10, end: 20 }],
  ["bytes=90-500", { first: 90, end: 100 }],
  ["bytes=-500", { first: 0, end: 100 }],
  ["bytes=100-", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=20-10", null],
  ["bytes=0-1,5-6", null],
  ["bytes=-", null],
  ["lines=1-2", null],
  [undefined, null],
])("[CL365] the range %s of 100 bytes", (header, range) => {
  expect(rangeOf(header, 100)).toEqual(range);
});
