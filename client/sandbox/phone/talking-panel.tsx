import { PHONE } from "#client/sandbox/copy.ts";
import { MicrophoneButton } from "#client/sandbox/phone/microphone-button.tsx";
import type { PhoneLink } from "#client/sandbox/phone/phone-link.ts";
import type { Player } from "#client/sandbox/phone/player.ts";
import { Button } from "#client/ui/button.tsx";
import { Chip } from "#client/ui/chip.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { sinceMs, timerText } from "#client/ui/format.ts";
import { useShortcut } from "#client/ui/shortcuts.ts";
import { focusOnMount, TextField } from "#client/ui/text-field.tsx";
import { HANDSET_TEXT_MAX, type HandsetCall } from "#shared/sandbox/handset-wire.ts";
import { Circle, PhoneOff } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";

type TalkingPanelProps = {
  call: Extract<HandsetCall, { phase: "talking" }>;
  link: PhoneLink;
  player: () => Player;
};

/** On the phone: talk by typing or with the microphone, hang up. */
export function TalkingPanel({ call, link, player }: TalkingPanelProps) {
  const hangUp = () => link.order({ do: "hangUp" });
  useShortcut("shift+x", hangUp);
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <div>
          <Since sinceAt={call.sinceAt} />
          <p className="figures mt-1 text-muted">{call.from}</p>
        </div>
        <Button look="danger" onPress={hangUp}>
          <PhoneOff aria-hidden size={16} />
          {PHONE.hangUp}
        </Button>
      </div>
      <SoundState player={player} />
      <SayForm say={(text) => link.order({ do: "say", text })} />
      <MicrophoneButton speak={link.speak} />
    </div>
  );
}

function Since({ sinceAt }: { sinceAt: string }) {
  const nowMs = useNowMs();
  return (
    <Chip tone="live" icon={Circle} filled>
      {PHONE.talking} <span aria-hidden>{timerText(sinceMs(sinceAt, nowMs))}</span>
    </Chip>
  );
}

function SoundState({ player }: { player: () => Player }) {
  const [isAudible, setAudible] = useState(true);
  useEffect(() => {
    const look = () => setAudible(player().isAudible);
    player().onChange(look);
    void player().resume();
    // A blocked context changes nothing by itself, so nobody would be told.
    const timer = setTimeout(look, 500);
    return () => clearTimeout(timer);
  }, [player]);
  if (isAudible) return null;
  return (
    <p role="alert" className="flex flex-wrap items-center gap-2">
      {PHONE.soundBlocked}
      <Button size="dense" onPress={() => void player().resume()}>
        {PHONE.soundOn}
      </Button>
    </p>
  );
}

function SayForm({ say }: { say: (text: string) => void }) {
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") return;
    say(text.trim());
    setText("");
  };
  return (
    <form onSubmit={submit} className="flex items-start gap-2">
      <div className="flex-1">
        <TextField
          label={PHONE.say}
          value={text}
          onChange={setText}
          maxLength={HANDSET_TEXT_MAX}
          autoComplete="off"
          placeholder={PHONE.sayPlaceholder}
          inputRef={focusOnMount}
        />
      </div>
      <Button look="primary" type="submit" className="mt-6 h-11">
        {PHONE.send}
      </Button>
    </form>
  );
}
