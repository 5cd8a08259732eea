import type { Caller } from "#server/accounts/caller.ts";
import type { Audit } from "#server/audit/audit.ts";
import type { CallFeed } from "#server/calls/call-feed.ts";
import type { DialSwitch } from "#server/calls/dialing/dial-switch.ts";
import type { Logger } from "#server/lib/logger.ts";
import type { AuditAct } from "#shared/audit.ts";
import type { DialPause } from "#shared/call/summary.ts";

type Deps = {
  dialSwitch: DialSwitch;
  feed: Pick<CallFeed, "boardChanged">;
  audit: Pick<Audit, "record">;
  logger: Logger;
  /** Lets the queue of this server look at once; the others look each second. */
  resumed(): void;
};

type Paused = { pause: DialPause | null };

/** What a supervisor does with the switch: it holds for every server, and every wall shows it [CL261]. */
export class DialPausing {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async pause(caller: Caller, reason: string): Promise<Paused> {
    await this.#deps.dialSwitch.pause(caller, reason);
    return this.#switched(caller, "paused_dialing", "dialling is paused by a supervisor");
  }

  async resume(caller: Caller): Promise<Paused> {
    await this.#deps.dialSwitch.resume();
    this.#deps.resumed();
    return this.#switched(caller, "resumed_dialing", "dialling goes on, says a supervisor");
  }

  async #switched(caller: Caller, act: AuditAct, what: string): Promise<Paused> {
    const { logger, feed, dialSwitch, audit } = this.#deps;
    logger.warn({ accountId: caller.accountId }, what);
    feed.boardChanged();
    await audit.record(caller, act, null);
    return { pause: await dialSwitch.paused() };
  }
}
