import type { Calls } from "#server/calls/calls.ts";
import { forAnybody, forBusinesses, forConsumers, forStaff } from "#server/http/procedures/base.ts";

/** `call.*`: whoever may see a call may read it; its owner sides and supervisors may stop it. */
export function createCallProcedures(calls: Calls) {
  const { access, steering } = calls;
  return {
    list: forAnybody.call.list.handler(({ context, input }) => access.list(context.caller, input)),

    get: forAnybody.call.get.handler(({ context, input }) => access.view(context.caller, input.callId)),

    events: forAnybody.call.events.handler(({ context, input }) =>
      access.events(context.caller, input.callId, input.after),
    ),

    place: forAnybody.call.place.handler(({ context, input }) =>
      calls.requests.place(context.caller, input.callId),
    ),

    cancel: forAnybody.call.cancel.handler(({ context, input }) =>
      calls.stops.cancel(context.caller, input.callId),
    ),

    reschedule: forAnybody.call.reschedule.handler(({ context, input }) =>
      calls.moves.reschedule(context.caller, input.callId, input.scheduledTime),
    ),

    callNow: forAnybody.call.callNow.handler(({ context, input }) =>
      calls.moves.callNow(context.caller, input.callId),
    ),

    takeOver: forStaff.call.takeOver.handler(({ context, input }) =>
      calls.holds.takeOver(context.caller, input.callId),
    ),

    giveBack: forStaff.call.giveBack.handler(({ context, input }) =>
      calls.holds.giveBack(context.caller, input.callId, input.instruction),
    ),

    hangUp: forAnybody.call.hangUp.handler(({ context, input }) =>
      calls.stops.hangUp(context.caller, input.callId),
    ),

    revealNumber: forStaff.call.revealNumber.handler(({ context, input }) =>
      calls.numbers.reveal(context.caller, input.callId),
    ),

    recording: forAnybody.call.recording.handler(({ context, input }) =>
      calls.playback.link(context.caller, input.callId),
    ),

    waveform: forAnybody.call.waveform.handler(({ context, input }) =>
      calls.playback.waveform(context.caller, input.callId),
    ),

    whisper: forStaff.call.whisper.handler(({ context, input }) =>
      steering.whisper(context.caller, input.callId, input.text),
    ),

    sayExactly: forStaff.call.sayExactly.handler(({ context, input }) =>
      steering.sayExactly(context.caller, input.callId, input.text),
    ),

    addNote: forStaff.call.addNote.handler(({ context, input }) =>
      steering.addNote(context.caller, input.callId, input.text),
    ),

    flag: forStaff.call.flag.handler(({ context, input }) =>
      steering.flag(context.caller, input.callId, input.reason),
    ),

    correctSummary: forConsumers.call.correctSummary.handler(({ context, input }) =>
      calls.summaries.correct(context.caller, input.callId, input.text),
    ),

    deleteSummary: forConsumers.call.deleteSummary.handler(({ context, input }) =>
      calls.summaries.delete(context.caller, input.callId),
    ),
  };
}

/** `lead.requestCallback`: asking is consent, so the receipt says where it came from. */
export function createCallbackProcedures(calls: Pick<Calls, "requests">) {
  return {
    requestCallback: forConsumers.lead.requestCallback.handler(({ context, input }) =>
      calls.requests.byConsumer(context.caller, input, context.ip),
    ),
  };
}

/** `business.requestAICall` and what helps to decide on it. */
export function createCallRequestProcedures(calls: Calls) {
  return {
    requestAICall: forBusinesses.business.requestAICall.handler(({ context, input }) =>
      calls.request(context.caller, input),
    ),

    previewPrompt: forBusinesses.business.previewPrompt.handler(({ context, input }) =>
      calls.requests.preview(context.caller, input),
    ),

    callingHours: forBusinesses.business.callingHours.handler(({ context, input }) =>
      calls.requests.callingHours(context.caller, input.leadId),
    ),

    quota: forBusinesses.business.quota.handler(({ context }) => calls.requests.quota(context.caller)),
  };
}
