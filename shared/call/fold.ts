import type { CallEvent, CallEventOf } from "#shared/call/events.ts";
import { type AttemptView, type CallView, EMPTY_CALL_VIEW } from "#shared/call/view.ts";

/**
 * The one fold of the product: journal events → view. Pure; the record, the live screens, replay and the tests all use it.
 * Events must come in `seq` order; an event at or below `view.seq` changes nothing (a duplicate delivery is harmless).
 */
export function foldCall(events: readonly CallEvent[], from: CallView = EMPTY_CALL_VIEW): CallView {
  return events.reduce(applyCallEvent, from);
}

export function applyCallEvent(view: CallView, event: CallEvent): CallView {
  if (event.seq <= view.seq) return view;
  return { ...view, ...changeOf(view, event), seq: event.seq };
}

type Change = Partial<CallView>;

/** What the event changes; split by what the event is about so that each part stays readable. */
function changeOf(view: CallView, event: CallEvent): Change {
  return (
    lifeChange(view, event) ??
    attemptChange(view, event) ??
    talkChange(view, event) ??
    steerChange(view, event) ??
    recordChange(view, event)
  );
}

function lifeChange(view: CallView, event: CallEvent): Change | undefined {
  switch (event.type) {
    case "call.requested":
      return requested(event);
    case "call.scheduled":
      return { status: "scheduled", scheduledFor: event.scheduledFor, scheduledWhy: event.why };
    case "call.queued":
      return { status: "queued", scheduledFor: null, scheduledWhy: null };
    case "call.cancelRequested":
      return { status: "cancelling", scheduledFor: null };
    case "call.ended":
      return {
        status: event.status,
        outcome: event.outcome ?? view.outcome,
        endReason: event.reason,
        endedAt: event.at,
        scheduledFor: null,
        connected: false,
      };
    default:
      return undefined;
  }
}

function requested(event: CallEventOf<"call.requested">): Change {
  const {
    callId,
    businessId,
    businessName,
    leadId,
    consumerName,
    consumerPhone,
    objective,
    requestedBy,
    at,
  } = event;
  return {
    callId,
    businessId,
    businessName,
    leadId,
    consumerName,
    consumerPhone,
    objective,
    requestedBy,
    requestedAt: at,
    codeWords: event.codeWords ?? null,
  };
}

function attemptChange(view: CallView, event: CallEvent): Change | undefined {
  switch (event.type) {
    case "attempt.dialing":
      return {
        status: "dialing",
        scheduledFor: null,
        scheduledWhy: null,
        answeredAt: null,
        fromNumber: event.fromNumber ?? view.fromNumber,
        attempts: [...view.attempts, newAttempt(event)],
      };
    case "attempt.ringing":
      return {
        status: view.status === "cancelling" ? "cancelling" : "ringing",
        attempts: patchAttempt(view, event.attemptId, { ringingAt: event.at }),
      };
    case "attempt.answered":
      return {
        status: view.status === "cancelling" ? "cancelling" : "in_progress",
        answeredAt: event.at,
        attempts: patchAttempt(view, event.attemptId, { answeredAt: event.at }),
      };
    case "attempt.machineDetected":
      return {
        attempts: patchAttempt(view, event.attemptId, {
          answeredBy: event.answeredBy,
          message: event.message ?? null,
        }),
      };
    case "attempt.ended":
      return {
        // What was picked up is summed up; the other ends are followed at once by what comes next.
        ...((event.ended === "completed" || event.ended === "voicemail") && {
          status: "wrapping_up" as const,
        }),
        connected: false,
        // Nobody speaks any more.
        holder: "agent",
        holderId: null,
        holderName: null,
        attempts: patchAttempt(view, event.attemptId, {
          ended: event.ended,
          endedAt: event.at,
          reason: event.reason ?? null,
        }),
      };
    default:
      return undefined;
  }
}

function newAttempt(event: CallEventOf<"attempt.dialing">): AttemptView {
  return {
    attemptId: event.attemptId,
    attemptNumber: event.attemptNumber,
    dialedAt: event.at,
    ringingAt: null,
    answeredAt: null,
    endedAt: null,
    ended: null,
    reason: null,
    answeredBy: null,
    message: null,
  };
}

function patchAttempt(view: CallView, attemptId: string, patch: Partial<AttemptView>): AttemptView[] {
  return view.attempts.map((one) => (one.attemptId === attemptId ? { ...one, ...patch } : one));
}

