import type { Line } from "#server/sandbox/voice-model/mind/progress.ts";

/** The objective is reached with an agreed time. */
export const WANTS_VISIT = /\b(visit|appointment|book|come by|schedule|slot)/i;
/** Asked when no free time suited, and then only passed on. */
export const TIME_TOPIC = "Preferred time";
const MAX_OFFERS = 3;

export type OfferedSlot = { readonly slotId: string; readonly say: string };

export type Booking = {
  readonly slots: readonly OfferedSlot[];
  /** The time that was offered last and not spoken about since, as it was said. */
  readonly openOffer: string | null;
  readonly reply: "none" | "yes" | "no";
  /** The agreed time, as the tool said it. */
  readonly booked: string | null;
  /** Free times were asked for. */
  readonly isAsked: boolean;
  /** Times offered so far, as they were said. */
  readonly offered: readonly string[];
};

export const offerOf = (say: string): string => `I can offer ${say}. Does that work for you?`;
const OFFER = /I can offer (.+?)\. Does that work for you\?/;
const NO = /\b(no|nope|not|can't|cannot|another|different|earlier|rather)\b|n't\b/i;

function slotsIn(output: string): OfferedSlot[] {
  try {
    const found: unknown = JSON.parse(output);
    if (typeof found !== "object" || found === null || !("slots" in found) || !Array.isArray(found.slots))
      return [];
    return found.slots.map(({ slotId, say }) => ({ slotId: String(slotId), say: String(say) }));
  } catch {
    return []; // A refusal is a sentence, not JSON.
  }
}

/** How far the appointment has come; follows from the conversation alone. */
export function bookingIn(lines: readonly Line[], isReply: (text: string) => boolean): Booking {
  let slots: OfferedSlot[] = [];
  let isAsked = false;
  let booked: string | null = null;
  let openOffer: string | null = null;
  let reply: Booking["reply"] = "none";
  const offered: string[] = [];
  for (const line of lines) {
    if (line.by === "agent") {
      openOffer = OFFER.exec(line.text)?.[1] ?? null;
      reply = "none";
      if (openOffer !== null && !offered.includes(openOffer)) offered.push(openOffer);
    } else if (line.by === "caller" && openOffer !== null && isReply(line.text)) {
      reply = NO.test(line.text) ? "no" : "yes";
    } else if (line.by === "result" && line.name === "offer_slots") {
      slots = slotsIn(line.output);
      isAsked = true;
    } else if (line.by === "result" && line.name === "book_slot") {
      booked = /^Booked: (.+?)\. /.exec(line.output)?.[1] ?? booked;
    }
  }
  return { slots, booked, openOffer, reply, isAsked, offered };
}

/** The next time to offer; null when none is left or enough were declined. */
export function nextOffer({ slots, offered }: Booking): OfferedSlot | null {
  if (offered.length >= MAX_OFFERS) return null;
  return slots.find(({ say }) => !offered.includes(say)) ?? null;
}
