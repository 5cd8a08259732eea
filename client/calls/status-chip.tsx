import type { StatusIcon, StatusSentence } from "#client/calls/status-sentence.ts";
import { Chip } from "#client/ui/chip.tsx";
import {
  Ban,
  CalendarClock,
  Check,
  Circle,
  Clock,
  type LucideIcon,
  PhoneCall,
  PhoneOutgoing,
  TriangleAlert,
  X,
} from "lucide-react";

const ICONS: Record<StatusIcon, LucideIcon> = {
  queued: Clock,
  scheduled: CalendarClock,
  dialing: PhoneOutgoing,
  ringing: PhoneCall,
  live: Circle,
  needsYou: TriangleAlert,
  done: Check,
  failed: X,
  cancelled: Ban,
};

type StatusChipProps = { sentence: StatusSentence; testId?: string };

export function StatusChip({ sentence, testId }: StatusChipProps) {
  return (
    <Chip
      tone={sentence.tone}
      icon={ICONS[sentence.icon]}
      filled={sentence.icon === "live"}
      {...(testId !== undefined && { testId })}
    >
      {sentence.text}
    </Chip>
  );
}
