import type { CallHead } from "#server/calls/call-document.ts";
import { instantOf, spokenTime, startOfDay } from "#server/calls/live/local-time.ts";
import { type Done, done, refused } from "#server/calls/live/tool-result.ts";
import type { PlannedCall, ToolServices } from "#server/calls/live/tool-services.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Appointment } from "#shared/call/events.ts";
import type { ToolView } from "#shared/call/view.ts";
import { randomUUID } from "node:crypto";
import { z } from "zod";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Sooner than this they may just as well go on talking; later than that nobody remembers the promise. */
const FOLLOW_UP = { minMs: 15 * MINUTE_MS, maxMs: 30 * DAY_MS };
const ID_CHARS = 8;

/** The output of offer_slots; kept in the journal, so that whoever takes the call over knows what was offered. */
const offerSchema = z.object({
  slots: z.array(z.object({ slotId: z.string(), say: z.string(), startsAt: z.iso.datetime() })),
});

type Deps = { call: CallHead; services: ToolServices; clock: Clock };

export const booked = (appointment: Appointment): Done =>
  done(`Booked: ${spokenTime(Date.parse(appointment.startsAt), appointment.timeZone)}. Tell the person.`, {
    type: "appointment.booked",
    ...appointment,
  });

export const planned = ({ followUpCallId, scheduledFor }: PlannedCall, timeZone: string): Done =>
  done(
    `A call is planned: ${spokenTime(Date.parse(scheduledFor), timeZone)}. There is one such call at most. Tell the person, say goodbye and end the call.`,
    { type: "call.followUpRequested", followUpCallId, scheduledFor },
  );

/** Appointments with the business, and another call of it: both only at times that the rules allow [CL86, CL87]. */
export class AppointmentTools {
  readonly #deps: Deps;
  /** What was offered in this call, and nothing else, can be booked. */
  readonly #offered = new Map<string, number>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** What an earlier owner of the call offered holds. */
  adopt(past: readonly ToolView[]) {
    for (const { name, result } of past) {
      if (name !== "offer_slots" || result?.ok !== true) continue;
      for (const { slotId, startsAt } of offerSchema.parse(JSON.parse(result.text)).slots) {
        this.#offered.set(slotId, Date.parse(startsAt));
      }
    }
  }

  get #timeZone(): string {
    return this.#deps.call.briefing.timeZone;
  }

  async offer(day?: string): Promise<Done> {
    const { call, services, clock } = this.#deps;
    const nowMs = clock.nowMs();
    const fromMs = day === undefined ? nowMs : startOfDay(day, nowMs, this.#timeZone);
    if (fromMs === null) return refused("There is no such day.");
    const slots = (await services.freeSlots(call, fromMs)).map(({ startAt }) => {
      const slotId = `slot_${randomUUID().slice(0, ID_CHARS)}`;
      this.#offered.set(slotId, startAt);
      return {
        slotId,
        say: spokenTime(startAt, this.#timeZone),
        startsAt: new Date(startAt).toISOString(),
      };
    });
    return done(JSON.stringify({ slots } satisfies z.infer<typeof offerSchema>));
  }

  async book(slotId: string): Promise<Done> {
    const { call, services } = this.#deps;
    const startAt = this.#offered.get(slotId);
    if (startAt === undefined) return refused("This id was not offered in this call. Use offer_slots.");
    const appointment = await services.book(call, startAt);
    if (appointment === null)
      return refused("This time is not free any more. Offer others with offer_slots.");
    return booked(appointment);
  }

  async callLater(when: string): Promise<Done> {
    const { call, services, clock } = this.#deps;
    const nowMs = clock.nowMs();
    const atMs = instantOf(when, nowMs, this.#timeZone);
    if (atMs === null) return refused("There is no such day.");
    if (atMs < nowMs + FOLLOW_UP.minMs || atMs > nowMs + FOLLOW_UP.maxMs) {
      return refused("That must be at least 15 minutes and at most 30 days from now.");
    }
    const followUp = await services.followUp(call, atMs);
    if (followUp.kind === "planned") return planned(followUp.planned, this.#timeZone);
    if (followUp.kind === "forbidden") return refused("They may not be called again.");
    const from = spokenTime(followUp.from, this.#timeZone);
    return refused(`They may not be called at that hour. The next possible time is ${from}.`);
  }
}
