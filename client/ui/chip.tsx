import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

export type Tone = "live" | "wait" | "sched" | "bad" | "idle" | "accent";

const TONES: Record<Tone, string> = {
  live: "bg-live-soft text-live",
  wait: "bg-wait-soft text-wait",
  sched: "bg-sched-soft text-sched",
  bad: "bg-bad-soft text-bad",
  idle: "bg-idle-soft text-idle",
  accent: "bg-accent-soft text-accent",
};

type ChipProps = { tone: Tone; icon?: LucideIcon; children: ReactNode; filled?: boolean; testId?: string };

/** A word or a short sentence with its icon and colour; never a colour alone. */
export function Chip({ tone, icon: Icon, children, filled = false, testId }: ChipProps) {
  return (
    <span
      data-testid={testId}
      className={`figures inline-flex min-h-6 items-center gap-1.5 rounded-chip px-2 py-0.5 text-dense font-medium ${TONES[tone]}`}
    >
      {Icon !== undefined && (
        <Icon aria-hidden size={14} className="shrink-0" {...(filled && { fill: "currentColor" })} />
      )}
      <span>{children}</span>
    </span>
  );
}
