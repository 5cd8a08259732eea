import { CALLS } from "#client/calls/copy.ts";
import type { Playhead } from "#client/calls/replay/playhead.ts";
import { type SpeakerNames, TranscriptLine } from "#client/calls/transcript-row.tsx";
import { type TranscriptRow, transcriptRows } from "#client/calls/transcript-rows.ts";
import { Button } from "#client/ui/button.tsx";
import { useShortcut } from "#client/ui/shortcuts.ts";
import type { LiveCall } from "#client/wire/live-call.ts";
import { isFinal } from "#shared/call/status.ts";
import { ArrowDown } from "lucide-react";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { Virtuoso, type VirtuosoHandle } from "react-virtuoso";

type Target = { segmentId: string };

type TranscriptProps = {
  call: LiveCall;
  names: SpeakerNames;
  /** Shown while nobody has spoken. */
  emptyText: string;
  isFrozen: boolean;
  /** The line that something else on the page points at; a new object scrolls to it again. */
  target: Target | null;
  /** Of a replay: lines lead to their moment, and the list follows the one that is heard. */
  playhead: Playhead | null;
  currentId: string | null;
};

const NEAR_END_PX = 64;

/** The words of a call. While it goes on they follow the end, unless the reader scrolled away from it. */
export function Transcript(props: TranscriptProps) {
  const { call, names, emptyText, isFrozen, target, playhead, currentId } = props;
  const list = useRef<VirtuosoHandle>(null);
  // What is over is read, and replayed, from its beginning.
  const [startsAtEnd] = useState(() => !isFinal(call.view.status));
  const [atEnd, setAtEnd] = useState(startsAtEnd);
  const { transcript } = call.view;
  const rows = useMemo(() => transcriptRows(transcript, call.drafts), [transcript, call.drafts]);
  const jump = () => list.current?.scrollToIndex({ index: "LAST", align: "end" });
  useShortcut("end", jump);
  const isOver = isFinal(call.view.status);
  useFollow(list, rows, atEnd && !isOver);
  useTarget(list, rows, target);
  useHeardLine(list, rows, playhead, currentId);
  const onSeek = playhead === null ? undefined : (ms: number) => playhead.seek(ms);

  return (
    <div
      data-testid="transcript"
      className={`relative flex min-h-0 flex-1 flex-col ${isFrozen ? "opacity-80" : ""}`}
    >
      <Virtuoso
        ref={list}
        role="log"
        aria-label={CALLS.transcript}
        // Only while the end is in view does a new node mean a new line; lines drawn because of scrolling stay silent.
        aria-live={atEnd ? "polite" : "off"}
        aria-relevant="additions"
        tabIndex={0}
        className="min-h-0 flex-1"
        data={rows}
        context={emptyText}
        components={PARTS}
        computeItemKey={(_index, row) => row.key}
        itemContent={(_index, row) => (
          <TranscriptLine
            row={row}
            names={names}
            isPointedAt={row.key === (currentId ?? target?.segmentId)}
            onSeek={onSeek}
          />
        )}
        initialTopMostItemIndex={startsAtEnd ? { index: "LAST", align: "end" } : 0}
        // A function, whatever it answers, also goes after an end that moves because the list is made lower.
        followOutput={isOver ? false : (isAtBottom) => isAtBottom && "auto"}
        atBottomStateChange={setAtEnd}
        atBottomThreshold={NEAR_END_PX}
        increaseViewportBy={200}
      />
      {!atEnd && rows.length > 0 && (
        <div className="absolute inset-x-0 bottom-3 flex justify-center">
          <Button look="primary" size="dense" onPress={jump} className="shadow-overlay">
            <ArrowDown aria-hidden size={14} />
            {isOver ? CALLS.jumpEnd : CALLS.jumpLive}
          </Button>
        </div>
      )}
    </div>
  );
}

const PARTS = {
  EmptyPlaceholder: ({ context }: { context?: string }) => (
    <p className="px-4 py-12 text-center text-muted">{context}</p>
  ),
  Header: () => <div className="h-3" />,
  Footer: () => <div className="h-3" />,
};

/** A line that grows while it is spoken pushes the end away without a new row. */
function useFollow(list: RefObject<VirtuosoHandle | null>, rows: readonly TranscriptRow[], follows: boolean) {
  useEffect(() => {
    if (follows && rows.length > 0) list.current?.autoscrollToBottom();
  }, [list, rows, follows]);
}

/** While it plays, the line that is heard stays in view; a reader who scrolls at rest is left alone. */
function useHeardLine(
  list: RefObject<VirtuosoHandle | null>,
  rows: readonly TranscriptRow[],
  playhead: Playhead | null,
  currentId: string | null,
) {
  useEffect(() => {
    if (currentId === null || playhead?.get().isPlaying !== true) return;
    const index = rows.findIndex((row) => row.key === currentId);
    if (index >= 0) list.current?.scrollToIndex({ index, align: "center" });
  }, [list, rows, playhead, currentId]);
}

function useTarget(
  list: RefObject<VirtuosoHandle | null>,
  rows: readonly TranscriptRow[],
  target: Target | null,
) {
  const done = useRef<Target | null>(null);
  useEffect(() => {
    if (target === null || target === done.current) return;
    const index = rows.findIndex((row) => row.key === target.segmentId);
    if (index < 0) return;
    done.current = target;
    list.current?.scrollToIndex({ index, align: "center" });
  }, [list, rows, target]);
}
