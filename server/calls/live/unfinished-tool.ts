import type { CallHead } from "#server/calls/call-document.ts";
import { booked, planned } from "#server/calls/live/appointment-tools.ts";
import { type Done, done, humanRequested } from "#server/calls/live/tool-result.ts";
import type { ToolServices } from "#server/calls/live/tool-services.ts";
import type { ToolView } from "#shared/call/view.ts";

/**
 * What became of a tool call that was under way when its owner was lost: looked up, not done again [CL88]. Null: nothing, the model may ask
 * again. What the person refused is not looked up but refused `again` by whoever takes over: it may never be lost, and twice is harmless.
 */
export async function outcomeOf(
  services: ToolServices,
  call: CallHead,
  tool: Pick<ToolView, "name" | "arguments">,
  again: { optOut(): Promise<void>; refuseRecording(): Promise<string> },
): Promise<Done | null> {
  switch (tool.name) {
    case "record_answer":
      return done("Noted.");
    case "book_slot": {
      const appointment = await services.bookedIn(call);
      return appointment && booked(appointment);
    }
    case "call_later": {
      const next = await services.plannedAfter(call);
      return next && planned(next, call.briefing.timeZone);
    }
    case "request_person":
      return humanRequested(call.briefing.businessName, String(tool.arguments["reason"] ?? ""));
    case "mark_do_not_call":
      await again.optOut();
      return done("They will not be called again. Confirm it once and end the call.");
    case "stop_recording":
      return done(await again.refuseRecording());
    default:
      return null;
  }
}
