import { createCallLinks } from "#server/calls/call-links.ts";
import { systemClock } from "#server/lib/clock.ts";
import { randomBytes } from "node:crypto";

/** Known here, so that a signed link can be opened: to be given to the product that is started. */
export const SESSION_SECRET = randomBytes(32).toString("hex");
const LINK_LASTS_MS = 3_600_000;

/** The path of a signed link to a call, as a text message has it. */
export function linkTo(callId: string, lastsMs = LINK_LASTS_MS): string {
  const links = createCallLinks({ sessionSecret: SESSION_SECRET, clock: systemClock });
  return `/c/${links.tokenFor(callId, systemClock.nowMs() + lastsMs)}`;
}
