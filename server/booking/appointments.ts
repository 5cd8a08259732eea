import { type HoldKey, SlotHolds } from "#server/booking/slot-holds.ts";
import { freeSlots, type Opening, type Slot } from "#server/booking/slots.ts";
import type { Clock } from "#server/lib/clock.ts";
import { newId } from "#server/lib/ids.ts";
import { isDuplicateKey, retryLostUpsert } from "#server/database/upsert.ts";
import type { Appointment } from "#shared/call/events.ts";
import { type Connection, type Model, Schema, trusted } from "mongoose";

const HOUR_MS = 3_600_000;
/** Nobody has to be ready sooner than this. */
const NOTICE_MS = 2 * HOUR_MS;
/** How far ahead slots are looked for. */
const HORIZON_DAYS = 14;
const DAY_MS = 24 * HOUR_MS;

type AppointmentDocument = {
  _id: string;
  businessId: string;
  leadId: string;
  consumerId: string;
  callId: string;
  startAt: Date;
  endAt: Date;
  /** The zone in which the time was agreed: the person's. */
  timeZone: string;
};

export type Booking = {
  /** For whom and in which call. */
  businessId: string;
  leadId: string;
  consumerId: string;
  callId: string;
  timeZone: string;
  startAt: number;
};

export type Appointments = {
  /** Slots of the business that this consumer can have from `fromMs` (or the shortest notice) on; none when it is unknown. */
  free(who: { businessId: string; consumerId: string }, fromMs: number): Promise<Slot[]>;
  /** Books the hour for this call, or moves the call's appointment to it. Null: it is not free [BK5, BK6]. */
  book(booking: Booking): Promise<Appointment | null>;
  ofCall(callId: string): Promise<Appointment | null>;
  /** The appointments of a business that overlap this time. */
  promised(businessId: string, time: Slot): Promise<Slot[]>;
};

const text = { type: String, required: true } as const;
const date = { type: Date, required: true } as const;
const schema = new Schema<AppointmentDocument>(
  {
    _id: text,
    businessId: text,
    leadId: text,
    consumerId: text,
    callId: text,
    startAt: date,
    endAt: date,
    timeZone: text,
  },
  {
    collection: "appointments",
    versionKey: false,
    strict: "throw",
    strictQuery: "throw",
    autoIndex: false,
    autoCreate: false,
  },
);

const modelOf = (db: Connection): Model<AppointmentDocument> =>
  db.models["Appointment"] ?? db.model<AppointmentDocument>("Appointment", schema);

const overlappingIn = (
  appointments: Model<AppointmentDocument>,
  businessId: string,
  { startAt, endAt }: Slot,
) =>
  appointments
    .find({
      businessId,
      startAt: trusted({ $lt: new Date(endAt) }),
      endAt: trusted({ $gt: new Date(startAt) }),
    })
    .lean();

type Parts = {
  db: Connection;
  clock: Clock;
  businessById(businessId: string): Promise<Opening | null>;
};

export function createAppointments({ db, clock, businessById }: Parts): Appointments {
  const appointments = modelOf(db);
  const holds = new SlotHolds({ db, clock });

  const overlapping = (businessId: string, time: Slot) => overlappingIn(appointments, businessId, time);

  return {
    async free({ businessId, consumerId: accountId }, fromMs) {
      const business = await businessById(businessId);
      if (business === null) return [];
      const earliest = Math.max(fromMs, clock.nowMs() + NOTICE_MS);
      const time = { startAt: earliest, endAt: earliest + (HORIZON_DAYS + 1) * DAY_MS };
      const [taken, held] = await Promise.all([
        overlapping(businessId, time),
        holds.ofOthers({ accountId, businessId }, time),
      ]);
      const range = { fromMs: earliest, days: HORIZON_DAYS };
      return freeSlots(business, range, [...taken.map(slotOf), ...held]);
    },
    async book(booking) {
      const { businessId, startAt, consumerId } = booking;
      const slot = { startAt, endAt: startAt + HOUR_MS };
      if (startAt < clock.nowMs()) return null;
      const who = { accountId: consumerId, businessId };
      // Held while it is booked, as a callback holds it: whoever comes second sees the first one's hold or what became of it.
      const hold = await holds.take(who, slot);
      if (hold === null) return null;
      try {
        return await store(booking, slot, who);
      } finally {
        await holds.release(hold.holdId, consumerId);
      }
    },
    promised: async (businessId, time) => (await overlapping(businessId, time)).map(slotOf),
    async ofCall(callId) {
      const found = await appointments.findOne({ callId }).lean();
      return found === null ? null : viewOf(found);
    },
  };

  async function store(booking: Booking, slot: Slot, who: HoldKey): Promise<Appointment | null> {
    const { businessId, callId, timeZone, leadId, consumerId } = booking;
    const [promised, held] = await Promise.all([overlapping(businessId, slot), holds.ofOthers(who, slot)]);
    if (held.length > 0 || promised.some((other) => other.callId !== callId)) return null;
    const when = { startAt: new Date(slot.startAt), endAt: new Date(slot.endAt), timeZone };
    const first = { _id: newId("apt"), businessId, leadId, consumerId };
    const write = () =>
      appointments
        .findOneAndUpdate(
          { callId },
          { $set: when, $setOnInsert: first },
          { upsert: true, returnDocument: "after" },
        )
        .lean();
    try {
      const booked = await retryLostUpsert(write);
      return booked === null ? null : viewOf(booked);
    } catch (error) {
      // Somebody else was faster; the index decides [BK5].
      if (isDuplicateKey(error)) return null;
      throw error;
    }
  }
}

const slotOf = ({ startAt, endAt }: AppointmentDocument): Slot => ({
  startAt: startAt.getTime(),
  endAt: endAt.getTime(),
});

const viewOf = ({ _id, startAt, endAt, timeZone }: AppointmentDocument): Appointment => ({
  appointmentId: _id,
  startsAt: startAt.toISOString(),
  endsAt: endAt.toISOString(),
  timeZone,
});
