import type { Caller } from "#server/accounts/caller.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { DialPause } from "#shared/call/summary.ts";
import type { Connection, mongo } from "mongoose";

/** There is one: who paused all dialling, why and when. No document: dialling is free. */
type PauseDocument = { _id: "dialing"; reason: string; by: string; accountId: string; at: Date };

/** The switch for all dialling of the installation [CL261]. It is in the database, and every server asks it before each claim. */
export class DialSwitch {
  readonly #switches: mongo.Collection<PauseDocument>;
  readonly #clock: Clock;

  constructor(connection: Connection, clock: Clock) {
    this.#switches = connection.collection<PauseDocument>("switches");
    this.#clock = clock;
  }

  /** Null while dialling is free. */
  async paused(): Promise<DialPause | null> {
    const pause = await this.#switches.findOne({ _id: "dialing" });
    return pause === null ? null : { reason: pause.reason, by: pause.by, at: pause.at.toISOString() };
  }

  /** Nothing more is dialled; live calls go on, requests are queued. A second pause replaces the reason. */
  async pause({ accountId, name }: Caller, reason: string): Promise<void> {
    const set = { reason, by: name, accountId, at: new Date(this.#clock.nowMs()) };
    await this.#switches.updateOne({ _id: "dialing" }, { $set: set }, { upsert: true });
  }

  async resume(): Promise<void> {
    await this.#switches.deleteOne({ _id: "dialing" });
  }
}
