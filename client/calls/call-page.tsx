import { CALLS } from "#client/calls/copy.ts";
import { useCallEnding } from "#client/calls/call-actions.tsx";
import { CallHeader, StaffTitle } from "#client/calls/call-header.tsx";
import { REPLAY } from "#client/calls/replay/copy.ts";
import { ReplayBar } from "#client/calls/replay/replay-bar.tsx";
import { type Replay, useLineAt, useReplay } from "#client/calls/replay/use-replay.ts";
import { PhoneNumber } from "#client/calls/phone-number.tsx";
import { Transcript } from "#client/calls/transcript.tsx";
import { objectiveText } from "#client/calls/words.ts";
import type { SpeakerNames } from "#client/calls/transcript-row.tsx";
import { Button } from "#client/ui/button.tsx";
import { useShortcut } from "#client/ui/shortcuts.ts";
import { ErrorState, Skeleton } from "#client/ui/states.tsx";
import type { LiveCall } from "#client/wire/live-call.ts";
import { useLiveCall } from "#client/wire/use-live-call.ts";
import { isFinal, isTalking, isWaiting } from "#shared/call/status.ts";
import type { CallView } from "#shared/call/view.ts";
import { History } from "lucide-react";
import { type ReactNode, useState } from "react";

/** What stands beside the words, on narrow screens before and after them; and what can be done besides ending the call. */
export type CallParts = { above: ReactNode; below: ReactNode; actions?: ReactNode };

type CallPageProps = {
  callId: string;
  audience: "staff" | "consumer";
  /** `replay`: once the call is over. */
  parts: (call: LiveCall, onShow: (segmentId: string) => void, replay: Replay | null) => CallParts;
  /** Who opened it by a signed link must not pass its address on. */
  isLinked?: boolean;
  /** The list of keys, where there is a keyboard. */
  keyboardHelp?: ReactNode;
};

/** One call as it happens and afterwards, for everybody who may see it. */
export function CallPage({ callId, ...rest }: CallPageProps) {
  const call = useLiveCall(callId);
  if (call.link.state === "refused") {
    return <ErrorState title={CALLS.refused} detail={call.link.message} />;
  }
  if (call.view.seq === 0) {
    return (
      <div className="mx-auto w-full max-w-3xl p-4">
        <output className="block pb-4 text-muted">{CALLS.connecting}</output>
        <Skeleton rows={6} />
      </div>
    );
  }
  return <LoadedCall key={callId} call={call} {...rest} />;
}

type LoadedCallProps = Omit<CallPageProps, "callId"> & { call: LiveCall };

function LoadedCall({ call, audience, parts, keyboardHelp, isLinked = false }: LoadedCallProps) {
  const { view } = call;
  const isStaff = audience === "staff";
  const hasWords = isStaff || hasOrGetsWords(view);
  const ending = useCallEnding(view.callId, view.status);
  const [target, setTarget] = useState<{ segmentId: string } | null>(null);
  useShortcut("shift+x", ending.ask, ending.offered !== null);
  const [looksBackFrom, lookBackFrom] = useState<number | null>(null);
  const replay = useReplay(view, looksBackFrom);
  const isOver = isFinal(view.status);
  const currentId = useLineAt(replay, view);
  const { above, below, actions } = parts(call, (segmentId) => setTarget({ segmentId }), replay);
  const names = isStaff ? staffNames(view) : consumerNames(view);
  return (
    <div className="flex min-h-0 flex-1 flex-col max-sm:pb-36 lg:h-full">
      <CallHeader
        call={call}
        ending={ending}
        title={isStaff ? <StaffTitle call={call} /> : consumerTitle(view)}
        beside={isStaff && <PhoneNumber view={view} />}
        subtitle={objectiveText(view.objective, audience)}
        actions={actions}
        keyboardHelp={keyboardHelp}
      />
      {replay !== null && (
        <ReplayBar
          replay={replay}
          view={view}
          names={names}
          canShare={isOver && !isLinked}
          onLive={isOver ? null : () => lookBackFrom(null)}
        />
      )}
      {isStaff && isTalking(view.status) && looksBackFrom === null && (
        <LookBack onPress={() => lookBackFrom(view.seq)} />
      )}
      <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
        {hasWords && (
          <div className={`order-2 flex flex-col lg:order-1 lg:min-h-0 lg:flex-1 ${heightWhenNarrow(view)}`}>
            <Transcript
              call={call}
              names={names}
              emptyText={emptyText(view)}
              isFrozen={call.link.state === "lost"}
              target={target}
              playhead={replay?.playhead ?? null}
              currentId={currentId}
            />
          </div>
        )}
        <Facts above={above} below={below} isBesideWords={hasWords} />
      </div>
    </div>
  );
}

/** While there are no words, what a consumer waits for has the page. */
const hasOrGetsWords = ({ transcript, status }: CallView) => transcript.length > 0 || isTalking(status);

type FactsProps = Pick<CallParts, "above" | "below"> & { isBesideWords: boolean };

function Facts({ above, below, isBesideWords }: FactsProps) {
  const wide = isBesideWords
    ? "lg:flex lg:w-90 lg:flex-col lg:border-l"
    : "lg:grid lg:flex-1 lg:grid-cols-2 lg:content-start";
  return (
    <section
      aria-label={CALLS.facts}
      // On a wide screen it scrolls by itself, so the keyboard must reach it.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className={`contents border-line bg-surface lg:order-2 lg:overflow-y-auto ${wide}`}
    >
      <div className="order-1 bg-surface">{above}</div>
      <div className="order-3 bg-surface max-lg:border-t max-lg:border-line">{below}</div>
    </section>
  );
}

/** The way to what was so earlier in a call that goes on. */
function LookBack({ onPress }: { onPress: () => void }) {
  return (
    <div className="flex justify-end border-b border-line bg-surface px-4 py-1">
      <Button look="quiet" size="dense" onPress={onPress} className="max-sm:h-11">
        <History aria-hidden size={16} />
        {REPLAY.lookBack}
      </Button>
    </div>
  );
}

/** Words that are not there yet need no room; on a wide screen they have the column for themselves. */
function heightWhenNarrow({ transcript, status }: CallView): string {
  return transcript.length === 0 && !isTalking(status)
    ? "max-lg:min-h-36"
    : "max-lg:h-[62dvh] max-lg:min-h-80";
}

function consumerTitle({ status, answeredAt, businessName }: CallView): string {
  const verb = isFinal(status) && answeredAt !== null ? "called" : "calls";
  return `An AI assistant ${verb} you for ${businessName}`;
}

function staffNames(view: CallView): SpeakerNames {
  return { agent: CALLS.agent, consumer: view.consumerName, person: view.holderName ?? CALLS.colleague };
}

function consumerNames(view: CallView): SpeakerNames {
  return { agent: CALLS.assistant, consumer: CALLS.you, person: view.holderName ?? view.businessName };
}

function emptyText(view: CallView): string {
  if (isFinal(view.status)) return CALLS.nothingSaid;
  if (isTalking(view.status)) return CALLS.nobodySpoke;
  return isWaiting(view.status) ? CALLS.wordsLater : CALLS.wordsOnAnswer;
}
