import { STEER } from "#client/calls/steer/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { Ear } from "lucide-react";

/** Beside the button that ends a live call; on a phone at the bottom of the screen, where the panel is far below the words. */
export function LiveActions() {
  return (
    <Button onPress={toSteering} className="h-12 flex-1 lg:hidden">
      <Ear aria-hidden size={16} />
      {STEER.whisper}
    </Button>
  );
}

function toSteering() {
  const field = document.querySelector<HTMLInputElement>("[aria-labelledby=steer-title] input");
  field?.scrollIntoView({ block: "center" });
  field?.focus({ preventScroll: true });
}
