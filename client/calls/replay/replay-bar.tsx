import { REPLAY } from "#client/calls/replay/copy.ts";
import { Lanes } from "#client/calls/replay/lanes.tsx";
import { RATES } from "#client/calls/replay/playhead.ts";
import { neighbour } from "#client/calls/replay/timeline.ts";
import { type Replay, useMoment, usePlay } from "#client/calls/replay/use-replay.ts";
import { StatusChip } from "#client/calls/status-chip.tsx";
import { factsOfView, statusSentence } from "#client/calls/status-sentence.ts";
import { toolWords } from "#client/calls/words.ts";
import { Button, IconButton } from "#client/ui/button.tsx";
import { moneyText, timerText } from "#client/ui/format.ts";
import { useShortcut } from "#client/ui/shortcuts.ts";
import { showToast } from "#client/ui/toast.tsx";
import type { CallView } from "#shared/call/view.ts";
import { ChevronLeft, ChevronRight, Link2, Pause, Play, RotateCcw, RotateCw } from "lucide-react";
import { type KeyboardEvent, useEffect } from "react";

type ReplayBarProps = {
  replay: Replay;
  view: CallView;
  names: { agent: string; consumer: string };
  /** Links to a moment are for people with an account. */
  canShare: boolean;
  /** Ends the look back on a call that goes on; null when it is over. */
  onLive: (() => void) | null;
};

const SECOND_MS = 1000;
const SEEK_MS = 5 * SECOND_MS;
/** The address follows once the playhead has come to rest. */
const RESTS_MS = 400;

/** A call from its answer to its end, or to when somebody began to look back: one playhead over sound, words, tools, state and cost. */
export function ReplayBar({ replay, view, names, canShare, onLive }: ReplayBarProps) {
  const { playhead } = replay;
  const acts = actsOf(replay);
  useShortcut("space", acts.toggle);
  useShortcut("comma", acts.back);
  useShortcut("period", acts.ahead);
  useShortcut("bracketleft", acts.previous);
  useShortcut("bracketright", acts.next);
  useAddress(replay, canShare);
  const byKey: Record<string, () => void> = {
    " ": acts.toggle,
    ",": acts.back,
    ".": acts.ahead,
    "[": acts.previous,
    "]": acts.next,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const act = byKey[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  return (
    <section
      aria-label={REPLAY.title}
      className="flex flex-col gap-2 border-b border-line bg-surface px-4 py-3"
    >
      <Lanes replay={replay} transcript={view.transcript} names={names} onKeyDown={onKeyDown} />
      <div className="flex flex-wrap items-center gap-x-1 gap-y-2">
        <PlayButton replay={replay} onPress={acts.toggle} />
        <IconButton label={REPLAY.back} onPress={acts.back}>
          <RotateCcw aria-hidden size={16} />
        </IconButton>
        <IconButton label={REPLAY.ahead} onPress={acts.ahead}>
          <RotateCw aria-hidden size={16} />
        </IconButton>
        <IconButton label={REPLAY.previousMark} onPress={acts.previous}>
          <ChevronLeft aria-hidden size={16} />
        </IconButton>
        <IconButton label={REPLAY.nextMark} onPress={acts.next}>
          <ChevronRight aria-hidden size={16} />
        </IconButton>
        <RateButton replay={replay} />
        <Position replay={replay} />
        <Chapters replay={replay} onSeek={(ms) => playhead.seek(ms)} />
        {canShare && <ShareButton replay={replay} />}
        {onLive !== null && (
          <Button size="dense" onPress={onLive} className="ml-auto max-sm:h-11">
            {REPLAY.toLive}
          </Button>
        )}
      </div>
      <Moment replay={replay} view={view} />
      <SilentNote replay={replay} />
    </section>
  );
}

function actsOf({ playhead, timeline: { marks } }: Replay) {
  const by = (ms: number) => () => playhead.seek(playhead.get().ms + ms);
  const toMark = (step: -1 | 1) => () => {
    const mark = neighbour(marks, playhead.get().ms, step);
    if (mark !== undefined) playhead.seek(mark.atMs);
    else if (step === -1) playhead.seek(0);
  };
  return {
    toggle: () => playhead.toggle(),
    back: by(-SEEK_MS),
    ahead: by(SEEK_MS),
    previous: toMark(-1),
    next: toMark(1),
  };
}

function PlayButton({ replay, onPress }: { replay: Replay; onPress: () => void }) {
  const isPlaying = usePlay(replay, (state) => state.isPlaying);
  return (
    <Button look="primary" size="dense" onPress={onPress} className="max-sm:h-11">
      {isPlaying ? <Pause aria-hidden size={16} /> : <Play aria-hidden size={16} />}
      {isPlaying ? REPLAY.pause : REPLAY.play}
    </Button>
  );
}

function RateButton({ replay }: { replay: Replay }) {
  const rate = usePlay(replay, (state) => state.rate);
  const next = RATES[(RATES.findIndex((one) => one === rate) + 1) % RATES.length] ?? 1;
  return (
    <Button
      look="quiet"
      size="dense"
      aria-label={`${REPLAY.speed}: ${rate}×`}
      onPress={() => replay.playhead.setRate(next)}
      className="figures max-sm:h-11"
    >
      {rate}×
    </Button>
  );
}

function Position({ replay }: { replay: Replay }) {
  const second = usePlay(replay, ({ ms }) => Math.floor(ms / SECOND_MS));
  return (
    <span data-testid="replay-position" className="figures px-2 text-muted">
      <span className="text-ink">{timerText(second * SECOND_MS)}</span> / {timerText(replay.timeline.endMs)}
    </span>
  );
}

function Chapters({ replay, onSeek }: { replay: Replay; onSeek: (ms: number) => void }) {
  const { chapters } = replay.timeline;
  if (chapters.length === 0) return null;
  return (
    <ul aria-label={REPLAY.chapters} className="flex flex-wrap gap-1">
      {chapters.map(({ atMs, name }) => (
        <li key={name}>
          <Button look="quiet" size="dense" onPress={() => onSeek(atMs)} className="max-sm:h-11">
            {name} <span className="figures text-muted">{timerText(atMs)}</span>
          </Button>
        </li>
      ))}
    </ul>
  );
}

function ShareButton({ replay }: { replay: Replay }) {
  const second = usePlay(replay, ({ ms }) => Math.floor(ms / SECOND_MS));
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(addressAt(second));
      showToast(REPLAY.shared);
    } catch {
      // Not allowed, or no secure page: the address itself has it.
      window.history.replaceState(window.history.state, "", addressAt(second));
      showToast(REPLAY.shareFailed, "bad");
    }
  };
  return (
    <Button size="dense" onPress={() => void copy()} className="ml-auto max-sm:h-11">
      <Link2 aria-hidden size={16} />
      {REPLAY.share} <span className="figures">{timerText(second * SECOND_MS)}</span>
    </Button>
  );
}

