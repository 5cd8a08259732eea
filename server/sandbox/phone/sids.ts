import { randomBytes } from "node:crypto";

export type SidPrefix = "CA" | "MZ" | "SM" | "PN" | "RE";

/** A fresh Twilio-style identifier: two letters and 32 hexadecimal digits. */
export function newSid(prefix: SidPrefix): string {
  return `${prefix}${randomBytes(16).toString("hex")}`;
}

/** RFC 2822 in UTC with a numeric offset, as Twilio writes times. */
export function rfc2822(atMs: number): string {
  return new Date(atMs).toUTCString().replace("GMT", "+0000");
}
