import type { CallHead } from "#server/calls/call-document.ts";
import type { ActorDeps, PastTurn } from "#server/calls/live/actor-deps.ts";
import { CallActor } from "#server/calls/live/call-actor.ts";
import { newCall } from "#server/calls/request-call.ts";
import type { End } from "#server/calls/state/call-state.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { createSeals } from "#server/lib/sealed.ts";
import type { MediaListener, MediaStream } from "#server/telephony/telephony.ts";
import type { VoiceListener, VoiceModel, VoiceSessionOptions } from "#server/voice/voice.ts";
import type { Draft, NewCallEvent } from "#shared/call/events.ts";
import { randomBytes } from "node:crypto";

const seals = createSeals([{ keyId: "k1", key: randomBytes(32) }], randomBytes(32));

function callHead(nowMs: number): CallHead {
  const { journal: _journal, ...head } = newCall(
    {
      ids: { businessId: "biz_00000001", leadId: "lead_00000001", consumerId: "acc_1" },
      briefing: {
        businessName: "Acme",
        legalName: "Acme LLC",
        voice: "marin",
        consumerName: "Maria",
        category: "roofing",
        need: "A leaking roof",
        objective: "Agree on a visit",
        timeZone: "America/New_York",
      },
      phone: { e164: "+12125550123", phoneKey: "person", masked: "•••• 0123" },
      dueAt: null,
      by: { kind: "system" },
      nowMs,
    },
    seals,
  );
  return head;
}

/** A voice model that does nothing by itself: the test speaks for it, and reads what it was asked. */
function scriptedVoice() {
  const asked: string[] = [];
  const sessions: { options: VoiceSessionOptions; listener: VoiceListener }[] = [];
  const voice: VoiceModel = {
    model: "scripted",
    check: async () => ({ ok: true, reason: "" }),
    costCents: () => 1,
    transcriptionCents: () => 0.1,
    open(options, listener) {
      sessions.push({ options, listener });
      return {
        appendAudio: (payload) => asked.push(`append ${payload}`),
        say: (words) => asked.push(`say ${words}`),
        respond: (guidance) => asked.push(`respond${guidance === undefined ? "" : " guided"}`),
        openFloor: () => asked.push("openFloor"),
        note: (text) => asked.push(`note ${text}`),
        cancelAnswer: () => asked.push("cancelAnswer"),
        discard: (answerId) => asked.push(`discard ${answerId}`),
        truncate: (itemId, ms) => asked.push(`truncate ${itemId} ${ms}`),
        returnTool: ({ toolCallId, answer }) => asked.push(`tool ${toolCallId} ${answer}`),
        close: () => asked.push("close"),
      };
    },
  };
  return { voice, asked, sessions };
}

/** One actor between a scripted voice and a phone whose ear the test holds. */
export function actorBench(turns: PastTurn[] = []) {
  const clock = new ManualClock();
  const { voice, asked, sessions } = scriptedVoice();
  const recorded: NewCallEvent[] = [];
  const ended: End[] = [];
  const optOuts: string[] = [];
  const drafts: Draft[] = [];
  const lost: number[] = [];
  const broken: string[] = [];
  let fenced = false;
  const head = callHead(clock.nowMs());
  const deps: ActorDeps = {
    store: {
      async record(_callId, _epoch, _recordId, events) {
        if (fenced) return { kind: "unchanged", call: head };
        recorded.push(...events);
        return { kind: "stepped", call: head, step: { state: head.state, events, effects: [] } };
      },
      events: async () => ({ events: [], seq: 0 }),
      beat: async () => (fenced ? null : head),
      checkpointDraft: async () => undefined,
    },
    feed: { event() {}, draft: (draft) => drafts.push(draft), boardChanged() {} },
    voice,
    clock,
    logger: silentLogger,
    instance: "srv_1",
    endCall: (_callId, end) => ended.push(end),
    optOut: async (_callId, how) => void optOuts.push(how),
    voiceBroken: (reason) => broken.push(reason),
    streamLost: async (_callId, _attemptId, epoch) => void lost.push(epoch),
    measured() {},
  };
  const actor = new CallActor(head, { turns, voiceCents: 0 }, deps);
  const phone = phoneEar();
  const join = () => {
    actor.join(phone.stream, 1, "att_00000001", clock.nowMs());
    actor.claimed();
  };
  /** The voice model's newest session. */
  const voiceSays = () => {
    const session = sessions.at(-1);
    if (session === undefined) throw new Error("No voice session was opened.");
    return session.listener;
  };
  const fence = () => {
    fenced = true;
  };
  const books = { recorded, ended, optOuts, drafts, lost, broken };
  return { actor, clock, asked, sessions, phone, join, voiceSays, fence, ...books };
}

function phoneEar() {
  const marks: string[] = [];
  let listener: MediaListener | null = null;
  let closed: string | null = null;
  const stream: MediaStream = {
    streamId: "MZ1",
    carrierCallId: "CA1",
    listen: (given) => {
      listener = given;
    },
    sendAudio() {},
    sendMark: (name) => marks.push(name),
    clear() {},
    close: (reason) => {
      closed ??= reason;
    },
    bufferedBytes: () => 0,
  };
  const says = () => {
    if (listener === null) throw new Error("Nobody listens to the phone.");
    return listener;
  };
  return {
    stream,
    says,
    /** Everything sent so far was played. */
    hearAll: () => marks.splice(0).forEach((mark) => says().markPlayed(mark)),
    hearOne: () => says().markPlayed(marks.shift() ?? ""),
    closedBecause: () => closed,
  };
}

/** Audio of so many ms, as the voice model sends it. */
export const sound = (ms: number) => Buffer.alloc(ms * 8, 0x55).toString("base64");