function addressAt(second: number): string {
  const url = new URL(window.location.href);
  if (second === 0) url.searchParams.delete("t");
  else url.searchParams.set("t", String(second));
  return url.href;
}

/** A reload, or somebody who gets the address, finds the moment at which the playhead rests. */
function useAddress({ playhead }: Replay, isOn: boolean) {
  useEffect(() => {
    if (!isOn) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const rest = () => {
      clearTimeout(timer);
      if (playhead.get().isPlaying) return;
      timer = setTimeout(() => {
        const address = addressAt(Math.floor(playhead.get().ms / SECOND_MS));
        if (address !== window.location.href) window.history.replaceState(window.history.state, "", address);
      }, RESTS_MS);
    };
    const stop = playhead.subscribe(rest);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [playhead, isOn]);
}

/** Who had the call at the playhead, in which state it was, what was being done, what it had cost. */
function Moment({ replay, view }: { replay: Replay; view: CallView }) {
  const moment = useMoment(replay, view);
  const second = usePlay(replay, ({ ms }) => Math.floor(ms / SECOND_MS));
  const nowMs = replay.timeline.originMs + second * SECOND_MS;
  const pending = moment.tools.filter(({ result }) => result === null);
  if (moment === view) return null;
  return (
    <p
      data-testid="replay-moment"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 text-dense text-muted"
    >
      <span className="sr-only">{REPLAY.moment}:</span>
      <StatusChip sentence={statusSentence(factsOfView(moment), nowMs)} />
      <span>
        {moment.holder === "agent"
          ? REPLAY.agentSpeaks
          : `${moment.holderName ?? REPLAY.mark.person} has the call`}
      </span>
      {pending.map(({ toolCallId, name }) => (
        <span key={toolCallId}>under way: {toolWords(name)}</span>
      ))}
      {moment.cost !== null && <span className="figures">{moneyText(moment.cost.totalCents)} so far</span>}
    </p>
  );
}

const NOTES = {
  live: REPLAY.soundLater,
  none: REPLAY.withoutSound,
  away: REPLAY.soundAway,
  blocked: REPLAY.soundBlocked,
} as const;

function SilentNote({ replay: { silent } }: { replay: Replay }) {
  return (
    <output className={silent === null ? "sr-only" : "text-dense text-muted"}>
      {silent === null ? "" : NOTES[silent]}
    </output>
  );
}
