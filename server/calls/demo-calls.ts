import type { Caller } from "#server/accounts/caller.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import type { CallRequest } from "#server/calls/request-call.ts";
import type { DemoWorld } from "#server/leads/demo.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { Failure } from "#server/lib/failure.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { CallRequestReply } from "#shared/contract/call-request.ts";

/** How often it looks whether the phones are quiet; a new demo call then starts. */
const LOOK_MS = 4000;

type Deps = {
  world: DemoWorld;
  request(caller: Caller, request: CallRequest): Promise<CallRequestReply>;
  queries: Pick<CallQueries, "countLive" | "countQueued">;
  clock: Clock;
  logger: Logger;
};

/** With DEMO on, one demo call follows the other while nothing else is going on. They are asked for like any call and obey every rule. */
export class DemoCalls {
  readonly #deps: Deps;
  #timer: Timer | null = null;
  #starting: Promise<void> | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  start() {
    this.#timer = this.#deps.clock.every(LOOK_MS, () => this.#look());
    this.#look();
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    await this.#starting;
  }

  /** Starts one now. @throws Failure NOT_POSSIBLE when every demo business has used up its requests of this hour */
  async startOne(): Promise<{ callId: string }> {
    const scenario = await this.#deps.world.nextScenario();
    if (scenario === null) throw new Failure("NOT_POSSIBLE");
    const { business, leadId, objective } = scenario;
    const { call_id: callId } = await this.#deps.request(business, { leadId, objective });
    return { callId };
  }

  #look() {
    this.#starting ??= this.#startIfQuiet()
      .catch((error: unknown) => {
        const refused = error instanceof Failure ? { code: error.code } : errorFields(error);
        this.#deps.logger.warn(refused, "no demo call could be started; it is tried again");
      })
      .finally(() => {
        this.#starting = null;
      });
  }

  async #startIfQuiet(): Promise<void> {
    const { queries } = this.#deps;
    const busy = (await queries.countLive()) + (await queries.countQueued());
    if (busy === 0 && this.#timer !== null) await this.startOne();
  }
}
