import { PHONE } from "#client/sandbox/copy.ts";
import type { Player } from "#client/sandbox/phone/player.ts";
import { Button } from "#client/ui/button.tsx";
import { Checkbox } from "#client/ui/checkbox.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { sinceMs, spanText } from "#client/ui/format.ts";
import { useShortcut } from "#client/ui/shortcuts.ts";
import { focusOnMount } from "#client/ui/text-field.tsx";
import { readSetting, writeSetting } from "#client/ui/theme.ts";
import type { HandsetCall, HandsetOrder } from "#shared/sandbox/handset-wire.ts";
import { Phone, PhoneCall, PhoneOff } from "lucide-react";
import { useEffect, useState } from "react";

const KEY = "ringside.ringAloud";

type RingingPanelProps = {
  call: Extract<HandsetCall, { phase: "ringing" }>;
  player: () => Player;
  order: (order: HandsetOrder) => void;
};

/** It rings: who calls, since when, and the two things one can do about it. */
export function RingingPanel({ call, player, order }: RingingPanelProps) {
  const nowMs = useNowMs();
  const [aloud, setAloud] = useState(readSetting(KEY) !== "off");
  const answer = () => {
    void player().resume();
    order({ do: "answer" });
  };
  const decline = () => order({ do: "decline" });
  useShortcut("a", answer);
  useShortcut("d", decline);
  useEffect(() => (aloud ? player().ring() : undefined), [aloud, player]);
  return (
    <div className="flex flex-col items-center gap-5 py-4 text-center">
      <span className="grid size-20 animate-pulse place-items-center rounded-full bg-wait-soft text-wait">
        <PhoneCall aria-hidden size={32} />
      </span>
      <div>
        <output className="text-h3 font-strong">
          {PHONE.ringing}
          <span aria-hidden className="figures">
            , {spanText(sinceMs(call.sinceAt, nowMs))}
          </span>
        </output>
        <p className="figures text-lead text-muted">{call.from}</p>
      </div>
      <div className="grid w-full grid-cols-2 gap-3">
        <Button look="danger" size="touch" onPress={decline}>
          <PhoneOff aria-hidden size={18} />
          {PHONE.decline}
        </Button>
        <Button look="primary" size="touch" onPress={answer} ref={focusOnMount}>
          <Phone aria-hidden size={18} />
          {PHONE.answer}
        </Button>
      </div>
      <Checkbox
        isSelected={aloud}
        onChange={(next) => {
          writeSetting(KEY, next ? "on" : "off");
          setAloud(next);
        }}
      >
        {PHONE.ringAloud}
      </Checkbox>
    </div>
  );
}
