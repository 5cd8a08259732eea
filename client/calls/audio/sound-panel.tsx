import { SOUND } from "#client/calls/audio/copy.ts";
import { HoldControls } from "#client/calls/audio/hold-controls.tsx";
import { LevelMeter } from "#client/calls/audio/level-meter.tsx";
import type { ListeningState } from "#client/calls/audio/listening.ts";
import type { SoundHistory } from "#client/calls/audio/sound-history.ts";
import { type Ear, useListening, useSoundHistory } from "#client/calls/audio/use-listening.ts";
import { useHolding } from "#client/calls/audio/use-holding.ts";
import { Waveform } from "#client/calls/audio/waveform.tsx";
import { CALLS } from "#client/calls/copy.ts";
import { Button, IconButton } from "#client/ui/button.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { useShortcut } from "#client/ui/shortcuts.ts";
import { Problem } from "#client/ui/states.tsx";
import { useReducedMotion } from "#client/ui/use-reduced-motion.ts";
import { useMe } from "#client/wire/session.ts";
import { isTalking } from "#shared/call/status.ts";
import type { CallView } from "#shared/call/view.ts";
import type { SoundLane } from "#shared/contract/sockets.ts";
import { Headphones, HeadphoneOff, Volume2, VolumeX } from "lucide-react";
import { useEffect } from "react";

const LANES: readonly SoundLane[] = ["agent", "consumer"];

/** Listening to a call that talks: how loud both sides are, their last 30 s, and their sound [UI57–UI59]. */
export function SoundPanel({ view }: { view: CallView }) {
  if (!isTalking(view.status)) return null;
  return <LiveSound key={view.callId} view={view} />;
}

function LiveSound({ view }: { view: CallView }) {
  const ear = useListening(view.callId);
  const history = useSoundHistory(view.callId);
  const isStill = useReducedMotion();
  const isOn = ear.state.is === "on";
  const toggle = () => (isOn ? ear.listening.stop() : void ear.listening.start());
  useShortcut("l", toggle, ear.state.is !== "joining");
  const { holding, state } = useHolding(view.callId);
  const isSpeaking = state.is === "on" || state.is === "givingBack";
  useShortcut(
    "m",
    () => (isSpeaking ? holding.toggleMute() : ear.listening.toggleMute(LANES)),
    isOn || isSpeaking,
  );
  const me = useMe();
  const isOurs = view.holder === "person" && view.holderId === me?.accountId;
  useEffect(() => holding.journalSays(isOurs), [holding, isOurs]);
  const otherHolder = view.holder === "person" && !isOurs ? (view.holderName ?? CALLS.colleague) : null;
  const onTake = () => {
    // Who speaks does not want to hear themselves half a second later.
    if (!ear.muted.has("agent")) ear.listening.toggleMute(["agent"]);
    void ear.listening.start();
  };
  const ours = view.holder === "person" ? (view.holderName ?? CALLS.colleague) : CALLS.agent;
  return (
    <section aria-labelledby="sound-title" className="flex flex-col gap-3 border-b border-line p-4">
      <div className="flex items-center justify-between gap-3">
        <h2 id="sound-title" className="text-lead font-strong">
          {SOUND.title}
        </h2>
        <ListenButton state={ear.state} onPress={toggle} />
      </div>
      <Lane ear={ear} history={history} lane="agent" name={ours} isStill={isStill} />
      <Lane ear={ear} history={history} lane="consumer" name={view.consumerName} isStill={isStill} />
      {!isStill && <Waveform history={history} />}
      <HoldControls
        holding={holding}
        state={state}
        otherHolder={otherHolder}
        isOurs={isOurs}
        isAllowed={view.openingHeard}
        onTake={onTake}
        onGive={() => ear.muted.has("agent") && ear.listening.toggleMute(["agent"])}
      />
      <Told ear={ear} history={history} isSpeaking={isSpeaking} />
    </section>
  );
}

function ListenButton({ state, onPress }: { state: ListeningState; onPress: () => void }) {
  const isOn = state.is === "on";
  return (
    <Button
      size="dense"
      look={isOn ? "primary" : "secondary"}
      isPending={state.is === "joining"}
      onPress={onPress}
    >
      {isOn ? <HeadphoneOff aria-hidden size={16} /> : <Headphones aria-hidden size={16} />}
      {isOn ? SOUND.stopListening : SOUND.listen}
      <kbd aria-hidden className="hidden font-sans text-meta lg:inline">
        L
      </kbd>
    </Button>
  );
}

type LaneProps = { ear: Ear; history: SoundHistory; lane: SoundLane; name: string; isStill: boolean };

function Lane({ ear, history, lane, name, isStill }: LaneProps) {
  const isMuted = ear.muted.has(lane);
  const colour = lane === "agent" ? "text-lane-agent" : "text-lane-caller";
  return (
    <div className="flex min-h-9 items-center gap-3">
      <span className={`w-24 truncate text-dense font-medium ${colour}`}>{name}</span>
      <LevelMeter history={history} lane={lane} name={name} isStill={isStill} />
      {ear.state.is === "on" && (
        <IconButton
          label={`${isMuted ? SOUND.unmute : SOUND.mute} ${name}`}
          onPress={() => ear.listening.toggleMute([lane])}
        >
          {isMuted ? (
            <VolumeX aria-hidden size={16} className="text-wait" />
          ) : (
            <Volume2 aria-hidden size={16} />
          )}
        </IconButton>
      )}
    </div>
  );
}

/** A listener whose sound stalled twice is told why it limps. */
const TOLD_UNDERRUNS = 2;

type ToldProps = { ear: Ear; history: SoundHistory; isSpeaking: boolean };

function Told({ ear: { state, listening }, history, isSpeaking }: ToldProps) {
  const nowMs = useNowMs();
  if (state.is === "failed") {
    return (
      <div className="flex flex-col items-start gap-2">
        <Problem>{state.message}</Problem>
        <Button size="dense" onPress={() => void listening.start()}>
          {SOUND.retry}
        </Button>
      </div>
    );
  }
  if (state.is === "on" && state.isBlocked) {
    return (
      <div className="flex flex-wrap items-center gap-2">
        <Problem>{SOUND.blocked}</Problem>
        <Button size="dense" onPress={() => listening.resume()}>
          {SOUND.turnOn}
        </Button>
      </div>
    );
  }
  return (
    <output className="figures text-dense text-muted">
      {state.is === "joining" && SOUND.joining}
      {state.is === "on" && SOUND.isOn} {state.is === "on" && !isSpeaking && SOUND.isAlone}{" "}
      {history.isQuiet(nowMs) && SOUND.quiet}
      {state.is === "on" && state.underruns >= TOLD_UNDERRUNS && (
        <>
          {" "}
          The sound stalled {state.underruns} times; {Math.round(state.bufferedMs)} ms are kept back.
        </>
      )}
    </output>
  );
}
