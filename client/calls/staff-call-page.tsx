import { CALLS } from "#client/calls/copy.ts";
import { CallPage } from "#client/calls/call-page.tsx";
import { KeyboardHelp } from "#client/ui/keyboard-help.tsx";
import { useParams } from "@tanstack/react-router";

const KEYS = [
  { keys: "⇧ X", does: CALLS.keyEnd },
  { keys: "End", does: CALLS.jumpLive },
  { keys: "?", does: CALLS.keyHelp },
];

/** The live page for the business of the call and for supervisors. */
export function StaffCallPage() {
  const { callId } = useParams({ from: "/signed-in/staff/calls/$callId" });
  return (
    <>
      <title>{CALLS.callTitle}</title>
      <CallPage callId={callId} audience="staff" keyboardHelp={<KeyboardHelp rows={KEYS} />} />
    </>
  );
}
