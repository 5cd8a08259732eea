import type { Clock } from "#server/lib/clock.ts";
import type { PeerHealth } from "#server/lib/peer-health.ts";

/** What one part says about itself. `details` must be safe to show to anybody who can reach `/readyz`: no secrets, no addresses. */
type PartReport = PeerHealth & { details?: Record<string, string | number | boolean | null> };

type HealthPart = {
  name: string;
  /** Whether the server can do its work without this part; a server with a broken required part is not ready. Default true. */
  required?: boolean;
  check(): Promise<PartReport>;
};

type HealthReport = {
  ready: boolean;
  parts: (PartReport & { name: string; required: boolean })[];
};

export type Health = {
  register(part: HealthPart): void;
  /** Asks every part at once. Never rejects; a part that throws or is slow is reported as not ok. */
  report(): Promise<HealthReport>;
};

/** A part is asked at most this often: load balancers and dashboards must not become load on a peer. */
const CACHE_MS = 2000;
const TIMEOUT_MS = 1500;

export function createHealth(clock: Clock): Health {
  const askers: (() => Promise<HealthReport["parts"][number]>)[] = [];
  return {
    register(part) {
      const ask = cached(clock, () => askWithTimeout(clock, part));
      const { name, required = true } = part;
      askers.push(async () => ({ name, required, ...(await ask()) }));
    },
    async report() {
      const parts = await Promise.all(askers.map((ask) => ask()));
      return { ready: parts.every((part) => part.ok || !part.required), parts };
    },
  };
}

/** Callers within `CACHE_MS` share one answer, also while it is still being asked for. */
function cached<Value>(clock: Clock, ask: () => Promise<Value>): () => Promise<Value> {
  let latest: { askedAtMs: number; answer: Promise<Value> } | null = null;
  return () => {
    const nowMs = clock.monotonicMs();
    if (latest === null || nowMs - latest.askedAtMs >= CACHE_MS) latest = { askedAtMs: nowMs, answer: ask() };
    return latest.answer;
  };
}

function askWithTimeout(clock: Clock, part: HealthPart): Promise<PartReport> {
  const { promise, resolve } = Promise.withResolvers<PartReport>();
  const timer = clock.after(TIMEOUT_MS, () =>
    resolve({ ok: false, reason: `No answer within ${TIMEOUT_MS} ms.` }),
  );
  const answer = async () => part.check();
  answer()
    .catch(() => ({ ok: false, reason: "The check itself failed." }))
    .then(resolve)
    .finally(() => timer.cancel());
  return promise;
}
