import { SOUND } from "#client/calls/audio/copy.ts";
import type { Holding, HoldingState } from "#client/calls/audio/holding.ts";
import { Button } from "#client/ui/button.tsx";
import { ConfirmDialog, Dialog } from "#client/ui/dialog.tsx";
import { useShortcut } from "#client/ui/shortcuts.ts";
import { Problem } from "#client/ui/states.tsx";
import { focusOnMount, TextField } from "#client/ui/text-field.tsx";
import { Mic, MicOff } from "lucide-react";
import { useState } from "react";

const MAX_INSTRUCTION = 500;

type HoldControlsProps = {
  holding: Holding;
  state: HoldingState;
  /** Another person speaks; null: the agent, or this person. */
  otherHolder: string | null;
  /** The journal says that this person holds the call. */
  isOurs: boolean;
  /** The opening was heard: before that nobody may cut in. */
  isAllowed: boolean;
  /** The agent is to be taken off the line: listening begins with it. */
  onTake: () => void;
  /** The agent speaks again: it is heard again, too. */
  onGive: () => void;
};

/** Taking the call with one's own microphone, and giving it back [UI60–UI63]. */
export function HoldControls(props: HoldControlsProps) {
  const { holding, state, otherHolder, isOurs, isAllowed, onTake, onGive } = props;
  const [asks, setAsks] = useState<"nothing" | "take" | "give">("nothing");
  const isOn = state.is === "on" || state.is === "givingBack";
  const mayTake = isAllowed && otherHolder === null && !isOn;
  useShortcut("t", () => setAsks(isOn ? "give" : "take"), isOn || mayTake);
  const take = () => {
    onTake();
    void holding.take();
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        {isOn ? (
          <>
            <Button
              size="dense"
              look="primary"
              isPending={state.is === "givingBack"}
              onPress={() => setAsks("give")}
            >
              {SOUND.giveBack} <Key />
            </Button>
            <MuteButton holding={holding} state={state} />
          </>
        ) : (
          <Button
            size="dense"
            isDisabled={!mayTake}
            isPending={state.is === "taking"}
            onPress={() => (isOurs ? take() : setAsks("take"))}
          >
            <Mic aria-hidden size={16} /> {isOurs ? SOUND.goOnSpeaking : SOUND.takeOver} <Key />
          </Button>
        )}
      </div>
      <output className="text-dense text-muted">{told(props, isOn)}</output>
      {state.is === "failed" && <Problem>{state.message}</Problem>}
      <ConfirmDialog
        title={SOUND.takeQuestion}
        body={SOUND.takeConsequence}
        confirmLabel={SOUND.takeOver}
        keepLabel={SOUND.takeKeep}
        isOpen={asks === "take"}
        onConfirm={take}
        onClose={() => setAsks("nothing")}
      />
      <GiveBackDialog
        isOpen={asks === "give"}
        onGive={(instruction) => {
          onGive();
          void holding.giveBack(instruction);
        }}
        onClose={() => setAsks("nothing")}
      />
    </div>
  );
}

const Key = () => (
  <kbd aria-hidden className="hidden font-sans text-meta lg:inline">
    T
  </kbd>
);

function told({ otherHolder, isOurs, isAllowed }: HoldControlsProps, isOn: boolean): string {
  if (otherHolder !== null) return `${otherHolder} ${SOUND.isOnTheCall}`;
  if (isOn) return SOUND.youSpeak;
  if (isOurs) return SOUND.yoursButSilent;
  return isAllowed ? "" : SOUND.notYet;
}

function MuteButton({ holding, state }: { holding: Holding; state: HoldingState }) {
  const isMuted = state.is === "on" && state.isMuted;
  return (
    <Button size="dense" onPress={() => holding.toggleMute()}>
      {isMuted ? <MicOff aria-hidden size={16} className="text-wait" /> : <Mic aria-hidden size={16} />}
      {isMuted ? SOUND.micUnmute : SOUND.micMute}
    </Button>
  );
}

type GiveBackProps = { isOpen: boolean; onGive: (instruction: string) => void; onClose: () => void };

function GiveBackDialog({ isOpen, onGive, onClose }: GiveBackProps) {
  const [instruction, setInstruction] = useState("");
  return (
    <Dialog title={SOUND.giveQuestion} isOpen={isOpen} onClose={onClose}>
      <form
        className="mt-3 flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          onGive(instruction.trim());
          setInstruction("");
          onClose();
        }}
      >
        <TextField
          label={SOUND.instruction}
          description={SOUND.instructionHint}
          lines={3}
          maxLength={MAX_INSTRUCTION}
          counterMax={MAX_INSTRUCTION}
          value={instruction}
          onChange={setInstruction}
          inputRef={focusOnMount}
        />
        <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
          <Button onPress={onClose}>{SOUND.giveKeep}</Button>
          <Button look="primary" type="submit">
            {SOUND.giveBack}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
