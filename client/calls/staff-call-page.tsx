import { CallPage } from "#client/calls/call-page.tsx";
import { KeyboardHelp } from "#client/ui/keyboard-help.tsx";
import { useParams } from "@tanstack/react-router";

const KEYS = [
  { keys: "⇧ X", does: "Hang up or cancel, after one question" },
  { keys: "End", does: "Jump to live" },
  { keys: "?", does: "This list" },
];

/** The live page for the business of the call and for supervisors. */
export function StaffCallPage() {
  const { callId } = useParams({ from: "/signed-in/staff/calls/$callId" });
  return (
    <>
      <title>Call · Ringside</title>
      <CallPage callId={callId} audience="staff" keyboardHelp={<KeyboardHelp rows={KEYS} />} />
    </>
  );
}
