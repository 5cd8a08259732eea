import { SOUND } from "#client/calls/audio/copy.ts";
import { SoundPanel } from "#client/calls/audio/sound-panel.tsx";
import { AUDIT } from "#client/calls/audit/copy.ts";
import { ExportButtons } from "#client/calls/export-buttons.tsx";
import { CALLS } from "#client/calls/copy.ts";
import { Agreed } from "#client/calls/agreed.tsx";
import { LiveActions } from "#client/calls/live-actions.tsx";
import { STEER } from "#client/calls/steer/copy.ts";
import { RemarksPanel } from "#client/calls/steer/remarks-panel.tsx";
import { SteerPanel } from "#client/calls/steer/steer-panel.tsx";
import { Watchers } from "#client/calls/steer/watchers.tsx";
import { CallPage, type CallParts } from "#client/calls/call-page.tsx";
import { MoveCall } from "#client/calls/move-call.tsx";
import { NowPanel } from "#client/calls/now-panel.tsx";
import { SummaryCard } from "#client/calls/summary-card.tsx";
import { KeyboardHelp } from "#client/ui/keyboard-help.tsx";
import { type Replay, useMoment } from "#client/calls/replay/use-replay.ts";
import { REPLAY } from "#client/calls/replay/copy.ts";
import type { CallView } from "#shared/call/view.ts";
import type { LiveCall } from "#client/wire/live-call.ts";
import { isFinal, isTalking, isWaiting } from "#shared/call/status.ts";
import { Link, useParams } from "@tanstack/react-router";

const KEYS = [
  { keys: "L", does: SOUND.keyListen },
  { keys: "M", does: SOUND.keyMute },
  { keys: "W", does: STEER.keyWhisper },
  { keys: "N", does: STEER.keyNote },
  { keys: "F", does: STEER.keyFlag },
  { keys: "T", does: SOUND.keyTake },
  { keys: "⇧ X", does: CALLS.keyEnd },
  { keys: "End", does: CALLS.jumpLive },
  { keys: "Space", does: REPLAY.keyPlay },
  { keys: ",  .", does: REPLAY.keySeek },
  { keys: "[  ]", does: REPLAY.keyMark },
  { keys: "?", does: CALLS.keyHelp },
];

/** The live page for the business of the call and for supervisors. */
export function StaffCallPage() {
  const { callId } = useParams({ from: "/signed-in/staff/calls/$callId" });
  return (
    <>
      <title>{CALLS.callTitle}</title>
      <CallPage
        callId={callId}
        audience="staff"
        parts={staffParts}
        keyboardHelp={<KeyboardHelp rows={KEYS} />}
      />
    </>
  );
}

function staffParts(
  { view }: LiveCall,
  onShow: (segmentId: string) => void,
  replay: Replay | null,
): CallParts {
  return {
    actions: isTalking(view.status) && <LiveActions />,
    above: (
      <>
        <Watchers callId={view.callId} />
        <MoveCall view={view} />
        <Agreed view={view} />
        <SummaryCard view={view} audience="staff" onShow={onShow} />
        <RecordLinks view={view} />
      </>
    ),
    below: (
      <>
        <SteerPanel view={view} />
        {/* Before the first dial there is nothing to measure. */}
        {!(isWaiting(view.status) && view.attempts.length === 0) && (
          <>
            <SoundPanel view={view} />
            <MomentPanel view={view} replay={replay} />
          </>
        )}
        <RemarksPanel view={view} />
      </>
    ),
  };
}

/** What happens now, or had happened at the playhead. */
function MomentPanel({ view, replay }: { view: CallView; replay: Replay | null }) {
  const moment = useMoment(replay, view);
  return <NowPanel view={moment} {...(moment !== view && { title: REPLAY.moment })} />;
}

/** What leads away from a call that is over: its words as a file, and who did what in it. */
function RecordLinks({ view: { callId, status } }: { view: CallView }) {
  if (!isFinal(status)) return null;
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 border-b border-line px-4 py-2">
      <ExportButtons what="transcript" about={{ callId }} />
      <Link
        to="/audit"
        search={{ callId }}
        className="flex min-h-8 items-center text-dense text-accent underline underline-offset-2 max-sm:min-h-11"
      >
        {AUDIT.link}
      </Link>
    </div>
  );
}
