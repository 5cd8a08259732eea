import { type CallStep, callSteps } from "#client/consumer/call-steps.ts";
import { CONSUMER } from "#client/consumer/copy.ts";
import type { CallStatus } from "#shared/call/status.ts";
import { Check, Circle, CircleDot, type LucideIcon } from "lucide-react";

const NAME: Record<CallStep["name"], string> = {
  booked: CONSUMER.stepBooked,
  inLine: CONSUMER.stepInLine,
  call: CONSUMER.stepCall,
};

const STATE: Record<CallStep["state"], { icon: LucideIcon; said: string; look: string }> = {
  done: { icon: Check, said: CONSUMER.stepDone, look: "text-live" },
  current: { icon: CircleDot, said: CONSUMER.stepNow, look: "font-medium text-accent" },
  ahead: { icon: Circle, said: CONSUMER.stepAhead, look: "text-muted" },
};

/** How far the call has come: booked, in line, call. Nothing once it is over. */
export function StepLine({ status }: { status: CallStatus }) {
  const steps = callSteps(status);
  if (steps.length === 0) return null;
  return (
    <ol aria-label={CONSUMER.steps} className="flex flex-wrap gap-x-6 gap-y-1">
      {steps.map(({ name, state }) => {
        const { icon: Icon, said, look } = STATE[state];
        return (
          <li
            key={name}
            aria-current={state === "current" ? "step" : undefined}
            className={`flex items-center gap-1.5 ${look}`}
          >
            <Icon aria-hidden size={18} />
            {NAME[name]}
            <span className="sr-only">, {said}</span>
          </li>
        );
      })}
    </ol>
  );
}
