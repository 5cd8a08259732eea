import { PHONE } from "#client/sandbox/copy.ts";
import { type NoMicrophone, type OpenMicrophone, openMicrophone } from "#client/ui/microphone.ts";
import { Button } from "#client/ui/button.tsx";
import { useShortcut } from "#client/ui/shortcuts.ts";
import { Problem } from "#client/ui/states.tsx";
import { Mic, MicOff } from "lucide-react";
import { useEffect, useRef, useState } from "react";

type State = { is: "off" } | { is: "asking" } | { is: "on" } | { is: NoMicrophone };

/** Switches the microphone; it closes with the call. */
function useMicrophone(speak: (samples: Int16Array) => void): [State, () => void] {
  const [state, setState] = useState<State>({ is: "off" });
  const open = useRef<OpenMicrophone | null>(null);
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      open.current?.close();
      open.current = null;
    };
  }, []);
  async function switchOn() {
    setState({ is: "asking" });
    const opened = await openMicrophone(speak);
    if (typeof opened === "string") return setState({ is: opened });
    if (isGone.current) return opened.close();
    open.current = opened;
    setState({ is: "on" });
  }
  function toggle() {
    if (state.is === "asking") return;
    if (state.is !== "on") return void switchOn();
    open.current?.close();
    open.current = null;
    setState({ is: "off" });
  }
  return [state, toggle];
}

export function MicrophoneButton({ speak }: { speak: (samples: Int16Array) => void }) {
  const [state, toggle] = useMicrophone(speak);
  useShortcut("m", toggle);
  const isOn = state.is === "on";
  return (
    <div className="flex flex-col gap-2">
      <Button onPress={toggle} isPending={state.is === "asking"} look={isOn ? "primary" : "secondary"}>
        {isOn ? <Mic aria-hidden size={16} /> : <MicOff aria-hidden size={16} />}
        {isOn ? PHONE.micStop : PHONE.micTalk}
      </Button>
      <output className="text-dense text-muted">
        {state.is === "asking" ? PHONE.micAsking : isOn ? PHONE.micOn : ""}
      </output>
      {(state.is === "refused" || state.is === "missing") && (
        <Problem>{state.is === "refused" ? PHONE.micRefused : PHONE.micMissing}</Problem>
      )}
      <p className="text-dense text-muted">{PHONE.micNote}</p>
    </div>
  );
}
