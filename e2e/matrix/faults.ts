import type { Callee, Reach } from "#e2e/matrix/callees.ts";
import type { Seeded } from "#e2e/matrix/seeded.ts";
import type { TestSandbox } from "#e2e/support/sandbox.ts";
import type { FinalStatus } from "#shared/call/status.ts";

/** The one call that a fault is meant for. */
export type Target = {
  readonly sandbox: TestSandbox;
  /** E.164: how the phone network knows it. */
  readonly number: string;
  /** How the voice model knows it. */
  readonly person: string;
  /** How the analyst knows it: a text that is in no other request. */
  readonly about: string;
  readonly random: Seeded;
};

/** `same`: the call ends as if nothing had happened. `may fail`: or it fails. `fails`: who stays on the line is never talked to. */
type Effect = "same" | "may fail" | "fails";

export type Fault = {
  readonly name: string;
  readonly needs: Reach;
  readonly effect: Effect;
  /** Holds up every call of the installation: struck alone, and only with the first callee. */
  readonly alone?: true;
  /** Nobody learns that the phone rings: whoever waits for that to act may wait until it has rung out. */
  readonly hidesRinging?: boolean;
  /** Armed before the call is requested. */
  arm?(target: Target): Promise<void>;
  /** Done to the phone call once its media stream is open. */
  strike?(target: Target, sid: string): Promise<void>;
};

/** With which statuses this callee's call may end under this fault. */
export function finalsOf(callee: Callee, { effect, hidesRinging }: Fault): readonly FinalStatus[] {
  if (hidesRinging === true && callee.act?.at === "ringing") return [...callee.finals, "no_answer"];
  if (effect === "same") return callee.finals;
  return effect === "fails" && callee.stays ? ["failed"] : [...callee.finals, "failed"];
}

const ORDER: readonly Reach[] = ["dial", "ring", "talk"];

export const makesSense = (callee: Callee, fault: Fault): boolean =>
  ORDER.indexOf(callee.reaches) >= ORDER.indexOf(fault.needs);

const ALWAYS = 1000;

const rest = (fault: string, name = `create ${fault}`): Fault => ({
  name,
  needs: "dial",
  effect: "same",
  arm: ({ sandbox, number: to, random }) =>
    sandbox.phoneFaults([{ target: "create", fault, to, delayMs: random.between(500, 3000) }]),
});

const callback = (fault: string, status: string | null, needs: Reach = "dial"): Fault => ({
  name: `callback ${fault} ${status ?? "all"}`,
  needs,
  effect: "same",
  hidesRinging: fault === "lose" && (status === null || status === "ringing"),
  arm: ({ sandbox, number: to, random }) => {
    const which = status === null ? {} : { status };
    const delayMs = random.between(300, 4000);
    return sandbox.phoneFaults([{ target: "callback", fault, to, times: ALWAYS, delayMs, ...which }]);
  },
});

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const media = (
  name: string,
  effect: Effect,
  orders: (random: Seeded) => Record<string, unknown>[],
): Fault => ({
  name: `media ${name}`,
  needs: "talk",
  effect,
  async strike({ sandbox, random }, sid) {
    await pause(random.between(200, 3500));
    for (const order of orders(random)) {
      // A call that has ended in between has no stream to damage.
      await sandbox.stream(sid, order);
      await pause(random.between(400, 1500));
    }
  },
});

const voice = (
  name: string,
  effect: Effect,
  fault: (random: Seeded) => Record<string, unknown>,
  times = 1,
): Fault => ({
  name: `voice ${name}`,
  needs: "ring",
  effect,
  arm: ({ sandbox, person, random }) => sandbox.voiceFault(fault(random), person, times),
});

const soon = (random: Seeded) => random.between(0, 8000);

const analyst = (name: string, fault: Record<string, unknown>, times: number): Fault => ({
  name: `analyst ${name}`,
  needs: "talk",
  effect: "same",
  arm: ({ sandbox, about }) => sandbox.analystFault(fault, about, times),
});

const PHONE: readonly Fault[] = [
  ...["drop-reply", "cut-reply", "bad-json", "error-after", "too-many"].map((fault) => rest(fault)),
  ...["delay-before", "delay-reply"].map((fault) => rest(fault)),
  callback("lose", null),
  callback("duplicate", null),
  callback("reorder", null),
  callback("delay", null),
  callback("lose", "ringing", "ring"),
  callback("lose", "completed", "ring"),
  callback("duplicate", "in-progress", "talk"),
  callback("lose", "amd", "ring"),
];

