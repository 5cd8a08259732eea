import { helpSentence } from "#client/supervisor/help-words.ts";
import { helpNeed } from "#shared/call/help-need.ts";
import type { CallSummary } from "#shared/call/summary.ts";
import { useEffect, useRef, useState } from "react";

type NeedNewsProps = {
  /** The calls that need somebody now. */
  calls: readonly CallSummary[];
  at: { nowMs: number; timeLimitMs: number };
};

/** Reads aloud, at once, which call has begun to need somebody; nothing is shown. */
export function NeedNews({ calls, at }: NeedNewsProps) {
  const known = useRef<ReadonlySet<string> | null>(null);
  const [sentence, setSentence] = useState("");
  useEffect(() => {
    // What needed somebody before the page was opened is read with the page.
    const fresh =
      known.current === null ? [] : calls.filter((call) => known.current?.has(call.callId) === false);
    known.current = new Set(calls.map((call) => call.callId));
    const [first, ...more] = fresh;
    if (first === undefined) return;
    const why = helpSentence(helpNeed(first, at).reasons, first.lastFlag);
    setSentence(
      `${first.businessName}: ${why}.${more.length > 0 ? ` ${more.length} more calls need you.` : ""}`,
    );
  }, [calls, at]);
  return (
    <p role="alert" className="sr-only">
      {sentence}
    </p>
  );
}
