import { STEER } from "#client/calls/steer/copy.ts";
import type { CallView, ToolView } from "#shared/call/view.ts";
import { Check } from "lucide-react";

/** What the agent has learned for the objective: the answers that it noted, the newest word on each topic [UI54]. */
export function Learned({ view }: { view: CallView }) {
  const answers = answersIn(view.tools);
  return (
    <div>
      <h3 className="text-dense font-medium text-muted">{STEER.learned}</h3>
      {answers.size === 0 && <p className="text-muted">{STEER.nothingLearned}</p>}
      <ul className="flex flex-col gap-1">
        {[...answers].map(([topic, answer]) => (
          <li key={topic} data-testid="learned" className="flex items-start gap-2">
            <Check aria-hidden size={16} className="mt-0.5 shrink-0 text-live" />
            <span className="wrap-anywhere">
              <span className="text-muted">{topic}:</span> {answer}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** By topic, in the order in which the topics came up; only what was really noted. */
export function answersIn(tools: readonly ToolView[]): Map<string, string> {
  const answers = new Map<string, string>();
  for (const { name, arguments: given, result } of tools) {
    const { topic, answer } = given;
    if (name !== "record_answer" || result?.ok !== true) continue;
    if (typeof topic === "string" && typeof answer === "string") answers.set(topic, answer);
  }
  return answers;
}