function talkChange(view: CallView, event: CallEvent): Change | undefined {
  switch (event.type) {
    case "stream.opened":
    case "call.resumed":
      return { connected: true };
    case "stream.lost":
      return { connected: false };
    case "opening.heard":
      return { openingHeard: true };
    case "transcript.segment": {
      const { seq: _seq, at: _at, type: _type, ...segment } = event;
      return {
        transcript: insertByStart(view.transcript, segment),
        interruptions: view.interruptions + (segment.interrupted === true ? 1 : 0),
      };
    }
    case "turn.measured":
      return { turnLatenciesMs: [...view.turnLatenciesMs, event.latencyMs] };
    case "tool.called": {
      const { toolCallId, name, arguments: args, atMs } = event;
      return { tools: [...view.tools, { toolCallId, name, arguments: args, atMs, result: null }] };
    }
    case "tool.returned": {
      const result = { ok: event.ok, text: event.result, durationMs: event.durationMs };
      return {
        tools: view.tools.map((one) => (one.toolCallId === event.toolCallId ? { ...one, result } : one)),
      };
    }
    case "tool.refused":
      return { toolsRefused: event.count };
    case "holder.changed":
      return {
        holder: event.holder,
        holderId: event.holder === "person" && event.by.kind === "person" ? event.by.accountId : null,
        holderName: event.holder === "person" && event.by.kind === "person" ? event.by.name : null,
      };
    default:
      return undefined;
  }
}

function steerChange(view: CallView, event: CallEvent): Change | undefined {
  switch (event.type) {
    case "steer.whispered":
    case "steer.said": {
      const { steerId, text, by, at } = event;
      const kind = event.type === "steer.said" ? "exact" : "whisper";
      return { steers: [...view.steers, { steerId, kind, text, by, at, usedAtMs: null }] };
    }
    case "steer.used":
      return {
        steers: view.steers.map((one) =>
          one.steerId === event.steerId ? { ...one, usedAtMs: event.atMs } : one,
        ),
      };
    default:
      return undefined;
  }
}

type Line = CallView["transcript"][number];

/**
 * The consumer's words may be recognised after the answer to them was committed: the reading order is by time, then by the place in the
 * conversation. It is a total order, so the order in which segments were stored changes nothing.
 */
function insertByStart(transcript: readonly Line[], segment: Line): Line[] {
  const after = transcript.findLastIndex((one) => comesBefore(one, segment)) + 1;
  return transcript.toSpliced(after, 0, segment);
}

function comesBefore(a: Line, b: Line): boolean {
  if (a.startMs !== b.startMs) return a.startMs < b.startMs;
  const [first, second] = [a.order ?? 0, b.order ?? 0];
  if (first !== second) return first < second;
  return a.segmentId <= b.segmentId;
}

function recordChange(view: CallView, event: CallEvent): Change {
  switch (event.type) {
    case "optOut.recorded":
      return { optedOut: true };
    case "appointment.booked": {
      const { seq: _seq, at: _at, type: _type, ...appointment } = event;
      return { appointment };
    }
    case "call.followUpRequested": {
      const { followUpCallId, scheduledFor } = event;
      return { followUp: { followUpCallId, scheduledFor } };
    }
    case "note.added":
      return {
        notes: [...view.notes, { noteId: event.noteId, text: event.text, at: event.at, by: event.by }],
      };
    case "flag.raised":
      return { flags: [...view.flags, { reason: event.reason, at: event.at, by: event.by }] };
    case "cost.updated": {
      const { seq: _seq, at: _at, type: _type, ...cost } = event;
      return { cost };
    }
    case "recording.started":
      return { recording: { state: "on", durationMs: null } };
    case "recording.stopped":
      return { recording: { state: event.why === "failed" ? "failed" : "stopped", durationMs: null } };
    case "recording.ready":
      return { recording: { state: "ready", durationMs: event.durationMs } };
    case "recording.expired":
      return { recording: { state: "expired", durationMs: null } };
    case "analysis.completed": {
      const { seq: _seq, at: _at, type: _type, ...analysis } = event;
      return { analysis, outcome: analysis.outcome, summary: analysis.summary, summaryBy: "analyst" };
    }
    case "summary.corrected":
      return { summary: event.text, summaryBy: "consumer" };
    case "summary.deleted":
      return {
        summary: null,
        summaryBy: null,
        analysis: view.analysis && { ...view.analysis, summary: "" },
      };
    default:
      return {};
  }
}
