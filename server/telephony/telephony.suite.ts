import { randomBytes } from "node:crypto";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Inbox, recordingListener } from "#server/telephony/inbox.fixture.ts";
import type {
  AnswerInstruction,
  CarrierStatus,
  MachineReport,
  MediaStream,
  StatusReport,
  Telephony,
  TelephonyEvents,
} from "#server/telephony/telephony.ts";

/** A carrier with an adapter in front of it, and phones that behave in a known way. */
export type CarrierRig = {
  telephony: Telephony;
  phones: {
    /** Is picked up, listens, and does not hang up within 10 s. */
    answers: string;
    /** Rings and is not picked up. */
    rings: string;
    /** The carrier refuses it. */
    invalid: string;
  };
  stop(): Promise<void>;
};

const PATIENCE = { timeout: 30_000, interval: 100 };

/** The product's side of the port, written down: answers every phone with a stream until told otherwise. */
export class Switchboard implements TelephonyEvents {
  readonly statuses = new Inbox<StatusReport & { attemptId: string }>();
  readonly machines = new Inbox<MachineReport>();
  readonly streams = new Inbox<MediaStream>();
  readonly ended = new Inbox<string>();
  readonly transfers = new Inbox<string>();
  readonly reports = new Inbox<{ event: string; code: string | null }>();
  readonly answers = new Inbox<string>();
  /** Tokens that were handed out and not used. */
  readonly tokens = new Set<string>();
  answer: "connect" | AnswerInstruction = "connect";
  afterStream: "connect" | AnswerInstruction = { kind: "hangUp" };

  async answered(attemptId: string, carrierCallId: string): Promise<AnswerInstruction> {
    this.answers.push(`${attemptId} ${carrierCallId}`);
    return this.#instruct(this.answer);
  }

  async streamEnded(attemptId: string, carrierCallId: string): Promise<AnswerInstruction> {
    this.ended.push(`${attemptId} ${carrierCallId}`);
    return this.#instruct(this.afterStream);
  }

  async transferEnded(_attemptId: string, _carrierCallId: string, how: string): Promise<AnswerInstruction> {
    this.transfers.push(how);
    return { kind: "hangUp" };
  }

  async statusChanged(attemptId: string, report: StatusReport): Promise<void> {
    this.statuses.push({ attemptId, ...report });
  }

  async machineDetected(_attemptId: string, report: MachineReport): Promise<void> {
    this.machines.push(report);
  }

  streamReported(_attemptId: string, report: { event: string; code: string | null }): void {
    this.reports.push(report);
  }

  async admitStream(_attemptId: string, token: string): Promise<boolean> {
    return this.tokens.delete(token);
  }

  streamOpened(_attemptId: string, _token: string, stream: MediaStream): void {
    this.streams.push(stream);
  }

  /** Waits for the report of this status. */
  async reported(status: CarrierStatus): Promise<StatusReport> {
    for (;;) {
      const report = await this.statuses.next();
      if (report.status === status) return report;
    }
  }

  #instruct(instruction: "connect" | AnswerInstruction): AnswerInstruction {
    if (instruction !== "connect") return instruction;
    const token = randomBytes(12).toString("base64url");
    this.tokens.add(token);
    return { kind: "connect", token };
  }
}

export function newAttemptId(): string {
  return `att_${randomBytes(8).toString("hex")}`;
}

