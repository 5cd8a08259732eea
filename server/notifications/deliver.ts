import type { SendEmail } from "#server/accounts/auth-library.ts";
import { calleePlaces } from "#server/compliance/callee-places.ts";
import type { QuietHours } from "#server/compliance/quiet-hours.ts";
import { legalCallingInstant } from "#server/compliance/state-hours.ts";
import type { Clock } from "#server/lib/clock.ts";
import { compose, type ComposeParts, type Letter } from "#server/notifications/compose.ts";
import type { News } from "#server/notifications/news.ts";
import type { Telephony } from "#server/telephony/telephony.ts";

export type DeliverParts = ComposeParts & {
  quietHours: QuietHours;
  clock: Clock;
  phoneOf(accountId: string): Promise<{ e164: string; phoneKey: string } | null>;
  /** Null: no address where anybody reads. */
  emailOf(accountId: string): Promise<string | null>;
  isSuppressed(phoneKey: string): Promise<boolean>;
  sendSms: Telephony["sendSms"];
  sendEmail: SendEmail;
};

export type Delivery =
  | { kind: "sent"; by: "sms" | "email" }
  /** `stale`: not true any more. `nowhere`: no number and no address. `failed`: tried often enough. */
  | { kind: "dropped"; why: "stale" | "nowhere" | "failed" }
  /** Not at this time of the day. */
  | { kind: "later"; at: Date };

/** Makes the text and sends it, once. `mayText` false: a text message may be on its way already. @throws what writing an e-mail throws; nothing was sent then */
export async function deliver(news: News, mayText: boolean, parts: DeliverParts): Promise<Delivery> {
  const letter = await compose(news, parts);
  if (letter === null) return { kind: "dropped", why: "stale" };
  const texted = mayText ? await deliverSms(letter, parts) : null;
  if (texted !== null) return texted;
  const to = await parts.emailOf(letter.accountId);
  if (to === null) return { kind: "dropped", why: "nowhere" };
  const { subject, text } = letter.message;
  await parts.sendEmail({ to, subject, text });
  return { kind: "sent", by: "email" };
}

/** Null: there can be no text message, or the carrier did not confirm it [NO3, NO6]. */
async function deliverSms(letter: Letter, parts: DeliverParts): Promise<Delivery | null> {
  const { sms } = letter.message;
  const phone = sms === null ? null : await parts.phoneOf(letter.accountId);
  if (sms === null || phone === null || (await parts.isSuppressed(phone.phoneKey))) return null;
  const at = await legalInstant(letter, phone.e164, parts);
  if (at === null) return null;
  if (at > parts.clock.nowMs()) return { kind: "later", at: new Date(at) };
  const { kind } = await parts.sendSms({ to: phone.e164, body: sms });
  return kind === "sent" ? { kind: "sent", by: "sms" } : null;
}

async function legalInstant(
  { leadId }: Letter,
  e164: string,
  { facts, quietHours, clock }: DeliverParts,
): Promise<number | null> {
  const lead = await facts.leadById(leadId);
  if (lead === null) return null;
  const places = await calleePlaces({ postalCode: lead.postalCode, timeZone: lead.timeZone, e164 });
  return legalCallingInstant(places, quietHours, clock.nowMs());
}
