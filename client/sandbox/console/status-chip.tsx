import { Chip, type Tone } from "#client/ui/chip.tsx";
import { Ban, Check, Circle, Clock, type LucideIcon, PhoneCall, PhoneOutgoing, X } from "lucide-react";

type Look = { tone: Tone; icon: LucideIcon; word: string };
const LOOKS: Record<string, Look> = {
  queued: { tone: "idle", icon: Clock, word: "Queued" },
  initiated: { tone: "wait", icon: PhoneOutgoing, word: "Dialling" },
  ringing: { tone: "wait", icon: PhoneCall, word: "Ringing" },
  "in-progress": { tone: "live", icon: Circle, word: "Talking" },
  completed: { tone: "idle", icon: Check, word: "Completed" },
  busy: { tone: "idle", icon: X, word: "Busy" },
  "no-answer": { tone: "idle", icon: X, word: "No answer" },
  failed: { tone: "bad", icon: X, word: "Failed" },
  canceled: { tone: "idle", icon: Ban, word: "Cancelled" },
};

/** Where a simulated call is. */
export function StatusChip({ status }: { status: string }) {
  const { tone, icon, word } = LOOKS[status] ?? { tone: "idle" as const, icon: Circle, word: status };
  return (
    <Chip tone={tone} icon={icon} filled={isTalking(status)}>
      {word}
    </Chip>
  );
}

export const isTalking = (status: string): boolean => status === "in-progress";