/** What every carrier must do. Run it against the sandbox always, against the real one when there are credentials. */
export function telephonySuite(
  name: string,
  startRig: (events: TelephonyEvents) => Promise<CarrierRig>,
): void {
  async function given() {
    const board = new Switchboard();
    const rig = await startRig(board);
    onTestFinished(rig.stop);
    const attemptId = newAttemptId();
    const dial = (to: string) =>
      rig.telephony.dial({
        attemptId,
        to,
        from: rig.telephony.fromNumbers[0] ?? "",
        ringTimeoutSeconds: 25,
        awaitGreetingEnd: false,
        timeLimitSeconds: 60,
      });
    const placed = async (to: string) => {
      const outcome = await dial(to);
      if (outcome.kind !== "placed") throw new Error(`the dial was ${outcome.kind}`);
      return outcome.carrierCallId;
    };
    return { board, rig, attemptId, dial, placed };
  }

  describe(`telephony: ${name}`, () => {
    test("a call from the dial to the hang-up", async () => {
      const { board, rig, attemptId, placed } = await given();
      const carrierCallId = await placed(rig.phones.answers);
      expect(await board.answers.next()).toBe(`${attemptId} ${carrierCallId}`);
      const stream = await board.streams.next();
      expect(stream.carrierCallId).toBe(carrierCallId);
      const { heard, listener } = recordingListener();
      stream.listen(listener);
      expect(await heard.next()).toEqual(["audio", expect.any(String), expect.any(Number)]);
      stream.sendAudio(Buffer.alloc(1_600, 0xff).toString("base64"));
      stream.sendMark("g1:m1");
      await vi.waitFor(() => expect(heard.all).toContainEqual(["mark", "g1:m1"]), PATIENCE);
      stream.close("done");
      expect(await board.ended.next()).toBe(`${attemptId} ${carrierCallId}`);
      const report = await board.reported("completed");
      expect([report.carrierCallId, typeof report.durationSeconds]).toEqual([carrierCallId, "number"]);
      expect(heard.all.at(-1)).toEqual(["closed", "stopped"]);
      await vi.waitFor(async () => {
        const outcome = await rig.telephony.fetch(carrierCallId);
        expect(outcome).toMatchObject({ kind: "found", call: { carrierCallId, status: "completed" } });
      }, PATIENCE);
      expect(await rig.telephony.end(carrierCallId)).toEqual({ kind: "over" });
    });

    test("clear brings the marks back at once", async () => {
      const { board, rig, placed } = await given();
      const carrierCallId = await placed(rig.phones.answers);
      const stream = await board.streams.next();
      const { heard, listener } = recordingListener();
      stream.listen(listener);
      stream.sendAudio(Buffer.alloc(480_000, 0xff).toString("base64"));
      stream.sendMark("g1:m1");
      stream.clear();
      await vi.waitFor(() => expect(heard.all).toContainEqual(["mark", "g1:m1"]), PATIENCE);
      expect(await rig.telephony.end(carrierCallId)).toMatchObject({ kind: "accepted" });
      await board.reported("completed");
      await vi.waitFor(() => expect(heard.all.at(-1)).toEqual(["closed", "stopped"]), PATIENCE);
    });

    test("a phone is called away from a stream that nobody ends", async () => {
      const { board, rig, attemptId, placed } = await given();
      const carrierCallId = await placed(rig.phones.answers);
      const stream = await board.streams.next();
      const { heard, listener } = recordingListener();
      stream.listen(listener);
      board.tokens.add("away1");
      const instruction = { kind: "connect", token: "away1" } as const;
      expect(await rig.telephony.instruct(carrierCallId, attemptId, instruction)).toMatchObject({
        kind: "accepted",
      });
      const next = await board.streams.next();
      expect(next.carrierCallId).toBe(carrierCallId);
      await vi.waitFor(() => expect(heard.all.at(-1)).toEqual(["closed", "stopped"]), PATIENCE);
      // The carrier asks nothing: it was told.
      expect(board.ended.all).toEqual([]);
      next.close("done");
      await board.reported("completed");
      expect(await rig.telephony.instruct(carrierCallId, attemptId, instruction)).toEqual({ kind: "over" });
    });

    test("a ringing phone is stopped", async () => {
      const { board, rig, placed } = await given();
      const carrierCallId = await placed(rig.phones.rings);
      await board.reported("ringing");
      expect(await rig.telephony.end(carrierCallId)).toMatchObject({ kind: "accepted" });
      expect(await board.reported("cancelled")).toMatchObject({ carrierCallId });
      expect(board.answers.all).toEqual([]);
    });

    test("a call is found by its attempt", async () => {
      const { rig, attemptId, placed } = await given();
      const carrierCallId = await placed(rig.phones.rings);
      const numbers = { to: rig.phones.rings, from: rig.telephony.fromNumbers[0] ?? "" };
      await vi.waitFor(async () => {
        const outcome = await rig.telephony.find({ attemptId, ...numbers });
        expect(outcome).toMatchObject({ kind: "found", call: { carrierCallId } });
      }, PATIENCE);
      const other = await rig.telephony.find({ attemptId: newAttemptId(), ...numbers });
      expect(other).toEqual({ kind: "absent" });
      await rig.telephony.end(carrierCallId);
    });

    test("an invalid number is refused for good", async () => {
      const { rig, dial } = await given();
      expect(await dial(rig.phones.invalid)).toMatchObject({ kind: "refused", permanent: true });
    });

    test("the credentials are accepted, and an unknown call is absent", async () => {
      const { rig } = await given();
      expect(await rig.telephony.check()).toMatchObject({ ok: true });
      expect(await rig.telephony.fetch(`CA${"0".repeat(32)}`)).toEqual({ kind: "absent" });
    });
  });
}