const MEDIA: readonly Fault[] = [
  media("tear", "same", () => [{ do: "tear" }]),
  media("tear storm", "may fail", () => Array.from({ length: 6 }, () => ({ do: "tear" }))),
  media("freeze", "same", () => [{ do: "freeze" }, { do: "thaw" }]),
  media("gap", "same", (random) => [{ do: "gap", ms: random.between(100, 3000) }]),
  media("burst", "same", (random) => [{ do: "burst", ms: random.between(100, 3000) }]),
];

const VOICE: readonly Fault[] = [
  voice("upgrade 429 once", "same", () => ({ kind: "refuseUpgrade", status: 429 })),
  voice("upgrade 503 always", "fails", () => ({ kind: "refuseUpgrade", status: 503 }), ALWAYS),
  voice("upgrade hangs once", "same", () => ({ kind: "hangUpgrade" })),
  voice("drop", "same", (random) => ({ kind: "drop", afterMs: soon(random) })),
  voice("drop always", "may fail", (random) => ({ kind: "drop", afterMs: random.between(50, 400) }), ALWAYS),
  ...[1001, 1006, 1011, 4000].map((code) =>
    voice(`close ${code}`, "same", (random) => ({ kind: "close", code, afterMs: soon(random) })),
  ),
  voice("expire", "same", (random) => ({ kind: "expire", afterMs: soon(random) })),
  voice("limit", "same", (random) => ({ kind: "limit", limitMs: random.between(3000, 9000) })),
  voice("stall", "same", (random) => ({ kind: "stall", afterMs: soon(random), forMs: 3000 })),
  voice("delay", "same", (random) => ({ kind: "delay", delayMs: random.between(50, 600), jitterMs: 300 })),
  voice("slow reader", "same", (random) => ({ kind: "stopReading", afterMs: soon(random), forMs: 3000 })),
  voice("malformed", "same", (random) => ({ kind: "rawFrame", text: "{", afterMs: soon(random) })),
  voice("unknown event", "same", (random) => ({
    kind: "rawFrame",
    text: '{"type":"sandbox.unheard_of"}',
    afterMs: soon(random),
  })),
  voice("repeated events", "same", () => ({ kind: "repeatEvents", events: 10_000 })),
  voice("late delta", "same", () => ({ kind: "lateDelta", responses: 100 })),
  voice("late dones", "same", () => ({ kind: "holdDones", responses: 100 })),
  voice("rate limit once", "same", () => ({ kind: "failResponse", code: "rate_limit_exceeded" })),
  voice("rate limit always", "may fail", () => ({
    kind: "failResponse",
    code: "rate_limit_exceeded",
    responses: 1000,
  })),
  voice("in writing once", "same", () => ({ kind: "textOnly" })),
  voice("stuck once", "same", () => ({ kind: "stuckResponse" })),
  voice("stuck in sound", "may fail", () => ({ kind: "stuckResponse", at: "audio" })),
  voice(
    "stuck for good",
    "fails",
    () => ({ kind: "stuckResponse", canBeCancelled: false, responses: 1000 }),
    ALWAYS,
  ),
  voice("filtered once", "same", () => ({ kind: "filterResponse" })),
  voice("no transcripts", "same", () => ({ kind: "loseTranscripts" })),
  voice("failed transcripts", "same", () => ({ kind: "failTranscripts" })),
  voice("late transcripts", "same", () => ({ kind: "delayTranscripts", delayMs: 5000 })),
  { ...voice("upgrade 401", "may fail", () => ({ kind: "refuseUpgrade", status: 401 })), alone: true },
  {
    ...voice("no quota", "may fail", () => ({ kind: "failResponse", code: "insufficient_quota" })),
    alone: true,
  },
];

const ANALYST: readonly Fault[] = [
  analyst("529 once", { kind: "error", status: 529 }, 1),
  analyst("529 always", { kind: "error", status: 529 }, ALWAYS),
  analyst("429 once", { kind: "rateLimit", retryAfterSeconds: 2 }, 1),
  analyst("resets", { kind: "reset" }, ALWAYS),
  analyst("hangs once", { kind: "hang" }, 1),
  analyst("refuses", { kind: "refusal" }, ALWAYS),
];

/** Everything that is done to calls; the first does nothing. */
export const FAULTS: readonly Fault[] = [
  { name: "none", needs: "dial", effect: "same" },
  ...PHONE,
  ...MEDIA,
  ...VOICE,
  ...ANALYST,
];
