import type { CallHead } from "#server/calls/call-document.ts";
import type { Applied } from "#server/calls/call-store.ts";
import type { CallInput } from "#server/calls/state/call-state.ts";

/**
 * The one way to move a call: feeds one input to `step`, stores what it decides, then performs its effects. `choose` sees the call as it is
 * and may decline (null). Rejects only when the database does.
 */
export type Advance = (
  callId: string,
  input: CallInput | ((call: CallHead) => CallInput | null),
) => Promise<Applied>;
