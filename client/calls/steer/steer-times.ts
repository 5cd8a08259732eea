import { timerText } from "#client/ui/format.ts";
import type { CallView } from "#shared/call/view.ts";

/** When something was done, on the clock of the call: "02:05" after the answer; before or without one the time of day. */
export function callTimeText(iso: string, { answeredAt }: Pick<CallView, "answeredAt">): string {
  const sinceMs = answeredAt === null ? -1 : Date.parse(iso) - Date.parse(answeredAt);
  if (sinceMs >= 0) return timerText(sinceMs);
  return new Intl.DateTimeFormat("en-US", { timeStyle: "short" }).format(new Date(iso));
}
