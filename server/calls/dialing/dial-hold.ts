import type { Clock, Timer } from "#server/lib/clock.ts";
import type { Logger } from "#server/lib/logger.ts";
import type { PeerHealth } from "#server/lib/peer-health.ts";

/** How often a peer that refused us is asked again. One request each time: no storm (reliability T14, O2). */
const PROBE_MS = 30_000;

type Peer = "telephony" | "voice";

/**
 * Stops all dialling while a peer refuses us (wrong key, no quota) or cannot be reached. Calls keep their place; dialling goes on by
 * itself when the peer's check succeeds.
 */
export class DialHold {
  readonly #deps: { clock: Clock; logger: Logger; released: () => void };
  readonly #probes: Record<Peer, () => Promise<PeerHealth>>;
  readonly #reasons = new Map<Peer, { reason: string; timer: Timer }>();

  constructor(
    deps: { clock: Clock; logger: Logger; released: () => void },
    probes: Record<Peer, () => Promise<PeerHealth>>,
  ) {
    this.#deps = deps;
    this.#probes = probes;
  }

  /** A sentence for the operator; null while dialling is free. */
  get reason(): string | null {
    return this.#reasons.values().next().value?.reason ?? null;
  }

  hold(peer: Peer, reason: string) {
    if (this.#reasons.has(peer)) return;
    const { clock, logger } = this.#deps;
    logger.error({ peer, reason }, "dialling is on hold");
    this.#reasons.set(peer, { reason, timer: clock.every(PROBE_MS, () => void this.#probe(peer)) });
  }

  stop() {
    for (const { timer } of this.#reasons.values()) timer.cancel();
    this.#reasons.clear();
  }

  async #probe(peer: Peer) {
    const health = await this.#probes
      [peer]()
      .catch((): PeerHealth => ({ ok: false, reason: "", why: "unreachable" }));
    const held = this.#reasons.get(peer);
    if (health.why !== undefined || held === undefined) return;
    held.timer.cancel();
    this.#reasons.delete(peer);
    this.#deps.logger.info({ peer }, "dialling goes on");
    this.#deps.released();
  }
}
