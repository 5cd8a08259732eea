import type { CallHead } from "#server/calls/call-document.ts";
import { newCall } from "#server/calls/new-call.ts";
import { createSeals } from "#server/lib/sealed.ts";
import type { MediaListener, MediaStream } from "#server/telephony/telephony.ts";
import type { VoiceListener, VoiceModel, VoiceSessionOptions } from "#server/voice/voice.ts";
import { randomBytes } from "node:crypto";

const seals = createSeals([{ keyId: "k1", key: randomBytes(32) }], randomBytes(32));

export function callHead(nowMs: number): CallHead {
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
export function scriptedVoice() {
  const asked: string[] = [];
  const sessions: {
    options: VoiceSessionOptions;
    listener: VoiceListener;
    /** The consumer's frames, as they came. */
    frames: string[];
    isClosed: boolean;
  }[] = [];
  /** When the sessions say that they end, and whether they throw when they are to speak. */
  const limits = { expiresAt: null as number | null, isBroken: false };
  const voice: VoiceModel = {
    model: "scripted",
    check: async () => ({ ok: true, reason: "" }),
    priceTable: "scripted",
    // A cent each: tokens of every class, and seconds.
    price: ({ transcriptionSeconds, ...tokens }) => ({ ...tokens, transcription: transcriptionSeconds }),
    open(options, listener) {
      const session = { options, listener, frames: [] as string[], isClosed: false };
      sessions.push(session);
      return {
        appendAudio: (payload) => {
          asked.push(`append ${payload}`);
          session.frames.push(payload);
        },
        say: (words) => {
          if (limits.isBroken) throw new Error("broken");
          asked.push(`say ${words}`);
        },
        respond: (guidance) => asked.push(`respond${guidance === undefined ? "" : " guided"}`),
        openFloor: () => asked.push("openFloor"),
        closeFloor: () => asked.push("closeFloor"),
        get expiresAt() {
          return limits.expiresAt;
        },
        recall: (turns) => asked.push(`recall ${JSON.stringify(turns)}`),
        note: (text, ref) => asked.push(`note ${text}${ref === undefined ? "" : ` (${ref})`}`),
        cancelAnswer: (answerId) =>
          asked.push(answerId === undefined ? "cancelAnswer" : `cancelAnswer ${answerId}`),
        discard: (answerId) => asked.push(`discard ${answerId}`),
        truncate: (itemId, ms) => asked.push(`truncate ${itemId} ${ms}`),
        returnTool: ({ toolCallId, answer }) => asked.push(`tool ${toolCallId} ${answer}`),
        close: () => {
          asked.push("close");
          session.isClosed = true;
        },
      };
    },
  };
  return { voice, asked, sessions, limits };
}

/** A phone whose ear the test holds. */
export function phoneEar() {
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
    // As at a real phone, a mark behind nothing comes back at once.
    sendMark: (name) => (name.startsWith("probe.") ? listener?.markPlayed(name) : marks.push(name)),
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
    loseMarks: () => void marks.splice(0),
    hearOne: () => says().markPlayed(marks.shift() ?? ""),
    closedBecause: () => closed,
  };
}
