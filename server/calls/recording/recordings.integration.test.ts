import type { CallHead } from "#server/calls/call-document.ts";
import { Recordings, type RecordingDocument } from "#server/calls/recording/recordings.ts";
import { callHead } from "#server/calls/testing/scripted-sides.ts";
import { memoryFiles } from "#server/calls/testing/scripted-recordings.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { CallEvent, NewCallEvent } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";
import { expect, onTestFinished, test } from "vitest";

const database = useTestDatabase();
const SECOND = Buffer.alloc(16_000, 1);

/** One call and any number of servers, each with its own disk. */
function oneCall(consent = true) {
  const clock = new ManualClock();
  const { connection } = database();
  const journal: CallEvent[] = [];
  const consents = { recording: consent };
  let call: CallHead = callHead(clock.nowMs());
  const store = {
    head: async (callId: string) => (callId === call._id ? call : null),
    async recordLate(
      _callId: string,
      choose: (
        head: CallHead,
        view: ReturnType<typeof foldCall>,
      ) => { change: Partial<CallHead>; events: NewCallEvent[] } | null,
    ) {
      const chosen = choose(call, foldCall(journal));
      if (chosen === null || call.state.phase !== "ended") return false;
      const at = new Date(clock.nowMs()).toISOString();
      for (const event of chosen.events) journal.push({ ...event, seq: journal.length + 1, at });
      return true;
    },
  };
  const server = () => {
    const { disk, files } = memoryFiles();
    const consentFor = async () => ({ aiCalls: true, recording: consents.recording });
    const recordings = new Recordings({
      connection,
      files,
      store,
      clock,
      consents: { consentFor },
      settled: async () => undefined,
      nodePublicUrl: "http://127.0.0.1:3000",
      logger: silentLogger,
    });
    return { disk, recordings };
  };
  const end = () => {
    call = { ...call, state: { phase: "ended", end: { status: "completed", reason: "over" } } };
  };
  const document = () => connection.collection<RecordingDocument>("recordings").findOne({ _id: call._id });
  return { call, clock, journal, consents, server, end, document };
}

/** The sweep of a server that comes up. */
async function comesUp({ recordings }: { recordings: Recordings }) {
  recordings.start();
  await recordings.stop();
}

test("[CL121] without consent, or once it was taken back, nobody is recorded; a later stream goes on", async () => {
  const { call, consents, server } = oneCall(false);
  const { recordings } = server();
  expect(await recordings.permission(call)).toBe("no");
  consents.recording = true;
  expect(await recordings.permission(call)).toBe("fresh");
  await recordings.begin(call, 1, 9000);
  expect(await recordings.permission(call)).toBe("continued");
  consents.recording = false;
  expect(await recordings.permission(call)).toBe("no");
});

test("[CL123] parts of two servers: ready once, when the server that was killed is back and has finished its own", async () => {
  const { call, journal, server, end, document } = oneCall();
  const killed = server();
  const first = await killed.recordings.begin(call, 1, 9000);
  await first.file.append(SECOND);
  const other = server();
  const second = await other.recordings.begin(call, 2, 15_000);
  await second.file.append(SECOND);
  await second.file.append(SECOND);
  await other.recordings.partDone(call._id, second.name);
  await comesUp(killed);
  expect(await document()).toMatchObject({ state: "recording", parts: [{ durationMs: null }, {}] });
  end();
  await other.recordings.finish(call._id);
  expect(journal).toEqual([]);
  await comesUp(killed);
  await comesUp(killed);
  await other.recordings.finish(call._id);
  expect(journal).toMatchObject([{ type: "recording.ready", durationMs: 3000 }]);
  expect(await document()).toMatchObject({
    state: "ready",
    parts: [
      { name: first.name, startMs: 9000, durationMs: 1000 },
      { name: second.name, startMs: 15_000, durationMs: 2000 },
    ],
  });
});

test("[CL122] a refusal deletes every part, on other servers as soon as they look, and nobody records again", async () => {
  const { call, journal, server, end, document } = oneCall();
  const one = server();
  const other = server();
  await one.recordings.begin(call, 1, 0);
  await other.recordings.begin(call, 2, 5000);
  await other.recordings.erase(call);
  expect([one.disk.files.size, other.disk.files.size]).toEqual([1, 0]);
  expect(await other.recordings.permission(call)).toBe("no");
  await expect(other.recordings.begin(call, 3, 9000)).rejects.toMatchObject({ code: 11_000 });
  await comesUp(one);
  expect(one.disk.files.size).toBe(0);
  end();
  await one.recordings.finish(call._id);
  expect(await document()).toMatchObject({ state: "stopped", parts: [] });
  expect(journal).toEqual([]);
});

test("[CL122] a refusal whose server was killed before it had deleted anything left a recording", async () => {
  const { call, journal, server, end, document } = oneCall();
  const { recordings, disk } = server();
  await recordings.begin(call, 1, 0);
  const refusal = { segmentId: "u1", speaker: "consumer", text: "Please do not record this." } as const;
  journal.push({ type: "transcript.segment", ...refusal, startMs: 1, endMs: 2, seq: 1, at: "" });
  end();
  await recordings.finish(call._id);
  expect(disk.files.size).toBe(0);
  expect(await document()).toMatchObject({ state: "stopped", parts: [] });
  expect(journal).toHaveLength(1);
});

test("[CL122] a refusal before anything was recorded counts for the whole call", async () => {
  const { call, server } = oneCall();
  const { recordings } = server();
  await recordings.erase(call);
  await recordings.erase(call);
  expect(await recordings.permission(call)).toBe("no");
});

test("[CL123] the sweep of a living server finishes what its own process could not in time", async () => {
  const { call, clock, journal, server, end } = oneCall();
  const { recordings } = server();
  const { file } = await recordings.begin(call, 1, 0);
  await file.append(SECOND);
  recordings.start();
  onTestFinished(() => recordings.stop());
  end();
  await expect
    .poll(
      () => {
        clock.advance(60_000);
        return journal.map((event) => event.type);
      },
      { timeout: 20_000 },
    )
    .toEqual(["recording.ready"]);
});

test("[CL369] after 90 days a recording is deleted, on every server, and the journal says so once", async () => {
  const { call, clock, journal, server, end, document } = oneCall();
  const [one, other] = [server(), server()];
  const first = await one.recordings.begin(call, 1, 0);
  await first.file.append(SECOND);
  await one.recordings.partDone(call._id, first.name);
  const second = await other.recordings.begin(call, 2, 5000);
  await second.file.append(SECOND);
  await other.recordings.partDone(call._id, second.name);
  end();
  await one.recordings.finish(call._id);
  const day = 24 * 60 * 60 * 1000;
  clock.advance(89 * day);
  await comesUp(one);
  expect(one.disk.files.size).toBe(1);
  clock.advance(2 * day);
  await comesUp(one);
  expect([one.disk.files.size, other.disk.files.size]).toEqual([0, 1]);
  await comesUp(other);
  await comesUp(one);
  expect(other.disk.files.size).toBe(0);
  expect(await document()).toMatchObject({ state: "expired", parts: [] });
  expect(journal.map((event) => event.type)).toEqual(["recording.ready", "recording.expired"]);
  expect(foldCall(journal).recording).toEqual({ state: "expired", durationMs: null });
});
