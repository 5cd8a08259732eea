import { PHONE } from "#client/sandbox/copy.ts";
import { Keypad } from "#client/sandbox/phone/keypad.tsx";
import { LinePanel } from "#client/sandbox/phone/line-panel.tsx";
import { LostBar } from "#client/sandbox/phone/lost-bar.tsx";
import { RingingPanel } from "#client/sandbox/phone/ringing-panel.tsx";
import { TalkingPanel } from "#client/sandbox/phone/talking-panel.tsx";
import { usePhone } from "#client/sandbox/phone/use-phone.ts";
import { Words } from "#client/sandbox/phone/words.tsx";
import { KeyboardHelp } from "#client/ui/keyboard-help.tsx";
import { PhoneMissed, PhoneOff } from "lucide-react";

const KEYS = [
  { keys: "A", does: PHONE.keyAnswer },
  { keys: "D", does: PHONE.keyDecline },
  { keys: "⇧ X", does: PHONE.keyHangUp },
  { keys: "M", does: PHONE.keyMicrophone },
  { keys: "0–9 * #", does: PHONE.keyPress },
  { keys: "?", does: PHONE.keyHelp },
];

/** A phone in the browser: rings, is answered, and talks with the agent that calls. */
export function PhonePage() {
  const { link, player, state } = usePhone();
  const { line, call } = state.view;
  const words = call.phase === "talking" || call.phase === "over" ? call.lines : null;
  return (
    <main className="flex flex-1 flex-col">
      <title>{call.phase === "ringing" ? PHONE.ringingTitle : PHONE.title}</title>
      <LostBar connection={state.connection} />
      <div
        className={`mx-auto grid w-full items-start gap-6 px-4 py-6 ${words === null ? "max-w-md" : "max-w-5xl lg:grid-cols-[26rem_minmax(0,1fr)]"}`}
      >
        <section aria-label={PHONE.heading} className="flex min-w-0 flex-col gap-4">
          <div className="flex items-center justify-between">
            <h1 className="text-h2">{PHONE.heading}</h1>
            <KeyboardHelp rows={KEYS} />
          </div>
          <div className="flex flex-col gap-4 rounded-card border border-line bg-surface p-4 sm:p-6">
            {call.phase === "ringing" && <RingingPanel call={call} player={player} order={link.order} />}
            {call.phase === "talking" && <TalkingPanel call={call} link={link} player={player} />}
            {call.phase === "over" && <Over how={call.how} />}
            {call.phase !== "ringing" && call.phase !== "talking" && (
              <LinePanel line={line} order={link.order} isQuiet={call.phase === "none"} />
            )}
          </div>
        </section>
        {words !== null && <Words lines={words} isOver={call.phase === "over"} />}
        {call.phase === "talking" && <Keypad press={(key) => link.order({ do: "press", key })} />}
      </div>
    </main>
  );
}

type Ending = keyof typeof PHONE.over;

function Over({ how }: { how: Ending }) {
  const Icon = how === "missed" ? PhoneMissed : PhoneOff;
  return (
    <output className="flex items-center gap-2 text-lead font-medium">
      <Icon aria-hidden size={18} className="text-muted" />
      {PHONE.over[how]}
    </output>
  );
}
